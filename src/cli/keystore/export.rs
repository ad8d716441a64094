//! `keyroll keystore export STORE --alias ALIAS`

use crate::{
    backend::keystore::{EntryKind, Keystore, KeystoreError},
    cli::{exit::Exit, screen::Screen, written::Destination},
    name::Alias,
    world::material::Certificate,
};

use super::{
    at_store::{AtStore, alias, entry},
    fault::complain,
};

/// Write out the certificate of an entry, or its chain. Never a private key.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    at: AtStore,
    /// The entry
    #[arg(long, value_name = "ALIAS", value_parser = alias)]
    alias: Alias,
    /// With its issuers, as far as the keystore has them
    #[arg(long)]
    chain: bool,
    /// As DER instead of PEM; a chain is always PEM
    #[arg(long, conflicts_with = "chain")]
    der: bool,
    #[command(flatten)]
    destination: Destination,
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Result<Exit, Exit> {
    let Arguments { at, alias, destination, .. } = arguments;
    let output = destination.begin(screen)?;
    let store = at.open(screen)?;
    let found = entry(store.entry(alias), (alias, &at.store), || store.entries(), screen)?;
    let chain: Vec<Certificate> = match found.kind {
        EntryKind::KeyPair { chain } => chain,
        EntryKind::Certificate(own) => vec![own],
        EntryKind::Secret => Vec::new(),
    };
    let Some(own) = chain.first() else {
        return Err(complain(&KeystoreError::NoKeyPair(alias.clone()), screen));
    };
    let bytes = match (arguments.der, arguments.chain) {
        (true, _) => own.der().to_vec(),
        (false, true) => chain.iter().map(Certificate::pem).collect::<String>().into_bytes(),
        (false, false) => own.pem().into_bytes(),
    };
    let exit = output.write(&bytes, screen)?;
    destination.told("export", (&at.store, alias), own, screen);
    Ok(exit)
}
