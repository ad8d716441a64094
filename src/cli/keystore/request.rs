//! `keyroll keystore request STORE --alias ALIAS`

use openssl::x509::X509Req;

use crate::{
    backend::{
        key_pair::reason,
        keystore::{Keystore, KeystoreError},
    },
    cli::{exit::Exit, screen::Screen, written::Destination},
    name::Alias,
};

use super::{
    at_store::{AtStore, alias, entry},
    fault::complain,
};

/// Write a request for a certificate (PKCS#10) for a key pair, with the subject that it has.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    at: AtStore,
    /// The key pair
    #[arg(long, value_name = "ALIAS", value_parser = alias)]
    alias: Alias,
    /// As DER instead of PEM
    #[arg(long)]
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
    let der = store.certificate_request(alias).map_err(|error| complain(&error, screen))?;
    let bytes = if arguments.der {
        der
    } else {
        let pem = X509Req::from_der(&der).and_then(|request| request.to_pem());
        pem.map_err(|stack| {
            let doing = "cannot write the certificate request";
            complain(&KeystoreError::Crypto { doing, cause: reason(&stack) }, screen)
        })?
    };
    let exit = output.write(&bytes, screen)?;
    if let Some(own) = found.certificate() {
        destination.told("request", (&at.store, alias), own, screen);
    }
    Ok(exit)
}
