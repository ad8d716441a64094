//! What a person sees while a rehearsal or a run is under way.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::Timestamp;

use crate::{
    check::Checked,
    source::shown,
    transition::event::{Actor, Event, Record},
};

/// A line for each step, and a moving one for the messages.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    began: Timestamp,
    lines: bool,
}

impl Progress {
    /// Shows progress on standard error: a moving line on a terminal, plain lines elsewhere,
    /// nothing when `lines` is false.
    #[must_use]
    pub fn new(began: Timestamp, live: bool, lines: bool) -> Self {
        let target = if live && lines { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(None, target);
        if let Ok(style) = ProgressStyle::with_template("  {spinner} {msg}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(120));
        Self { bar, began, lines }
    }

    /// Shows one record.
    pub fn record(&self, checked: &Checked, record: &Record) {
        if let Some(line) = line(checked, &record.event) {
            let since = record.at.duration_since(self.began).as_secs();
            self.line(&format!("  +{:>3}:{:02}  {line}", since / 3600, since / 60 % 60));
        }
    }

    /// Shows a line.
    pub fn line(&self, text: &str) {
        if !self.lines {
            return;
        }
        if self.bar.is_hidden() {
            eprintln_quietly(text);
        } else {
            self.bar.println(text);
        }
    }

    /// Changes the moving line.
    pub fn messages(&self, sent: u64, accepted: u64, rejected: u64) {
        let under_way = sent.saturating_sub(accepted + rejected);
        self.bar.set_message(format!(
            "{sent} sent, {accepted} accepted, {rejected} rejected, {under_way} under way"
        ));
    }

    /// Takes the moving line away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

fn eprintln_quietly(text: &str) {
    use std::io::Write;
    // Progress that nobody reads is no failure.
    let _unheard = writeln!(std::io::stderr().lock(), "{text}");
}

fn line(checked: &Checked, event: &Event) -> Option<String> {
    let plan = checked.plan();
    let act = |step: &str| plan.step(step).map(|id| shown(&plan.sentence(id))).unwrap_or_default();
    let role = |step: &str| {
        let id = plan.step(step);
        id.map(|id| plan.landscape.roles[plan.steps[id].role.value].clone()).unwrap_or_default()
    };
    let row = |role: &str, step: &str, what: &str| format!("{role:<22} {step:<22} {what}");
    Some(match event {
        Event::Ended { step, outcome: crate::backend::Outcome::AlreadySo, .. } => {
            row(&role(step), step, &format!("{} (was so already)", act(step)))
        }
        Event::Ended { step, .. } => row(&role(step), step, &act(step)),
        Event::Failed { step, cause, .. } => row(&role(step), step, &format!("failed: {}", shown(cause))),
        Event::Confirmed { step, by, .. } => row(&by.role, step, &act(step)),
        Event::Agreed { step, by } => {
            let person = by.person.as_deref().map(shown).unwrap_or_default();
            row(&by.role, step, &format!("{person} agrees"))
        }
        Event::Answered { step, by, yes, .. } => {
            row(&by.role, step, if *yes { "agrees" } else { "does not agree" })
        }
        Event::Declined { step, by, because } => {
            row(&by.role, step, &format!("declines: {}", shown(because)))
        }
        Event::Extended { step, by, because } => {
            row(&by.role, step, &format!("is begun late: {}", shown(because)))
        }
        Event::Received { step, by: Actor { role, automatic: false, .. } } => {
            row(role, step, "message taken")
        }
        Event::Opened { window } => row("", window, "the window begins"),
        Event::Drained { flow, key, how } => row("", flow, &format!("drained of {key} ({})", how.shown())),
        Event::Broken { what } => row("", "", &shown(what)),
        Event::Paused { until, by, because, .. } => row(
            &by.role,
            "",
            &format!("paused until {}: {}", crate::run::time::to_the_second(*until), shown(because)),
        ),
        Event::Resumed { by, because, .. } => row(&by.role, "", &format!("goes on: {}", shown(because))),
        Event::Retried { step, by } => row(&by.role, step, "is to be tried again"),
        Event::Started { .. }
        | Event::Continued { .. }
        | Event::Left { .. }
        | Event::NoWayBack { .. }
        | Event::HandedOver { .. }
        | Event::Begun { .. }
        | Event::Received { .. } => return None,
    })
}
