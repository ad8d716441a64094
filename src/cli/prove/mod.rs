//! `keyroll prove PLAN`

mod certificate;
mod due;
mod judged;
mod moments;
mod one;
mod refuted;
mod rows;
mod several;
mod story;
mod timed;
mod watch;
mod words;

use std::path::PathBuf;

use crate::{
    check::{Family, Variant, family},
    proof::{engine::Engine, verdict::BUDGET},
    source::Refusal,
};

use super::{
    exit::Exit,
    json::Findings,
    library,
    screen::{Screen, cases::Junit},
    text::PlanText,
    weighed::Weights,
};

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
    #[command(flatten)]
    junit: Junit,
    /// Text for people, JSON, SARIF for code scanners, or annotations for GitHub Actions
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Findings,
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Exit {
    screen.speak(arguments.format);
    let begun = arguments.weights.known(screen).and_then(|()| arguments.junit.begin("prove", screen));
    if let Err(exit) = begun {
        return exit;
    }
    if arguments.library {
        let task = library::Task::Prove { engine: arguments.engine, budget: arguments.budget };
        return library::run(&arguments.plan, (task, &arguments.weights), arguments.format, screen);
    }
    // A certificate or a story is of one plan.
    let is_of_one = arguments.certificate.is_some() || arguments.story.is_some() || arguments.all;
    let read = if is_of_one { arguments.plan.only(screen) } else { arguments.plan.family(screen) };
    let (source, Family { mut variants, rows }) = match read {
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
    if let Some(rows) = rows {
        return rows::prove(arguments, (source, variants, &rows), advice, (&place, &story), screen);
    }
    if variants.len() > 1 {
        return several::prove(arguments, (source, variants, advice), (&place, &story), screen);
    }
    let Some(Variant { checked, .. }) = variants.pop() else { return Exit::Refused };
    let name = checked.plan().name.clone();
    let (exit, judged) = one::one(arguments, (&source, checked, &name), advice, (&place, &story), screen);
    if let Some(judged) = judged {
        tell(judged, screen);
    }
    exit
}

/// The document, with the findings that were kept for it.
fn tell(judged: Judged, screen: &mut Screen) {
    let findings = screen.found().into_iter().flat_map(|found| found.findings).collect();
    screen.document(&judged.with(findings));
}
