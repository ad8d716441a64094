//! What a rehearsal came to.

use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    cli::{
        at_site::shown_path,
        exit::Exit,
        json::{Document, Format},
        screen::Screen,
        tally::{Summary as Sum, Tally},
    },
    evidence::{
        outcome::{self, Ending},
        summary::Summary,
        timeline::Timeline,
    },
    page::junit::Case,
};

use super::arguments::Arguments;

/// What a rehearsal came to.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Rehearsal {
    #[serde(flatten)]
    summary: Sum,
    /// The plan's name.
    plan: String,
    /// Whether the plan is proved.
    proved: bool,
    /// Messages that left and did not arrive.
    under_way: u64,
    /// For how long some flow could not sign outside of an agreed window, in milliseconds.
    outside_window_ms: u64,
    /// How long the rehearsal took on the wall clock, in milliseconds.
    wall_ms: u64,
    /// How many seconds of the plan went by in one of the wall clock.
    compression: f64,
    /// What of the site of --site was made anew, kept and left out, a line each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rebuilt: Vec<String>,
    /// Where the report is, if it could be written.
    report: Option<String>,
}

impl Document for Rehearsal {
    const NAME: &'static str = "rehearsal";
}

/// The exit of a rehearsal that came to its end.
pub(super) fn ended(timeline: &Timeline) -> Exit {
    match outcome::ending(timeline) {
        Ending::Good => Exit::Done,
        Ending::Broken => Exit::Broken,
        Ending::Unfinished => Exit::Waiting,
    }
}

/// A test case for each promise and each step, and one for the messages.
fn judge(timeline: &Timeline, screen: &mut Screen) {
    let Some(cases) = screen.cases() else { return };
    let plan = &timeline.plan.name;
    for promise in &timeline.promises {
        let fault =
            (!promise.kept).then(|| ("broken", format!("a promise was broken: {}", promise.sentence)));
        cases.add(Case::judged(plan, format!("promise {}", promise.sentence), fault));
    }
    for step in &timeline.steps {
        let why = || step.note.clone().unwrap_or_else(|| "it was not begun".to_owned());
        let fault = (!step.status.is_done()).then(|| ("not done", why()));
        cases.add(Case::judged(plan, format!("{} ({})", step.name, step.role), fault));
    }
    let rejected = timeline.figures().rejected > 0 && !timeline.rejections_waived;
    let fault = rejected.then(|| ("rejected", outcome::messages(timeline)));
    cases.add(Case::judged(plan, "messages are accepted", fault));
}

/// Says what the rehearsal came to, and where its report is.
pub(super) fn tell(
    arguments: &Arguments,
    timeline: &Timeline,
    exit: Exit,
    report: Option<&Path>,
    screen: &mut Screen,
) {
    let word = match exit {
        Exit::Done => "done",
        Exit::Broken => "broken",
        Exit::Waiting => "waiting",
        _ => "failed",
    };
    judge(timeline, screen);
    let figures = timeline.figures();
    match arguments.format {
        Format::Json => {
            let rehearsal = Rehearsal {
                summary: Sum::of(word, &Tally::from(&figures), &timeline.run),
                plan: timeline.plan.name.clone(),
                proved: timeline.verdict.proved,
                under_way: figures.under_way,
                outside_window_ms: figures.outside_ms,
                wall_ms: u64::try_from(timeline.wall.as_millis()).unwrap_or(u64::MAX),
                compression: timeline.compression,
                rebuilt: timeline.rebuilt.clone(),
                report: report.map(|report| report.display().to_string()),
            };
            screen.document(&rehearsal);
        }
        Format::Text => {
            screen.text(&Summary(timeline).to_string());
            if let Some(report) = report {
                screen.result(format_args!("report: {}", shown_path(report)));
            }
            if let Some(folder) = &arguments.keep {
                screen.result(format_args!("kept:   {}", shown_path(folder)));
            }
        }
    }
}
