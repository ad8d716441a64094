//! `keyroll keystore export STORE --alias ALIAS`

use std::path::PathBuf;

use crate::{
    backend::keystore::{EntryKind, Keystore, KeystoreError},
    cli::{exit::Exit, output::Output, screen::Screen},
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
    /// As DER instead of PEM
    #[arg(long, conflicts_with = "chain")]
    der: bool,
    /// Where it goes, if not to standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Result<Exit, Exit> {
    let Arguments { at, alias, .. } = arguments;
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
    Output::of(arguments.output.as_deref()).write(&bytes, screen)
}
