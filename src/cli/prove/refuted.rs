//! What `prove` says of a refused plan: one story, or several that differ.

use std::sync::atomic::Ordering;

use crate::{
    cli::{at_site::shown_path, exit::Exit, json::Findings, screen::Screen, stop},
    plan::given::Given,
    proof::{
        budget::Budget,
        survey::{Open, Survey, Told, survey},
        verdict::Refuted,
    },
    repair::{Attempts, Repaired, repair},
    source::Refusal,
};

use super::{Arguments, Judged, story, told, words::places};

/// What is tried to repair a refused plan beside its story: a blink.
const AT_ONCE: Attempts = Attempts { bytes: 800_000, states: 1_000, until: None, pairs: false };

/// So many stories are told at most.
const MOST: usize = 10;

/// Tells how the plan fails.
pub(super) fn refused(
    arguments: &Arguments,
    (refuted, name): (Refuted, &str),
    place: &story::Place<'_>,
    screen: &mut Screen,
) -> (Exit, Option<Judged>) {
    let source = refuted.checked.plan().source.clone();
    let questions = refuted.checked.plan().questions.iter();
    let answers = questions.map(|question| (question.name.value.clone(), question.yes)).collect();
    let given = Given { answers, ..arguments.plan.given(screen).unwrap_or_default() };
    // A log for code scanners has no room for it.
    let is_told = !arguments.format.is_of_findings();
    let repaired = is_told.then(|| repair(&source, &given, &refuted.about, AT_ONCE, |_| {})).flatten();
    let Survey { checked, stories, open } = if arguments.all {
        let start = refuted.checked.plan().start.clone();
        let goes_on = |_| !stop::flag().load(Ordering::Relaxed);
        survey(refuted, &start, Budget { states: arguments.budget, goes_on: &goes_on }, MOST)
    } else {
        let Refuted { checked, story, shortest, finding, .. } = refuted;
        Survey { checked, stories: vec![Told { story, shortest, finding }], open: None }
    };
    let written = match place.write(&checked, stories.iter().map(|told| &told.story), screen) {
        Ok(written) => written,
        Err(exit) => return (exit, None),
    };
    let mut tales = Vec::new();
    for Told { story, shortest, finding } in stories {
        screen.page(&Refusal::new(source.clone(), vec![finding]));
        if arguments.format == Findings::Sarif {
            screen.story(places(&source, &story));
        }
        tales.push((story, shortest));
    }
    let plan = checked.plan();
    match arguments.format {
        Findings::Text => {
            let count = tales.len();
            for (index, (story, shortest)) in tales.iter().enumerate() {
                let number = index + 1;
                screen.result(match (arguments.all, shortest) {
                    (false, true) => format!("{name}: refused, this is the shortest story"),
                    (false, false) => format!("{name}: refused, this is a story, not always the shortest"),
                    (true, true) => {
                        format!("{name}: refused, story {number} of {count}, the shortest with this end")
                    }
                    (true, false) => {
                        format!("{name}: refused, story {number} of {count}, not always the shortest")
                    }
                });
                told(plan, story, screen.is_verbose()).iter().for_each(|line| screen.result(line));
            }
            if arguments.all {
                screen.result(format_args!("  more        {}", more(open)));
            }
            repair_line(repaired.as_ref(), screen);
            for path in &written {
                screen.result(format_args!("  story       {}", shown_path(path)));
            }
        }
        Findings::Json => {
            let judged = Judged::refused(plan, &tales, arguments.all.then_some(open.is_some()));
            let files = written.iter().map(|path| path.display().to_string()).collect();
            let judged = judged.drawn(files).mended(repaired.map(|r| r.edit.sentence));
            return (Exit::Refused, Some(judged));
        }
        Findings::Sarif | Findings::Github => {}
    }
    (Exit::Refused, None)
}

/// Whether there may be more stories.
const fn more(open: Option<Open>) -> &'static str {
    match open {
        None => {
            "none: each other story goes on behind one of these ends, and may show more once it is mended"
        }
        Some(Open::Enough) => "there may be more: mend these first",
        Some(Open::Bound) => "there may be more: not every state was looked at (--budget)",
    }
}

fn repair_line(repaired: Option<&Repaired>, screen: &mut Screen) {
    if let Some(repaired) = repaired {
        screen.result(format_args!("  repair      {} (proved)", repaired.edit.sentence));
        screen.result("              `keyroll repair` shows it, and writes it with --apply");
    }
}
