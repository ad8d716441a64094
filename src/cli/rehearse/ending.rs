//! What a rehearsal came to.

use std::path::Path;

use serde_json::json;

use crate::{
    cli::{
        at_site::shown_path,
        exit::Exit,
        json::{Format, summary},
        screen::Screen,
        tally::Tally,
    },
    evidence::{
        outcome::{self, Ending},
        summary::Summary,
        timeline::Timeline,
    },
};

use super::arguments::Arguments;

/// The exit of a rehearsal that came to its end.
pub(super) fn ended(timeline: &Timeline) -> Exit {
    match outcome::ending(timeline) {
        Ending::Good => Exit::Done,
        Ending::Broken => Exit::Broken,
        Ending::Unfinished => Exit::Waiting,
    }
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
    let figures = timeline.figures();
    match arguments.format {
        Format::Json => {
            let more = json!({
                "plan": timeline.plan.name,
                "proved": timeline.verdict.proved,
                "under_way": figures.under_way,
                "outside_window_ms": figures.outside_ms,
                "wall_ms": u64::try_from(timeline.wall.as_millis()).unwrap_or(u64::MAX),
                "compression": timeline.compression,
                "report": report.map(|report| report.display().to_string()),
            });
            screen.result(summary(word, &Tally::from(&figures), &timeline.run, more));
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
