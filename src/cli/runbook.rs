//! `keyroll runbook PLAN`

use std::path::PathBuf;

use crate::{
    proof::{
        budget::Budget,
        engine::Engine,
        verdict::{BUDGET, Verdict, Why, prove_by},
    },
    runbook::{Runbook, html::Html, markdown::Markdown},
};

use super::{exit::Exit, output::Output, prove::Watch, screen::Screen, stop, text::PlanText};

/// Write a plan as a procedure for people: what it is worth, all steps, and a page for each role.
///
/// The plan is proved first. One that is refused or not proved is written too, says so on top and on
/// each page, and the command ends with 1 or 8.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    plan: PlanText,
    /// How it is written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    /// Write it to this file, not to standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Look at no more than this many states for the proof
    #[arg(long, default_value_t = BUDGET, value_name = "STATES")]
    budget: usize,
}

/// The ways to write a runbook.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// Text with check boxes and tables
    #[default]
    Markdown,
    /// One page with the drawing of the lanes, to print or to show
    Html,
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Exit {
    let checked = match arguments.plan.checked(None, screen) {
        Ok((_, checked)) => checked,
        Err(exit) => return exit,
    };
    let start = checked.plan().start.clone();
    let watch = Watch::of(screen);
    let goes_on = |reached| watch.goes_on(reached);
    let budget = Budget { states: arguments.budget, goes_on: &goes_on };
    let verdict = prove_by(Engine::Auto, checked, &start, budget);
    watch.ends();
    let exit = match &verdict {
        Verdict::Proven(_) => Exit::Done,
        Verdict::Refuted(_) => Exit::Refused,
        Verdict::NotProven(open) => match open.why {
            Why::Expected(_) => Exit::Refused,
            Why::Stopped(_) => stop::exit(),
            _ => Exit::NotProved,
        },
    };
    let book = Runbook::of(&verdict);
    let text = match arguments.format {
        Format::Markdown => Markdown(&book).to_string(),
        Format::Html => Html(&book).to_string(),
    };
    if let Err(failed) = Output::of(arguments.output.as_deref()).write(text.as_bytes(), screen) {
        return failed;
    }
    if exit != Exit::Done {
        let (worth, why) = book.head.standing.banner();
        screen.talk(crate::source::shown(&format!("{}: {worth} {why}", book.head.plan)));
    }
    exit
}
