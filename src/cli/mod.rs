//! The command line: arguments in, words and an exit code out.

pub mod check;
pub mod exit;
pub mod explain;
pub mod fmt;
pub mod json;
pub mod prove;
pub mod rehearse;
pub mod screen;
pub mod stop;
pub mod text;

use clap::{Parser, Subcommand};

use exit::Exit;
use screen::Screen;

/// Read, prove, rehearse and run renewals of keys and certificates.
#[derive(Debug, Parser)]
#[command(name = "keyroll", version, max_term_width = 100, infer_long_args = false)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Check(check::Arguments),
    Explain(explain::Arguments),
    Fmt(fmt::Arguments),
    Prove(prove::Arguments),
    Rehearse(rehearse::Arguments),
}

/// Does what the arguments say.
#[must_use]
pub fn main(arguments: impl IntoIterator<Item = std::ffi::OsString>) -> Exit {
    let parsed = match Arguments::try_parse_from(arguments) {
        Ok(parsed) => parsed,
        Err(error) => {
            // A help that was asked for is no mistake.
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Done };
            return if error.print().is_ok() { exit } else { Exit::Usage };
        }
    };
    let mut screen = Screen::standard();
    let exit = match parsed.verb {
        Verb::Check(arguments) => check::run(&arguments, &mut screen),
        Verb::Explain(arguments) => explain::run(&arguments, &mut screen),
        Verb::Fmt(arguments) => fmt::run(&arguments, &mut screen),
        Verb::Prove(arguments) => prove::run(&arguments, &mut screen),
        Verb::Rehearse(arguments) => rehearse::run(&arguments, &mut screen),
    };
    screen.finish(exit)
}
