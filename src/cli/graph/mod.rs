//! `keyroll graph PLAN`

pub mod sheet;

use std::path::PathBuf;

use crate::{
    backend::file,
    evidence::{dot::Dot, mermaid::Mermaid, swimlane::Swimlanes},
    graph::outline::Outline,
};

use super::{at_site::shown_path, exit::Exit, json::line, screen::Screen, text::PlanText};
use sheet::Sheet;

/// Draw a plan: a lane for each role, the order of the steps, what the roles tell each other.
///
/// Executes nothing and connects to nothing.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    plan: PlanText,
    /// How it is written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    /// Write it to this file, not to standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// The ways to write a graph.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// A drawing that any browser shows
    #[default]
    Svg,
    /// A flowchart of Mermaid
    Mermaid,
    /// The language of Graphviz
    Dot,
    /// For machines
    Json,
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Exit {
    let checked = match arguments.plan.checked(None, screen) {
        Ok((_, checked)) => checked,
        Err(exit) => return exit,
    };
    let outline = Outline::of(checked.plan(), checked.order());
    let text = match arguments.format {
        Format::Svg => Swimlanes(&outline).to_string(),
        Format::Mermaid => Mermaid(&outline).to_string(),
        Format::Dot => Dot(&outline).to_string(),
        Format::Json => format!("{}\n", line(&Sheet::of(&outline))),
    };
    let Some(path) = &arguments.output else {
        screen.text(&text);
        return Exit::Done;
    };
    match file::replace(path, text.as_bytes(), None) {
        Ok(()) => Exit::Done,
        Err(error) => {
            screen.talk(format_args!("cannot write {}: {error}", shown_path(path)));
            Exit::Backend
        }
    }
}
