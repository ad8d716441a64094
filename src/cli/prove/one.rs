//! One plan is proved.

use std::mem::ManuallyDrop;

use crate::{
    check::Checked,
    cli::{at_site::shown_path, exit::Exit, json::Findings, screen::Screen, stop},
    page::junit::{Case, Cause, Outcome},
    proof::{
        budget::Budget,
        verdict::{Verdict, Why, prove_by},
    },
    source::{Finding, Refusal, Source},
    world::state::World,
};

use super::{
    Arguments, Judged, Watch, certificate,
    moments::{self, WayBack},
    proved, refuted, story,
    timed::{self, Timed},
};

/// Proves one plan, which goes by a name; the document that tells of it, where one is wanted.
pub(super) fn one(
    arguments: &Arguments,
    (source, checked, name): (&Source, Checked, &str),
    advice: Vec<Finding>,
    (place, story): (&certificate::Place<'_>, &story::Place<'_>),
    screen: &mut Screen,
) -> (Exit, Option<Judged>) {
    let start = checked.plan().start.clone();
    let verdict = verdict(arguments, checked, screen);
    told(arguments, (source, (verdict, &start), name), advice, (place, story), screen)
}

/// Judges one plan from its start.
pub(super) fn verdict(arguments: &Arguments, checked: Checked, screen: &Screen) -> Verdict {
    let start = checked.plan().start.clone();
    let watch = Watch::of(screen);
    let goes_on = |reached| watch.goes_on(reached);
    let verdict =
        prove_by(arguments.engine, checked, &start, Budget { states: arguments.budget, goes_on: &goes_on });
    watch.ends();
    verdict
}

/// Tells what became of one plan.
pub(super) fn told(
    arguments: &Arguments,
    (source, (verdict, start), name): (&Source, (Verdict, &World), &str),
    advice: Vec<Finding>,
    (place, story): (&certificate::Place<'_>, &story::Place<'_>),
    screen: &mut Screen,
) -> (Exit, Option<Judged>) {
    match verdict {
        Verdict::Proven(proven) => {
            // The process ends soon: to give a large plan back piece by piece takes a tenth of its time.
            let proven = ManuallyDrop::new(proven);
            story.stays_empty("proved", screen);
            if !advice.is_empty() {
                screen.page(&Refusal::new(source.clone(), advice));
            }
            let written = match place.write((&proven, start), arguments.budget, screen) {
                Ok(written) => written,
                Err(exit) => return (exit, None),
            };
            let plan = &proven.checked().plan().name;
            if let Some(cases) = screen.cases() {
                let proof = proven.proof();
                let promises = proof.promises.iter().map(|(promise, _)| format!("promise {promise}"));
                let all = promises.chain(proof.finals.iter().map(|held| format!("finally {held}")));
                all.for_each(|held| cases.add(Case::passed(&source.name, format!("{name}: {held}"))));
            }
            let checked = proven.checked();
            match arguments.format {
                Findings::Text => {
                    screen.result(format_args!("{name}: proved"));
                    proved(proven.proof()).iter().for_each(|line| screen.result(line));
                    timed::lines(checked).iter().for_each(|line| screen.result(line));
                    moments::lines(checked).iter().for_each(|line| screen.result(line));
                    if let Some((file, bytes)) = written {
                        let file = shown_path(file);
                        screen.result(format_args!("  certificate {file}, {bytes} bytes"));
                    }
                    (Exit::Done, None)
                }
                Findings::Json => {
                    let judged = Judged::proved(plan, source, proven.proof()).certified(written);
                    (Exit::Done, Some(judged.in_time(Timed::of(checked), WayBack::of(checked))))
                }
                Findings::Sarif | Findings::Github => (Exit::Done, None),
            }
        }
        Verdict::Refuted(refuted) => {
            place.stays_empty(screen);
            refuted::refused(arguments, (*refuted, name), story, screen)
        }
        Verdict::NotProven(open) => {
            place.stays_empty(screen);
            story.stays_empty("neither proved nor refused", screen);
            let plan = &open.checked.plan().name;
            let next = match open.why {
                Why::Stopped(_) => "Call again, with --budget to look at fewer states.",
                Why::Bound(_) => "Raise --budget, or split the plan.",
                Why::Unsettled(_) => "Leave --engine out, or say --engine explicit.",
                Why::Expected(_) => "Take out `expect refused`, or put the hazard back.",
                Why::Differ | Why::Unclear => "This is a fault of keyroll: please report it, with the plan.",
            };
            let line = format!("{name}: not proved: {}. {next}", open.reason());
            if let Some(cases) = screen.cases() {
                let cause =
                    Cause { kind: "not proved".to_owned(), message: line.clone(), ..Cause::default() };
                let case = Case::passed(&source.name, format!("{name}: proof"));
                cases.add(Case { outcome: Outcome::Broke(cause), ..case });
            }
            let judged = match arguments.format {
                Findings::Text => {
                    screen.result(line);
                    None
                }
                Findings::Json => Some(Judged::open(plan, source, &open)),
                Findings::Sarif | Findings::Github => {
                    screen.talk(line);
                    None
                }
            };
            let exit = if matches!(open.why, Why::Stopped(_)) { stop::exit() } else { Exit::NotProved };
            (exit, judged)
        }
    }
}
