//! Who may change a keystore, and who did: two files beside it.
//!
//! `<keystore>.held` is the claim: which runs of which journal work on which aliases. A claimed alias
//! is changed by its run alone. `<keystore>.record` has a line for each change by hand. Both are
//! written under the lock of the keystore, so nothing comes between a look at the claim and the
//! change that it allows.

mod claim;
mod custody_error;
mod person;
mod record;

use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use crate::{
    backend::{
        file::{self, Lock},
        keystore::KeystoreError,
    },
    name::Alias,
};

pub use claim::{Claim, Hold, Holder};
pub use custody_error::CustodyError;
pub use record::{Kept, Line, Note, Record, Stage};

/// A keystore, locked: nobody else that keeps to the lock changes it, its claim or its record.
#[derive(Debug)]
pub struct Custody {
    store: PathBuf,
    _lock: Lock,
}

impl Custody {
    /// Takes the lock of the keystore at `path`, which need not exist yet; waits at most `patience`.
    ///
    /// # Errors
    /// [`KeystoreError::Locked`] when another holds it all the while.
    pub fn take(path: &Path, patience: Duration) -> Result<Self, KeystoreError> {
        let fail = |doing| {
            move |cause: io::Error| match cause.kind() {
                io::ErrorKind::NotFound => KeystoreError::Missing(path.to_owned()),
                _ => KeystoreError::Io { doing, path: path.to_owned(), cause },
            }
        };
        let store = file::atomic::resolve(path).map_err(fail("cannot read"))?;
        let lock = Lock::take(&store, patience).map_err(fail("cannot lock"))?;
        let lock = lock.ok_or_else(|| KeystoreError::Locked(path.to_owned()))?;
        Ok(Self { store, _lock: lock })
    }

    /// The file that the path leads to.
    #[must_use]
    pub fn store(&self) -> &Path {
        &self.store
    }

    /// Whether `by` may change these aliases: a run those that it holds, and whoever is no run those
    /// that no run holds.
    ///
    /// # Errors
    /// [`CustodyError::Held`] and [`CustodyError::Lost`] when not.
    pub fn allow(&self, by: Option<&Holder>, aliases: &[&Alias]) -> Result<(), CustodyError> {
        claim::allow(&self.store, by, aliases)
    }

    /// Claims aliases for a run. What the same run holds already is replaced; what other runs of the
    /// same journal hold stays, unless they are not among `alive`.
    ///
    /// # Errors
    /// [`CustodyError::Held`] when another journal holds the store, or another run one of the aliases.
    pub fn claim(&self, journal: &Path, hold: Hold, alive: &[String]) -> Result<(), CustodyError> {
        claim::take(&self.store, journal, hold, alive)
    }

    /// Takes the claim of a run back; says whether there was one.
    ///
    /// # Errors
    /// When the claim cannot be read or written.
    pub fn give_back(&self, by: &Holder) -> Result<bool, CustodyError> {
        claim::give_back(&self.store, &by.run, Some(&by.journal))
    }

    /// Frees what a run holds, whichever journal it is of; says whether it held anything.
    ///
    /// # Errors
    /// When the claim cannot be read or written.
    pub fn release(&self, run: &str) -> Result<bool, CustodyError> {
        claim::give_back(&self.store, run, None)
    }

    /// Adds a line to the record, durably.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub fn note(&self, note: Note) -> Result<(), CustodyError> {
        record::append(&self.store, note)
    }
}
