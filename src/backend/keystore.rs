//! The face of a keystore.

use std::fmt::Debug;
use std::path::PathBuf;

use crate::{
    name::Alias,
    world::material::{Certificate, Fingerprint, KeyType},
};

use super::{Outcome, command::CommandError, custody::CustodyError, key_pair::KeyPairError};

/// Key pair entries and certificate entries, each under its alias. Where a command keeps them, a
/// credential of another kind may stand in the place of a key pair, with a public text as certificate.
///
/// Private keys stay inside: no method returns one and no implementation may print one.
/// Every change means "make it so", for a run cut off between the change and its journal
/// record will ask for the same change again.
pub trait Keystore: Debug + Send {
    /// Reads the entry under `alias`, if there is one.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn entry(&self, alias: &Alias) -> Result<Option<Entry>, KeystoreError>;

    /// All entries, in the order of the store.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn entries(&self) -> Result<Vec<Entry>, KeystoreError>;

    /// What a careful owner should know: what is weak in the store, and what other tools do not see
    /// of it. One sentence each; none for a store that has nothing of it.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn remarks(&self) -> Result<Vec<String>, KeystoreError> {
        Ok(Vec::new())
    }

    /// Generates a key pair with a self-signed certificate under `alias`, or finds the one already
    /// made to `spec` (same key type and subject).
    ///
    /// # Errors
    /// [`KeystoreError::Occupied`] when something else is under `alias`.
    fn create_key_pair(
        &mut self,
        alias: &Alias,
        spec: &KeySpec,
    ) -> Result<(Outcome, Certificate), KeystoreError>;

    /// Puts a certificate that another role made under `alias`, or finds it there.
    ///
    /// # Errors
    /// [`KeystoreError::Occupied`] when something else is under `alias`; [`KeystoreError::NoHand`] where
    /// the store cannot do it.
    fn put_certificate(
        &mut self,
        _alias: &Alias,
        _certificate: &Certificate,
    ) -> Result<Outcome, KeystoreError> {
        Err(KeystoreError::NoHand("import a certificate"))
    }

    /// Puts what another role issued for the key pair under `alias` in place of its certificate, with the
    /// issuers, or finds it there. The key stays as it is.
    ///
    /// # Errors
    /// [`KeystoreError::NotTheAnswer`] when not exactly one certificate of the answer belongs to the key;
    /// [`KeystoreError::NoKeyPair`] when there is none; [`KeystoreError::NoHand`] where the store cannot
    /// do it.
    fn install(&mut self, _alias: &Alias, _answer: &[Certificate]) -> Result<Outcome, KeystoreError> {
        Err(KeystoreError::NoHand("install a certificate that another role issued"))
    }

    /// Makes `alias` name the key pair `wanted`, which lies under `staged`, and moves the pair it
    /// named, `expected`, to `backup` (or drops it when there is no backup alias). Afterwards
    /// `staged` is free. All in one act: no reader sees a store in which `alias` names nothing.
    ///
    /// # Errors
    /// [`KeystoreError::Moved`] when `alias` or `staged` holds something else than expected;
    /// [`KeystoreError::Occupied`] when something else is under `backup`.
    fn exchange(&mut self, exchange: &Exchange<'_>) -> Result<Outcome, KeystoreError>;

    /// Removes the entry under `alias`, provided it is still the one meant.
    ///
    /// # Errors
    /// [`KeystoreError::Moved`] when `alias` holds another entry.
    fn remove(&mut self, alias: &Alias, meant: &Fingerprint) -> Result<Outcome, KeystoreError>;
}

/// What an exchange under a kept alias is about. Fingerprints are of certificates.
#[derive(Clone, Copy, Debug)]
pub struct Exchange<'a> {
    /// The alias that is kept.
    pub alias: &'a Alias,
    /// What it names before.
    pub expected: &'a Fingerprint,
    /// The alias under which the new pair waits.
    pub staged: &'a Alias,
    /// What it names after.
    pub wanted: &'a Fingerprint,
    /// Where the old pair goes; `None` drops it.
    pub backup: Option<&'a Alias>,
}

/// One entry, its private half left inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The alias as written in the store.
    pub alias: Alias,
    /// What lies under it.
    pub kind: EntryKind,
}

impl Entry {
    /// The certificate of a key pair or certificate entry.
    #[must_use]
    pub fn certificate(&self) -> Option<&Certificate> {
        match &self.kind {
            EntryKind::KeyPair { chain } => chain.first(),
            EntryKind::Certificate(certificate) => Some(certificate),
            EntryKind::Secret => None,
        }
    }
}

