//! `keyroll prove PLAN`

mod certificate;
mod judged;
mod moments;
mod timed;
mod watch;
mod words;

use std::path::PathBuf;

use crate::{
    proof::{
        budget::Budget,
        engine::Engine,
        verdict::{BUDGET, Verdict, Why, prove_by},
    },
    repair::{Attempts, repair},
    source::Refusal,
};

use super::{at_site::shown_path, exit::Exit, json::Findings, screen::Screen, text::PlanText};

use moments::WayBack;
use timed::Timed;
use watch::Watch;

pub use judged::Judged;
pub use words::{proved, told};

use words::places;

/// What is tried to repair a refused plan beside its story: a blink.
const AT_ONCE: Attempts = Attempts { bytes: 800_000, states: 1_000, until: None, pairs: false };

/// Prove that a plan keeps its promises in every order of events, or tell how it does not.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    plan: PlanText,
    /// Look at no more than this many states
    #[arg(long, default_value_t = BUDGET, value_name = "STATES")]
    budget: usize,
    /// Which way the proof takes
    #[arg(long, value_enum, default_value_t, value_name = "ENGINE")]
    engine: Engine,
    /// Where the reason of a proof goes, for `keyroll verify-proof`
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
    /// Text for people, JSON, or SARIF for code scanners
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Findings,
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Exit {
    screen.speak(arguments.format);
    let (source, mut checked) = match arguments.plan.checked(None, screen) {
        Ok(read) => read,
        Err(exit) => return exit,
    };
    let place = match certificate::Place::of(arguments.certificate.as_deref(), screen) {
        Ok(place) => place,
        Err(exit) => return exit,
    };
    let advice = checked.take_advice();
    let start = checked.plan().start.clone();
    let watch = Watch::of(screen);
    let goes_on = |reached| watch.goes_on(reached);
    let verdict =
        prove_by(arguments.engine, checked, &start, Budget { states: arguments.budget, goes_on: &goes_on });
    watch.ends();
    match verdict {
        Verdict::Proven(proven) => {
            if !advice.is_empty() {
                screen.page(&Refusal::new(source.clone(), advice));
            }
            let written = match place.write((&proven, &start), arguments.budget, screen) {
                Ok(written) => written,
                Err(exit) => return exit,
            };
            let plan = &proven.checked().plan().name;
            let checked = proven.checked();
            match arguments.format {
                Findings::Text => {
                    screen.result(format_args!("{plan}: proved"));
                    proved(proven.proof()).iter().for_each(|line| screen.result(line));
                    timed::lines(checked).iter().for_each(|line| screen.result(line));
                    moments::lines(checked).iter().for_each(|line| screen.result(line));
                    if let Some((file, bytes)) = written {
                        let file = shown_path(file);
                        screen.result(format_args!("  certificate {file}, {bytes} bytes"));
                    }
                }
                Findings::Json => {
                    let judged = Judged::proved(plan, &source, proven.proof()).certified(written);
                    tell(judged.in_time(Timed::of(checked), WayBack::of(checked)), screen);
                }
                Findings::Sarif => {}
            }
            Exit::Done
        }
        Verdict::Refuted(refuted) => {
            place.stays_empty(screen);
            let plan = refuted.checked.plan().name.clone();
            let given = arguments.plan.given(screen).unwrap_or_default();
            // A log for code scanners has no room for it.
            let is_told = arguments.format != Findings::Sarif;
            let repaired =
                is_told.then(|| repair(&source, &given, &refuted.about, AT_ONCE, |_| {})).flatten();
            screen.page(&Refusal::new(source.clone(), vec![refuted.finding]));
            match arguments.format {
                Findings::Text => {
                    let which = if refuted.shortest {
                        "the shortest story"
                    } else {
                        "a story, not always the shortest"
                    };
                    screen.result(format_args!("{plan}: refused, this is {which}"));
                    told(&source, &refuted.story).iter().for_each(|line| screen.result(line));
                    if let Some(repaired) = &repaired {
                        screen.result(format_args!("  repair      {} (proved)", repaired.edit.sentence));
                        screen.result("              `keyroll repair` shows it, and writes it with --apply");
                    }
                }
                Findings::Json => {
                    let judged = Judged::refused(&plan, &source, &refuted.story, refuted.shortest);
                    tell(judged.mended(repaired.map(|repaired| repaired.edit.sentence)), screen)
                }
                Findings::Sarif => screen.story(places(&source, &refuted.story)),
            }
            Exit::Refused
        }
        Verdict::NotProven(open) => {
            place.stays_empty(screen);
            let plan = &open.checked.plan().name;
            let next = match open.why {
                Why::Stopped(_) => "Call again, with --budget to look at fewer states.",
                Why::Bound(_) => "Raise --budget, or split the plan.",
                Why::Unsettled(_) => "Leave --engine out, or say --engine explicit.",
                Why::Differ | Why::Unclear => "This is a fault of keyroll: please report it, with the plan.",
            };
            let line = format!("{plan}: not proved: {}. {next}", open.reason());
            match arguments.format {
                Findings::Text => screen.result(line),
                Findings::Json => tell(Judged::open(plan, &source, &open), screen),
                Findings::Sarif => screen.talk(line),
            }
            if matches!(open.why, Why::Stopped(_)) { Exit::Interrupted } else { Exit::NotProved }
        }
    }
}

/// The document, with the findings that were kept for it.
fn tell(judged: Judged, screen: &mut Screen) {
    let findings = screen.found().into_iter().flat_map(|found| found.findings).collect();
    screen.document(&judged.with(findings));
}
