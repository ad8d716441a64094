//! `keyroll sign --keystore STORE --alias ALIAS FILE`

use std::io::{self, Seek};
use std::path::PathBuf;

use crate::{
    backend::{
        file::atomic::Draft,
        keystore::{Keystore, KeystoreError},
        pkcs12::Pkcs12Keystore,
        xml_dsig::{Limits, SigningKey, sign},
    },
    name::Alias,
};

use super::{
    at_site::shown_path,
    document,
    exit::Exit,
    keystore::{
        at_store::{alias, entry},
        fault, password,
    },
    output::Output,
    screen::Screen,
    xml_fault,
};

/// Sign an XML document with the key pair that an alias names.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The document, or - for standard input
    file: PathBuf,
    /// The keystore, a PKCS#12 file
    #[arg(long, value_name = "STORE")]
    keystore: PathBuf,
    /// The key pair
    #[arg(long, value_name = "ALIAS", value_parser = alias)]
    alias: Alias,
    /// Where the keystore's password comes from: env:NAME, file:PATH, fd:NUMBER, credential:NAME, or
    /// - to be asked on the terminal, as without it
    #[arg(long, value_name = "SOURCE")]
    password: Option<String>,
    /// Where the signed document goes, if not to standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Exit {
    signed(arguments, screen).unwrap_or_else(|exit| exit)
}

fn signed(arguments: &Arguments, screen: &mut Screen) -> Result<Exit, Exit> {
    let Arguments { alias, keystore: store, .. } = arguments;
    if !store.exists() {
        return Err(fault::complain(&KeystoreError::Missing(store.clone()), screen));
    }
    let password = password::fetch(arguments.password.as_deref(), store, screen)?;
    let keystore = Pkcs12Keystore::open(store, password);
    entry(keystore.entry(alias), (alias, store), || keystore.entries(), screen)?;
    let (key, own) = keystore.private_key(alias).map_err(|error| fault::complain(&error, screen))?;
    let name = shown_path(&arguments.file);
    let key = SigningKey::new(&key, &own).map_err(|error| xml_fault::complain(&error, &name, screen))?;
    let mut document = document::open(&arguments.file, screen)?;
    let unwritten = |error: io::Error| format!("cannot write the signed document: {error}");
    match Output::of(arguments.output.as_deref()).file() {
        Some(path) => {
            let draft = Draft::beside(path).map_err(|error| {
                screen.talk(format_args!("cannot write {}: {error}", shown_path(path)));
                Exit::Backend
            });
            let mut draft = draft?;
            sign(&mut document, &mut draft, &key, &Limits::default())
                .map_err(|error| xml_fault::complain(&error, &name, screen))?;
            draft.place(None).map_err(|error| {
                screen.talk(unwritten(error));
                Exit::Backend
            })?;
        }
        None => {
            // Nothing goes out before all of it is signed.
            let mut whole = tempfile::tempfile().map_err(|error| {
                screen.talk(unwritten(error));
                Exit::Backend
            })?;
            sign(&mut document, &mut whole, &key, &Limits::default())
                .map_err(|error| xml_fault::complain(&error, &name, screen))?;
            whole.rewind().and_then(|()| screen.copy(&mut whole)).map_err(|error| {
                screen.talk(unwritten(error));
                Exit::Backend
            })?;
        }
    }
    screen.talk(format_args!("signed with {} ({})", own.fingerprint().short(), own.subject()));
    Ok(Exit::Done)
}
