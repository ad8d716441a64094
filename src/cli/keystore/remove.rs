//! `keyroll keystore remove STORE --alias ALIAS`

use crate::{
    backend::pkcs12::Deed,
    cli::{exit::Exit, json::Format, screen::Screen},
    name::Alias,
};

use super::{
    at_store::{AtStore, alias, entry},
    fault::complain,
    outcome::{Became, tell},
};

/// Remove an entry: a key pair with its own certificate, a certificate, or a secret key. A removed
/// key is gone.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    at: AtStore,
    /// The entry
    #[arg(long, value_name = "ALIAS", value_parser = alias)]
    alias: Alias,
    /// Text for people, or JSON
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Result<Exit, Exit> {
    let Arguments { at, alias, .. } = arguments;
    let deed = Deed { command: "remove", aliases: vec![alias.clone()], may_make: false };
    let hand = at.hand(deed, screen)?;
    let found = entry(hand.entry(alias), (alias, &at.store), || hand.entries(), screen)?;
    let done = hand.change(|store| store.remove_entry(&found));
    let outcome = done.map_err(|error| complain(&error, screen))?;
    Ok(tell((at, arguments.format), "remove", outcome, vec![Became::of(alias, None)], screen))
}
