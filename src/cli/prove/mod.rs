//! `keyroll prove PLAN`

mod certificate;
mod judged;
mod moments;
mod ours;
mod refuted;
mod story;
mod timed;
mod watch;
mod words;

use std::{mem::ManuallyDrop, path::PathBuf};

use crate::{
    proof::{
        budget::Budget,
        engine::Engine,
        verdict::{BUDGET, Verdict, Why, prove_by},
    },
    source::Refusal,
};

use super::{
    at_site::shown_path, exit::Exit, json::Findings, library, screen::Screen, text::PlanText,
    weighed::Weights,
};

use moments::WayBack;
use timed::Timed;
pub(super) use watch::Watch;

pub use judged::Judged;
pub use words::{proved, told};

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
    /// Where the story of a refused plan goes: FILE.json for `keyroll rehearse --story`, FILE.svg for a
    /// drawing
    #[arg(long, value_name = "FILE")]
    story: Option<PathBuf>,
    /// Tell a story for each way in which the plan fails, up to ten
    #[arg(long)]
    all: bool,
    /// Prove every plan of a folder, and hold each verdict against what the plan's head says
    #[arg(long, conflicts_with_all = ["certificate", "story", "all", "set"])]
    library: bool,
    #[command(flatten)]
    weights: Weights,
    /// Text for people, JSON, SARIF for code scanners, or annotations for GitHub Actions
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Findings,
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Exit {
    screen.speak(arguments.format);
    if let Err(exit) = arguments.weights.known(screen) {
        return exit;
    }
    if arguments.library {
        let task = library::Task::Prove { engine: arguments.engine, budget: arguments.budget };
        return library::run(&arguments.plan, (task, &arguments.weights), arguments.format, screen);
    }
    let (source, mut checked) = match arguments.plan.checked(None, screen) {
        Ok(read) => read,
        Err(exit) => return exit,
    };
    let place = match certificate::Place::of(arguments.certificate.as_deref(), screen) {
        Ok(place) => place,
        Err(exit) => return exit,
    };
    let story = match story::Place::of(arguments.story.as_deref(), screen) {
        Ok(story) => story,
        Err(exit) => return exit,
    };
    let (advice, refuses) = arguments.weights.weighed(checked.take_advice());
    if refuses {
        screen.page(&Refusal::new(source, advice));
        place.stays_empty(screen);
        story.stays_empty("refused for its advice", screen);
        return Exit::Refused;
    }
    let start = checked.plan().start.clone();
    let watch = Watch::of(screen);
    let goes_on = |reached| watch.goes_on(reached);
    let verdict =
        prove_by(arguments.engine, checked, &start, Budget { states: arguments.budget, goes_on: &goes_on });
    watch.ends();
    match verdict {
        Verdict::Proven(proven) => {
            // The process ends after this: to give a large plan back piece by piece takes a tenth of its time.
            let proven = ManuallyDrop::new(proven);
            story.stays_empty("proved", screen);
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
                Findings::Sarif | Findings::Github => {}
            }
            Exit::Done
        }
        Verdict::Refuted(refuted) => {
            place.stays_empty(screen);
            refuted::refused(arguments, *refuted, &story, screen)
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
            let line = format!("{plan}: not proved: {}. {next}", open.reason());
            match arguments.format {
                Findings::Text => screen.result(line),
                Findings::Json => tell(Judged::open(plan, &source, &open), screen),
                Findings::Sarif | Findings::Github => screen.talk(line),
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
