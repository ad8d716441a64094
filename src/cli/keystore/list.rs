//! `keyroll keystore list STORE`

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    backend::{
        clock::{Clock, WallClock},
        keystore::Keystore,
    },
    cli::{
        exit::Exit,
        json::{Document, Format},
        screen::Screen,
    },
    source::shown,
};

use super::{
    at_store::AtStore,
    held::HeldRow,
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
#[derive(Debug, Serialize, JsonSchema)]
pub struct Listed {
    /// The keystore.
    pub store: String,
    /// Its entries, in its order.
    pub entries: Vec<EntryRow>,
    /// What runs hold of it.
    pub held: Vec<HeldRow>,
    /// What there is to know about it: what is weak, and what other tools do not see.
    pub remarks: Vec<RemarkRow>,
}

impl Document for Listed {
    const NAME: &'static str = "keystore";
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Result<Exit, Exit> {
    screen.speak(arguments.format);
    let store = arguments.at.open(screen)?;
    let now = WallClock.now();
    let entries = store.entries().map_err(arguments.at.failed(screen))?;
    let remarks = store.remarks().map_err(arguments.at.failed(screen))?;
    let entries: Vec<EntryRow> = entries.iter().map(|entry| EntryRow::of(entry, now)).collect();
    let held = HeldRow::all(&arguments.at.store, screen);
    if arguments.format == Format::Json {
        let store = arguments.at.store.display().to_string();
        screen.document(&Listed { store, entries, held, remarks: RemarkRow::all(&remarks) });
        return Ok(Exit::Done);
    }
    let width = entries.iter().map(|entry| shown(&entry.alias).chars().count()).max().unwrap_or(0);
    for entry in &entries {
        screen.result(entry.line(width));
    }
    if entries.is_empty() {
        screen.remark("the keystore has no entries");
    }
    held.iter().for_each(|row| screen.result(row.line()));
    Ok(Exit::Done)
}
