//! What the commands on a keystore have in common: the keystore, its password, an alias in it.

use std::path::{Path, PathBuf};

use crate::{
    backend::{
        keystore::{Entry, KeystoreError},
        pkcs12::{Deed, Hand, Pkcs12Keystore},
    },
    cli::{exit::Exit, screen::Screen},
    name::Alias,
};

use super::{
    fault::{complain, unknown_alias},
    password,
};

/// Which keystore, and its password.
#[derive(Debug, clap::Args)]
pub struct AtStore {
    /// The keystore, a PKCS#12 file
    pub store: PathBuf,
    /// Where its password comes from: env:NAME, file:PATH, fd:NUMBER, credential:NAME, or - to be
    /// asked on the terminal, as without it
    #[arg(long, value_name = "SOURCE")]
    pub password: Option<String>,
}

impl AtStore {
    /// The keystore, to look into it.
    ///
    /// # Errors
    /// The exit; what is wrong has been said.
    pub fn open(&self, screen: &mut Screen) -> Result<Pkcs12Keystore, Exit> {
        if !self.store.exists() {
            return Err(complain(&KeystoreError::Missing(self.store.clone()), screen));
        }
        let password = password::fetch(self.password.as_deref(), &self.store, screen)?;
        Ok(Pkcs12Keystore::open(&self.store, password))
    }

    /// The keystore, to change it.
    ///
    /// # Errors
    /// The exit; what is wrong has been said.
    pub fn hand(&self, deed: Deed, screen: &mut Screen) -> Result<Hand, Exit> {
        let source = self.password.as_deref();
        let password = match (self.store.exists(), deed.may_make) {
            (false, true) => password::fetch_new(source, &self.store, screen)?,
            (true, _) => password::fetch(source, &self.store, screen)?,
            (false, false) => return Err(complain(&KeystoreError::Missing(self.store.clone()), screen)),
        };
        Hand::on(&self.store, password, deed).map_err(|error| complain(&error, screen))
    }

    /// Says what went wrong with it.
    pub fn failed<'a>(&self, screen: &'a mut Screen) -> impl FnMut(KeystoreError) -> Exit + use<'a> {
        |error| complain(&error, screen)
    }
}

/// The entry under an alias, or the finding that there is none.
///
/// # Errors
/// The exit; what is wrong has been said, with the nearest alias.
pub fn entry(
    found: Result<Option<Entry>, KeystoreError>,
    (alias, store): (&Alias, &Path),
    all: impl FnOnce() -> Result<Vec<Entry>, KeystoreError>,
    screen: &mut Screen,
) -> Result<Entry, Exit> {
    match found {
        Ok(Some(entry)) => Ok(entry),
        Ok(None) => match all() {
            Ok(all) => Err(unknown_alias(alias, store, &all, screen)),
            Err(error) => Err(complain(&error, screen)),
        },
        Err(error) => Err(complain(&error, screen)),
    }
}

/// Reads an alias from the command line.
///
/// # Errors
/// Why the text is no alias.
pub fn alias(text: &str) -> Result<Alias, String> {
    Alias::new(text).map_err(|error| error.to_string())
}
