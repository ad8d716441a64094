//! `keyroll keystore show STORE`

use crate::{
    backend::{
        clock::{Clock, WallClock},
        keystore::Keystore,
    },
    cli::{exit::Exit, json::Format, screen::Screen},
    name::Alias,
};

use super::{
    at_store::{AtStore, alias, entry},
    held::HeldRow,
    list::Listed,
    row::{EntryRow, RemarkRow},
};

/// Show all about the entries of a keystore: subject, issuer, validity, key, digests, chain;
/// and what is weak about the keystore.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    at: AtStore,
    /// Only this entry
    #[arg(long, value_name = "ALIAS", value_parser = alias)]
    alias: Option<Alias>,
    /// Text for people, or JSON
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Result<Exit, Exit> {
    screen.speak(arguments.format);
    let Arguments { at, alias, format } = arguments;
    let store = at.open(screen)?;
    let now = WallClock.now();
    let found = match alias {
        Some(alias) => vec![entry(store.entry(alias), (alias, &at.store), || store.entries(), screen)?],
        None => store.entries().map_err(at.failed(screen))?,
    };
    let remarks = RemarkRow::all(&store.remarks().map_err(at.failed(screen))?);
    let entries: Vec<EntryRow> = found.iter().map(|entry| EntryRow::of(entry, now)).collect();
    let held = HeldRow::all(&at.store, screen);
    if *format == Format::Json {
        screen.document(&Listed { store: at.store.display().to_string(), entries, held, remarks });
        return Ok(Exit::Done);
    }
    let texts: Vec<String> = entries.iter().map(|entry| entry.lines().join("\n")).collect();
    if texts.is_empty() {
        screen.remark("the keystore has no entries");
    } else {
        screen.result(texts.join("\n\n"));
    }
    held.iter().for_each(|row| screen.result(row.line()));
    for remark in remarks.iter().filter(|_| alias.is_none()) {
        let word = if remark.weakness { "weak" } else { "note" };
        screen.result(format_args!("{word}: {}", remark.words));
    }
    Ok(Exit::Done)
}
