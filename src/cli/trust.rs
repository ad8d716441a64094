//! The certificates that a verification counts on: a file, a folder of files, or a PKCS#12 store.

use std::path::{Path, PathBuf};

use crate::{
    backend::{
        file::bounded::{self, CERTIFICATE_LIMIT},
        key_pair::certificates::read as read_all,
        keystore::{Entry, Keystore},
        pkcs12::Pkcs12Keystore,
    },
    source::shown,
    world::material::Certificate,
};

use super::{
    at_site::shown_path,
    exit::Exit,
    keystore::{fault, password},
    screen::Screen,
};

/// Which certificates are trusted.
#[derive(Debug, clap::Args)]
pub struct Trust {
    /// Trusted certificates: a PEM or DER file, a folder of such files, or a PKCS#12 keystore
    #[arg(long, value_name = "PATH")]
    trust: PathBuf,
    /// Where the password of a keystore in --trust comes from: env:NAME, file:PATH, fd:NUMBER,
    /// credential:NAME, or - to be asked on the terminal, as without it
    #[arg(long, value_name = "SOURCE")]
    trust_password: Option<String>,
}

impl Trust {
    /// Reads them. A key pair in a keystore counts with its own certificate, not with its issuers.
    ///
    /// # Errors
    /// The exit; what is wrong has been said. That there is none is an error: nothing would verify.
    pub fn certificates(&self, screen: &mut Screen) -> Result<Vec<Certificate>, Exit> {
        let path = &self.trust;
        let found = if path.is_dir() { of_folder(path) } else { self.of_file(path, screen)? };
        let why = match found {
            Ok(found) if found.is_empty() => "there is no certificate in it".to_owned(),
            Ok(found) => return Ok(found),
            Err(why) => why,
        };
        screen.talk(format_args!("cannot trust {}: {why}", shown_path(path)));
        Err(Exit::Usage)
    }

    fn of_file(&self, path: &Path, screen: &mut Screen) -> Result<Result<Vec<Certificate>, String>, Exit> {
        let read = read(path);
        let is_keystore = self.trust_password.is_some()
            || read.as_ref().is_ok_and(|bytes| certificates(bytes).is_err() && bytes.first() == Some(&0x30));
        if !is_keystore {
            return Ok(read.and_then(|bytes| certificates(&bytes)));
        }
        let password = password::fetch(self.trust_password.as_deref(), path, screen)?;
        let entries = Pkcs12Keystore::open(path, password).entries();
        let entries = entries.map_err(|error| fault::complain(&error, screen))?;
        Ok(Ok(entries.iter().filter_map(Entry::certificate).cloned().collect()))
    }
}

fn of_folder(folder: &Path) -> Result<Vec<Certificate>, String> {
    let files = std::fs::read_dir(folder).map_err(|error| error.to_string())?;
    let mut paths = Vec::new();
    for file in files {
        let path = file.map_err(|error| error.to_string())?.path();
        let is_named = path
            .extension()
            .is_some_and(|end| ["pem", "crt", "cer", "der"].iter().any(|known| end == *known));
        if is_named && path.is_file() {
            paths.push(path);
        }
    }
    paths.sort();
    let mut all = Vec::new();
    for path in paths {
        let found = read(&path).and_then(|bytes| certificates(&bytes));
        all.extend(found.map_err(|why| format!("{}: {why}", shown_path(&path)))?);
    }
    Ok(all)
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    match bounded::read(path, CERTIFICATE_LIMIT) {
        Ok(bytes) if bytes.len() > CERTIFICATE_LIMIT => Err("it is too large".to_owned()),
        Ok(bytes) => Ok(bytes),
        Err(error) => Err(shown(&error.to_string())),
    }
}

fn certificates(bytes: &[u8]) -> Result<Vec<Certificate>, String> {
    read_all(bytes).map_err(|error| error.to_string())
}
