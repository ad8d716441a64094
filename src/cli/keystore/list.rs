//! `keyroll keystore list STORE`

use serde::Serialize;

use crate::{
    backend::{
        clock::{Clock, WallClock},
        keystore::Keystore,
    },
    cli::{
        exit::Exit,
        json::{Format, line},
        screen::Screen,
    },
    source::shown,
};

use super::{
    at_store::AtStore,
    row::{EntryRow, RemarkRow},
};

/// List the entries of a keystore, one a line.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    at: AtStore,
    /// Text for people, or JSON
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// A keystore's entries, for machines.
#[derive(Debug, Serialize)]
pub struct Listed {
    /// The keystore.
    pub store: String,
    /// Its entries, in its order.
    pub entries: Vec<EntryRow>,
    /// What there is to know about it: what is weak, and what other tools do not see.
    pub remarks: Vec<RemarkRow>,
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Result<Exit, Exit> {
    let store = arguments.at.open(screen)?;
    let now = WallClock.now();
    let entries = store.entries().map_err(arguments.at.failed(screen))?;
    let remarks = store.remarks().map_err(arguments.at.failed(screen))?;
    let entries: Vec<EntryRow> = entries.iter().map(|entry| EntryRow::of(entry, now)).collect();
    if arguments.format == Format::Json {
        let store = arguments.at.store.display().to_string();
        screen.result(line(&Listed { store, entries, remarks: RemarkRow::all(&remarks) }));
        return Ok(Exit::Done);
    }
    let width = entries.iter().map(|entry| shown(&entry.alias).chars().count()).max().unwrap_or(0);
    for entry in &entries {
        screen.result(entry.line(width));
    }
    if entries.is_empty() {
        screen.talk("the keystore has no entries");
    }
    Ok(Exit::Done)
}
