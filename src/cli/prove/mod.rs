//! `keyroll prove PLAN`

mod certificate;
mod judged;
mod moments;
mod ours;
mod refuted;
mod several;
mod story;
mod timed;
mod watch;
mod words;

use std::path::PathBuf;

use crate::{
    check::{Checked, Variant, family},
    proof::{
        budget::Budget,
        engine::Engine,
        verdict::{BUDGET, Verdict, Why, prove_by},
    },
    source::{Finding, Refusal, Source},
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
    // A certificate or a story is of one plan.
    let is_of_one = arguments.certificate.is_some() || arguments.story.is_some() || arguments.all;
    let read = if is_of_one { arguments.plan.only(screen) } else { arguments.plan.variants(screen) };
    let (source, mut variants) = match read {
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
    let (advice, refuses) = arguments.weights.weighed(family::advice(&mut variants));
    if refuses {
        screen.page(&Refusal::new(source, advice));
        place.stays_empty(screen);
        story.stays_empty("refused for its advice", screen);
        return Exit::Refused;
    }
    if variants.len() > 1 {
        return several::prove(arguments, (source, variants, advice), (&place, &story), screen);
    }
    let Some(Variant { checked, .. }) = variants.pop() else { return Exit::Refused };
    let name = checked.plan().name.clone();
    let (exit, judged) = one(arguments, (&source, checked, &name), advice, (&place, &story), screen);
    if let Some(judged) = judged {
        tell(judged, screen);
    }
    exit
}

/// Proves one plan, which goes by a name; the document that tells of it, where one is wanted.
fn one(
    arguments: &Arguments,
    (source, checked, name): (&Source, Checked, &str),
    advice: Vec<Finding>,
    (place, story): (&certificate::Place<'_>, &story::Place<'_>),
    screen: &mut Screen,
) -> (Exit, Option<Judged>) {
    let start = checked.plan().start.clone();
    let watch = Watch::of(screen);
    let goes_on = |reached| watch.goes_on(reached);
    let verdict =
        prove_by(arguments.engine, checked, &start, Budget { states: arguments.budget, goes_on: &goes_on });
    watch.ends();
    match verdict {
        Verdict::Proven(proven) => {
            story.stays_empty("proved", screen);
            if !advice.is_empty() {
                screen.page(&Refusal::new(source.clone(), advice));
            }
            let written = match place.write((&proven, &start), arguments.budget, screen) {
                Ok(written) => written,
                Err(exit) => return (exit, None),
            };
            let plan = &proven.checked().plan().name;
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
            let exit = if matches!(open.why, Why::Stopped(_)) { Exit::Interrupted } else { Exit::NotProved };
            (exit, judged)
        }
    }
}

/// The document, with the findings that were kept for it.
fn tell(judged: Judged, screen: &mut Screen) {
    let findings = screen.found().into_iter().flat_map(|found| found.findings).collect();
    screen.document(&judged.with(findings));
}
