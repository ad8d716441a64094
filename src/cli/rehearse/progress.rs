//! What a person sees while a rehearsal or a run is under way.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::Timestamp;

use crate::{
    check::Checked,
    cli::screen::log::{Level, Log, Talk},
    source::shown,
    transition::event::{Actor, Event, Record},
};

/// A line for each step, and a moving one for the messages.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    began: Timestamp,
    lines: bool,
    log: Log,
}

impl Progress {
    /// Shows progress on standard error: a moving line on a terminal, plain lines elsewhere,
    /// nothing when `lines` is false.
    #[must_use]
    pub fn new(began: Timestamp, live: bool, lines: bool, log: Log) -> Self {
        let target = if live && lines { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(None, target);
        if let Ok(style) = ProgressStyle::with_template("  {spinner} {msg}") {
            bar.set_style(style);
        }
        // What is not drawn need not wake up to be drawn.
        if !bar.is_hidden() {
            bar.enable_steady_tick(Duration::from_millis(120));
        }
        Self { bar, began, lines, log }
    }

    /// Shows one record.
    pub fn record(&self, checked: &Checked, record: &Record) {
        if let Some(told) = told(checked, &record.event) {
            let since = record.at.duration_since(self.began).as_secs();
            let text = format!("  +{:>3}:{:02}  {}", since / 3600, since / 60 % 60, told.row());
            self.line(&text, || told.talk());
        }
    }

    /// Shows a line.
    fn line(&self, text: &str, said: impl FnOnce() -> Talk) {
        if !self.lines {
            return;
        }
        if self.bar.is_hidden() {
            self.log.say(text, said);
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

/// What is told of an event.
struct Told {
    role: String,
    /// The step, or what else it is about.
    step: String,
    what: String,
    is_step: bool,
}

impl Told {
    fn row(&self) -> String {
        format!("{:<22} {:<22} {}", self.role, self.step, self.what)
    }

    fn talk(&self) -> Talk {
        let said = Talk::now(Level::Info, self.what.clone()).with("role", self.role.clone());
        if self.is_step { said.of_step(&self.step) } else { said.with("about", self.step.clone()) }
    }
}

fn told(checked: &Checked, event: &Event) -> Option<Told> {
    let plan = checked.plan();
    let act = |step: &str| plan.step(step).map(|id| shown(&plan.sentence(id))).unwrap_or_default();
    let role = |step: &str| {
        let id = plan.step(step);
        id.map(|id| plan.landscape.roles[plan.steps[id].role.value].clone()).unwrap_or_default()
    };
    let row = |role: &str, step: &str, what: &str| Told {
        role: role.to_owned(),
        step: step.to_owned(),
        what: what.to_owned(),
        is_step: plan.step(step).is_some(),
    };
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
        Event::Compared { step, named, known, by } if named == known => {
            row(&by.role, step, "the fingerprint is that of the certificate that was sent")
        }
        Event::Compared { step, by, .. } => {
            row(&by.role, step, "substituted: the certificate is another one than was sent")
        }
        Event::Resolved { step, by, because } => {
            row(&by.role, step, &format!("was seen to: {}", shown(because)))
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
