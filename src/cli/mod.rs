//! The command line: arguments in, words and an exit code out.

pub mod at_site;
pub mod check;
pub mod claimed;
pub mod confirm;
pub mod document;
pub mod dry_run;
pub mod exit;
pub mod explain;
pub mod fmt;
pub mod graph;
pub mod guard;
pub mod inbox;
pub mod json;
pub mod keystore;
pub mod output;
pub mod prompt;
pub mod prove;
pub mod rehearse;
pub mod reject;
pub mod run;
pub mod screen;
pub mod sign;
pub mod signature;
pub mod status;
pub mod stop;
pub mod tally;
pub mod text;
pub mod trust;
pub mod verify;
pub mod why;
pub mod xml_fault;

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
    Fmt(fmt::Arguments),
    Explain(explain::Arguments),
    Prove(prove::Arguments),
    Graph(graph::Arguments),
    Rehearse(rehearse::Arguments),
    DryRun(dry_run::Arguments),
    Run(run::Arguments),
    Status(status::Arguments),
    Why(why::Arguments),
    Inbox(inbox::Arguments),
    Confirm(confirm::Arguments),
    Reject(reject::Arguments),
    Keystore(keystore::Arguments),
    Sign(sign::Arguments),
    Verify(verify::Arguments),
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
        Verb::Graph(arguments) => graph::run(&arguments, &mut screen),
        Verb::Rehearse(arguments) => rehearse::run(&arguments, &mut screen),
        Verb::DryRun(arguments) => dry_run::run(&arguments, &mut screen),
        Verb::Run(arguments) => run::run(&arguments, &mut screen),
        Verb::Status(arguments) => status::run(&arguments, &mut screen),
        Verb::Why(arguments) => why::run(&arguments, &mut screen),
        Verb::Inbox(arguments) => inbox::run(&arguments, &mut screen),
        Verb::Confirm(arguments) => confirm::run(&arguments, &mut screen),
        Verb::Reject(arguments) => reject::run(&arguments, &mut screen),
        Verb::Keystore(arguments) => keystore::run(&arguments, &mut screen),
        Verb::Sign(arguments) => sign::run(&arguments, &mut screen),
        Verb::Verify(arguments) => verify::run(&arguments, &mut screen),
    };
    screen.finish(exit)
}
