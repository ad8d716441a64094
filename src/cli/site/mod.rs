//! `keyroll site`: a site itself, before anything is done at it.

pub mod check;
mod lines;
pub mod show;
pub mod trust;

use clap::Subcommand;

use super::{exit::Exit, screen::Screen};

/// Look at a site: whether all that it names is there, what it has started, and trust that.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Check(check::Arguments),
    Show(show::Arguments),
    Trust(trust::Arguments),
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Exit {
    let done = match &arguments.verb {
        Verb::Check(arguments) => check::run(arguments, screen),
        Verb::Show(arguments) => show::run(arguments, screen),
        Verb::Trust(arguments) => trust::run(arguments, screen),
    };
    done.unwrap_or_else(|exit| exit)
}
