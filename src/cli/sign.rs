//! `keyroll sign --keystore STORE --alias ALIAS FILE`

use std::io::{self, Seek};
use std::path::PathBuf;

use crate::{
    backend::{
        file::atomic::Draft,
        keystore::{EntryKind, Keystore, KeystoreError},
        pkcs12::Pkcs12Keystore,
        xml_dsig::{SigningKey, sign_seekable},
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
    screen::Screen,
    signature::Signature,
    written::Destination,
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
    #[command(flatten)]
    signature: Signature,
    #[command(flatten)]
    destination: Destination,
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Exit {
    signed(arguments, screen).unwrap_or_else(|exit| exit)
}

fn signed(arguments: &Arguments, screen: &mut Screen) -> Result<Exit, Exit> {
    let Arguments { alias, keystore: store, .. } = arguments;
    let output = arguments.destination.begin(screen)?;
    let profile = arguments.signature.profile(screen)?;
    if !store.exists() {
        return Err(fault::complain(&KeystoreError::Missing(store.clone()), screen));
    }
    let password = password::fetch(arguments.password.as_deref(), store, screen)?;
    let keystore = Pkcs12Keystore::open(store, password);
    let found = entry(keystore.entry(alias), (alias, store), || keystore.entries(), screen)?;
    let (key, own) = keystore.private_key(alias).map_err(|error| fault::complain(&error, screen))?;
    let name = document::name(&arguments.file);
    let key = SigningKey::new(&key, &own).map_err(|error| xml_fault::complain(&error, &name, screen))?;
    let key = match found.kind {
        EntryKind::KeyPair { chain } => key.with_chain(chain.get(1..).unwrap_or_default()),
        _ => key,
    };
    let mut document = document::open(&arguments.file, screen)?;
    let unwritten = |error: io::Error, screen: &mut Screen| {
        let to = output.file().map_or_else(String::new, |to| format!(" to {}", shown_path(to)));
        screen.talk(format_args!("cannot write the signed document{to}: {error}"));
        Exit::Backend
    };
    match output.file() {
        Some(path) => {
            let mut draft = Draft::beside(path).map_err(|error| unwritten(error, screen))?;
            sign_seekable(&mut document, &mut draft, &key, &profile)
                .map_err(|error| xml_fault::complain(&error, &name, screen))?;
            draft.place(None).map_err(|error| unwritten(error, screen))?;
        }
        None => {
            // Nothing goes out before all of it is signed.
            let mut whole = tempfile::tempfile().map_err(|error| unwritten(error, screen))?;
            sign_seekable(&mut document, &mut whole, &key, &profile)
                .map_err(|error| xml_fault::complain(&error, &name, screen))?;
            let copied = whole.rewind().and_then(|()| screen.copy(&mut whole));
            copied.map_err(|error| unwritten(error, screen))?;
        }
    }
    screen.remark(format_args!("signed with {} ({})", own.fingerprint().short(), own.subject()));
    arguments.destination.told("sign", (store, alias), &own, screen);
    Ok(Exit::Done)
}
