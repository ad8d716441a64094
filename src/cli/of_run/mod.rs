//! What is done with a run as a whole: it is shown partner by partner, called off, held up or no longer, moved or
//! handed over.

pub mod abort;
pub mod amend;
pub mod board;
pub mod called_off;
pub mod go_on;
pub mod handover;
pub mod part;
pub mod pause;
pub mod retry;
pub mod skip;
pub mod waive;

use clap::Subcommand;

use super::{exit::Exit, screen::Screen};

/// One of them.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    Board(board::Arguments),
    Abort(abort::Arguments),
    Retry(retry::Arguments),
    Skip(skip::Arguments),
    Waive(waive::Arguments),
    Amend(amend::Arguments),
    Handover(handover::Arguments),
    Pause(pause::Arguments),
    Resume(pause::ResumeArguments),
}

/// Does it.
pub(super) fn run(verb: &Verb, screen: &mut Screen) -> Exit {
    match verb {
        Verb::Board(arguments) => board::run(arguments, screen),
        Verb::Abort(arguments) => abort::run(arguments, screen),
        Verb::Retry(arguments) => retry::run(arguments, screen),
        Verb::Skip(arguments) => skip::run(arguments, screen),
        Verb::Waive(arguments) => waive::run(arguments, screen),
        Verb::Amend(arguments) => amend::run(arguments, screen),
        Verb::Handover(arguments) => handover::run(arguments, screen),
        Verb::Pause(arguments) => pause::run(arguments, screen),
        Verb::Resume(arguments) => pause::resume(arguments, screen),
    }
}
