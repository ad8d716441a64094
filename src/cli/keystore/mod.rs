//! `keyroll keystore`: single steps on a keystore, by hand.
//!
//! Looking is always allowed. A change is refused on an alias that a run holds, and leaves two lines
//! in the record beside the keystore: what is about to be done, and how it ended.

pub mod at_store;
pub mod create;
pub mod exchange;
pub mod explained;
pub mod export;
pub mod fault;
pub mod held;
pub mod import;
pub mod list;
pub mod outcome;
pub mod password;
pub mod record;
pub mod release;
pub mod remove;
pub mod request;
pub mod row;
pub mod show;

use clap::Subcommand;

use super::{exit::Exit, screen::Screen};

/// Look into a keystore or change it by hand, one step at a time.
///
/// Changes are refused on aliases that a run holds, and are written down beside the keystore.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    List(list::Arguments),
    Show(show::Arguments),
    Export(export::Arguments),
    Create(create::Arguments),
    Request(request::Arguments),
    Import(import::Arguments),
    Exchange(exchange::Arguments),
    Remove(remove::Arguments),
    Record(record::Arguments),
    Release(release::Arguments),
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Exit {
    let done = match &arguments.verb {
        Verb::List(arguments) => list::run(arguments, screen),
        Verb::Show(arguments) => show::run(arguments, screen),
        Verb::Export(arguments) => export::run(arguments, screen),
        Verb::Create(arguments) => create::run(arguments, screen),
        Verb::Request(arguments) => request::run(arguments, screen),
        Verb::Import(arguments) => import::run(arguments, screen),
        Verb::Exchange(arguments) => exchange::run(arguments, screen),
        Verb::Remove(arguments) => remove::run(arguments, screen),
        Verb::Record(arguments) => record::run(arguments, screen),
        Verb::Release(arguments) => release::run(arguments, screen),
    };
    done.unwrap_or_else(|exit| exit)
}
