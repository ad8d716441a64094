//! `keyroll prove PLAN`

mod certificate;
mod judged;
mod moments;
mod timed;

use std::path::PathBuf;

use crate::{
    page::findings::{Lines, Place},
    proof::{
        engine::Engine,
        story::Story,
        verdict::{BUDGET, Proof, Verdict, Why, prove_by},
    },
    repair::{Attempts, repair},
    source::{Refusal, Source, shown},
};

use super::{at_site::shown_path, exit::Exit, json::Findings, screen::Screen, text::PlanText};

use moments::WayBack;
use timed::Timed;

pub use judged::Judged;

/// What is tried to repair a refused plan beside its story: a blink.
const AT_ONCE: Attempts = Attempts { bytes: 800_000, states: 1_000, pairs: false };

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
    match prove_by(arguments.engine, checked, &start, arguments.budget) {
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
            let repaired = repair(&source, &given, &refuted.about, AT_ONCE, |_| {});
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
                Why::Bound => "Raise --budget, or split the plan.",
                Why::Unsettled(_) => "Leave --engine out, or say --engine explicit.",
                Why::Differ => "This is a fault of keyroll: please report it, with the plan.",
            };
            let line = format!("{plan}: not proved: {}. {next}", open.reason());
            match arguments.format {
                Findings::Text => screen.result(line),
                Findings::Json => tell(Judged::open(plan, &source, &open), screen),
                Findings::Sarif => screen.talk(line),
            }
            Exit::NotProved
        }
    }
}

/// The document, with the findings that were kept for it.
fn tell(judged: Judged, screen: &mut Screen) {
    let findings = screen.found().into_iter().flat_map(|found| found.findings).collect();
    screen.document(&judged.with(findings));
}

/// What was proved, line by line.
#[must_use]
pub fn proved(proof: &Proof) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    lines.extend(proof.waived.iter().map(|w| format!("  waived      {w}")));
    for (promise, in_words) in &proof.promises {
        let how = if *in_words { "" } else { " (not promised in words, judged all the same)" };
        lines.push(format!("  promise     {}{how}", shown(promise)));
    }
    lines.extend(proof.finals.iter().map(|f| format!("  finally     {}", shown(f))));
    lines.push(
        "  always      a running flow's alias names a key; no receiver holds more than it can".to_owned(),
    );
    lines.push("  always      the plan can finish, from every moment".to_owned());
    lines.extend(proof.assumptions.iter().map(|a| format!("  assuming    {a}")));
    lines.push(format!("  how         {}", proof.how.sentence()));
    lines
}

/// A story as places in the plan.
fn places(source: &Source, story: &Story) -> Vec<Place> {
    let lines = Lines::of(source);
    let place = |start: usize, end: usize| lines.place(start, end.saturating_sub(start));
    let told = story.lines().map(|moment| (place(moment.at.start, moment.at.end), &moment.text));
    told.map(|(place, text)| Place { label: Some(text.clone()), ..place }).collect()
}

/// A story, line by line.
#[must_use]
pub fn told(source: &Source, story: &Story) -> Vec<String> {
    let name = shown(&source.name);
    let moments = story.lines().enumerate().map(|(number, moment)| {
        let (line, _) = source.line_column(moment.at);
        format!("  {:>2}  {}  [{name}:{line}]", number + 1, moment.text)
    });
    moments.collect()
}
