//! The command line: arguments in, words and an exit code out.

pub mod answer;
pub mod answered;
pub mod asked;
pub mod at_site;
pub mod by_row;
pub mod carried;
pub mod check;
pub mod claimed;
pub mod compare;
pub mod compared;
pub mod completions;
pub mod confirm;
pub mod document;
pub mod dry_run;
pub mod exit;
pub mod explain;
pub mod fmt;
mod granted;
pub mod graph;
pub mod guard;
mod halted;
pub mod import;
pub mod inbox;
pub mod json;
pub mod keystore;
pub mod library;
pub mod man;
pub mod manner;
pub mod metrics;
mod moved;
pub mod new;
mod notices;
pub mod of_run;
pub mod output;
pub mod own_file;
pub mod prompt;
pub mod prove;
pub mod rehearse;
pub mod reject;
pub mod repair;
pub mod run;
pub mod runbook;
pub mod schema;
pub mod screen;
pub mod sign;
pub mod signature;
pub mod site;
pub mod status;
pub mod stop;
pub mod survey;
pub mod synthesize;
pub mod tally;
mod terminal;
pub mod text;
pub mod trust;
pub mod trusted;
mod understood;
pub mod validity;
pub mod verify;
pub mod verify_proof;
pub mod version;
pub mod watch;
pub mod weighed;
pub mod why;
pub mod written;
pub mod xml_explained;
pub mod xml_fault;

use clap::{CommandFactory, Parser, Subcommand};

use self::{exit::Exit, manner::Manner, screen::Screen};

/// Read, prove, rehearse and run renewals of keys and certificates.
#[derive(Debug, Parser)]
#[command(
    name = "keyroll",
    version = version::SHORT,
    long_version = version::long(),
    max_term_width = 100,
    infer_long_args = false,
    after_long_help = exit::EXITS
)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
    #[command(flatten)]
    manner: Manner,
}

#[derive(Debug, Subcommand)]
enum Verb {
    New(new::Arguments),
    Check(check::Arguments),
    Fmt(fmt::Arguments),
    Explain(explain::Arguments),
    Prove(prove::Arguments),
    Repair(repair::Arguments),
    Synthesize(synthesize::Arguments),
    Compare(compare::Arguments),
    Import(import::Arguments),
    VerifyProof(verify_proof::Arguments),
    Graph(graph::Arguments),
    Runbook(runbook::Arguments),
    Rehearse(rehearse::Arguments),
    Site(site::Arguments),
    DryRun(dry_run::Arguments),
    Watch(watch::Arguments),
    Run(run::Arguments),
    Status(status::Arguments),
    Why(why::Arguments),
    Inbox(inbox::Arguments),
    Answer(answer::Arguments),
    Confirm(confirm::Arguments),
    Reject(reject::Arguments),
    #[command(flatten)]
    OfRun(of_run::Verb),
    Keystore(keystore::Arguments),
    Sign(sign::Arguments),
    Verify(verify::Arguments),
    Schema(schema::Arguments),
    Completions(completions::Arguments),
    Man(man::Arguments),
}

/// All verbs and options.
fn command() -> clap::Command {
    Arguments::command()
}

/// Does what the arguments say.
#[must_use]
pub fn main(arguments: impl IntoIterator<Item = std::ffi::OsString>) -> Exit {
    let parsed = match understood::understood(arguments.into_iter().collect()) {
        Ok(parsed) => parsed,
        Err(exit) => return exit,
    };
    stop::outlive_limits();
    let mut screen = Screen::standard(parsed.manner);
    screen.detail(version::line());
    let exit = match parsed.verb {
        Verb::New(arguments) => new::run(&arguments, &mut screen),
        Verb::Check(arguments) => check::run(&arguments, &mut screen),
        Verb::Explain(arguments) => explain::run(&arguments, &mut screen),
        Verb::Fmt(arguments) => fmt::run(&arguments, &mut screen),
        Verb::Prove(arguments) => prove::run(&arguments, &mut screen),
        Verb::Compare(arguments) => compare::run(&arguments, &mut screen),
        Verb::Import(arguments) => import::run(&arguments, &mut screen),
        Verb::Repair(arguments) => repair::run(&arguments, &mut screen),
        Verb::Synthesize(arguments) => synthesize::run(&arguments, &mut screen),
        Verb::VerifyProof(arguments) => verify_proof::run(&arguments, &mut screen),
        Verb::Graph(arguments) => graph::run(&arguments, &mut screen),
        Verb::Runbook(arguments) => runbook::run(&arguments, &mut screen),
        Verb::Rehearse(arguments) => rehearse::run(&arguments, &mut screen),
        Verb::Site(arguments) => site::run(&arguments, &mut screen),
        Verb::DryRun(arguments) => dry_run::run(&arguments, &mut screen),
        Verb::Watch(arguments) => watch::run(&arguments, &mut screen),
        Verb::Run(arguments) => run::run(&arguments, &mut screen),
        Verb::Status(arguments) => status::run(&arguments, &mut screen),
        Verb::Why(arguments) => why::run(&arguments, &mut screen),
        Verb::Inbox(arguments) => inbox::run(&arguments, &mut screen),
        Verb::Answer(arguments) => answer::run(&arguments, &mut screen),
        Verb::Confirm(arguments) => confirm::run(&arguments, &mut screen),
        Verb::Reject(arguments) => reject::run(&arguments, &mut screen),
        Verb::OfRun(verb) => of_run::run(&verb, &mut screen),
        Verb::Keystore(arguments) => keystore::run(&arguments, &mut screen),
        Verb::Sign(arguments) => sign::run(&arguments, &mut screen),
        Verb::Verify(arguments) => verify::run(&arguments, &mut screen),
        Verb::Schema(arguments) => schema::run(&arguments, &mut screen),
        Verb::Completions(arguments) => completions::run(&arguments, &mut screen),
        Verb::Man(arguments) => man::run(&arguments, &mut screen),
    };
    screen.finish(exit)
}