/// The kinds of entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A private key and its certificate chain, the key's own certificate first.
    KeyPair {
        /// The chain; empty when the store holds a key without a certificate.
        chain: Vec<Certificate>,
    },
    /// A certificate without a private key.
    Certificate(Certificate),
    /// A secret key.
    Secret,
}

/// What to generate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySpec {
    /// Kind and size of the key.
    pub key_type: KeyType,
    /// Subject (and issuer) of the self-signed certificate: short name (`CN`, `O`, ...) and value.
    pub subject: Vec<(String, String)>,
    /// First moment of the certificate's validity.
    pub not_before: jiff::Timestamp,
    /// Days of validity.
    pub days: u32,
}

/// Why a keystore did not do what was asked. Never holds a password or key material.
#[derive(Debug, thiserror::Error)]
pub enum KeystoreError {
    /// The file is not there.
    #[error("there is no keystore at {}", .0.display())]
    Missing(PathBuf),
    /// The operating system refused.
    #[error("{doing} {}: {cause}", path.display())]
    Io {
        /// What was attempted, as in `cannot read`.
        doing: &'static str,
        /// On which file.
        path: PathBuf,
        /// What the system answered.
        cause: std::io::Error,
    },
    /// The integrity check does not hold, though the password opens what is encrypted.
    #[error("the integrity check of {} does not hold, though the password opens it: it was changed without the password", .0.display())]
    Tampered(PathBuf),
    /// Neither the integrity check nor anything encrypted opens with this password, and the file is
    /// well formed.
    #[error("the password does not open {}", .0.display())]
    WrongPassword(PathBuf),
    /// The file is not a keystore, or not whole.
    #[error("{} is damaged or no PKCS#12 store: {what} (at byte {offset})", path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What did not hold.
        what: String,
        /// Where in the file.
        offset: usize,
    },
    /// The file is whole, but uses something that this version does not handle.
    #[error("{} uses {what}, which keyroll does not change", path.display())]
    Unsupported {
        /// Which file.
        path: PathBuf,
        /// What it uses.
        what: String,
    },
    /// Two entries have this alias (without case).
    #[error("two entries answer to the alias `{0}`")]
    Ambiguous(Alias),
    /// Something else is under this alias.
    #[error("the alias `{0}` is occupied by another entry")]
    Occupied(Alias),
    /// The entry under this alias is not the one that was expected.
    #[error("the alias `{alias}` names {found}, not {expected}")]
    Moved {
        /// Which alias.
        alias: Alias,
        /// What was expected there.
        expected: String,
        /// What is there.
        found: String,
    },
    /// The entry under this alias is not as it was read before.
    #[error("the alias `{0}` names something else by now")]
    Changed(Alias),
    /// The answer of an authority is for another key, or for two.
    #[error("the answer does not fit the key pair `{alias}`: {cause}")]
    NotTheAnswer {
        /// Which pair.
        alias: Alias,
        /// Why.
        cause: KeyPairError,
    },
    /// Nothing is under this alias, or something without a private key.
    #[error("the alias `{0}` names no key pair")]
    NoKeyPair(Alias),
    /// A library refused; its words, never its secrets.
    #[error("{doing}: {cause}")]
    Crypto {
        /// What was attempted.
        doing: &'static str,
        /// What the library answered.
        cause: String,
    },
    /// The store is in the custody of a run, or what was done could not be written down.
    #[error(transparent)]
    Custody(Box<CustodyError>),
    /// The store has no hand for this act.
    #[error("this keystore cannot {0}: bind it as `manual`")]
    NoHand(&'static str),
    /// The program that keeps the store did not answer as it should.
    #[error(transparent)]
    Command(Box<CommandError>),
    /// Another process holds the store's lock.
    #[error("another process is changing {}", .0.display())]
    Locked(PathBuf),
}

impl From<CustodyError> for KeystoreError {
    fn from(error: CustodyError) -> Self {
        Self::Custody(Box::new(error))
    }
}

/// The error for an alias that holds something else than the certificate or key pair expected.
pub(crate) fn moved(alias: &Alias, expected: &Fingerprint, found: Option<&Entry>) -> KeystoreError {
    let expected = format!("the one expected ({})", expected.short());
    let found = match found.map(|entry| (&entry.kind, entry.certificate())) {
        None => "nothing".to_owned(),
        Some((EntryKind::KeyPair { .. }, None)) => "a key without a certificate".to_owned(),
        Some((EntryKind::KeyPair { .. }, Some(own))) => {
            format!("the key pair {} ({})", own.fingerprint().short(), own.subject())
        }
        Some((EntryKind::Certificate(own), _)) => {
            format!("the certificate {} ({})", own.fingerprint().short(), own.subject())
        }
        Some((EntryKind::Secret, _)) => "a secret key".to_owned(),
    };
    KeystoreError::Moved { alias: alias.clone(), expected, found }
}
