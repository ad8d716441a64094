//! The face of a signer.

use std::fmt::Debug;
use std::io::{Read, Write};

use jiff::{SignedDuration, Timestamp};

use crate::{
    name::Alias,
    world::material::{Certificate, Fingerprint},
};

/// Signs a document with the key that an alias names at that moment, as a signer step does.
///
/// Law: what `sign` writes verifies with the certificate that it returns. An implementation checks
/// this before it lets anything out.
pub trait Signer: Debug + Send {
    /// Signs all of `document` and writes the signed message to `out`. The returned certificate is
    /// the one of the key that signed.
    ///
    /// # Errors
    /// When the alias names no key pair, or the document cannot be signed.
    fn sign(
        &mut self,
        alias: &Alias,
        document: &mut dyn Read,
        out: &mut dyn Write,
    ) -> Result<Certificate, SignerError>;

    /// The same for a document that is signed already: what is signed is the document with that signature.
    ///
    /// # Errors
    /// As [`sign`](Self::sign), and where an implementation puts no second signature on a document.
    fn sign_over(
        &mut self,
        _alias: &Alias,
        _document: &mut dyn Read,
        _out: &mut dyn Write,
    ) -> Result<Certificate, SignerError> {
        Err(SignerError::Document("it is signed already".to_owned()))
    }

    /// The same by a runtime that may keep using a key for a time after its alias names another. Without
    /// a cache of its own an implementation looks the alias up for each message, which is soon enough.
    ///
    /// # Errors
    /// As [`sign`](Self::sign).
    fn sign_cached(
        &mut self,
        _cache: &KeyCache,
        alias: &Alias,
        document: &mut dyn Read,
        out: &mut dyn Write,
    ) -> Result<Certificate, SignerError> {
        self.sign(alias, document, out)
    }
}

/// How a runtime keeps keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyCache {
    /// The moment at which it signs.
    pub now: Timestamp,
    /// Since when it runs: one that was started anew keeps nothing from before.
    pub since: Timestamp,
    /// How long it uses a key at most after its alias named it last.
    pub time: SignedDuration,
}

/// Why nothing was signed.
#[derive(Debug, thiserror::Error)]
pub enum SignerError {
    /// The alias names no key pair.
    #[error("the alias `{0}` names no key pair")]
    Unresolved(Alias),
    /// The keystore could not be used.
    #[error(transparent)]
    Keystore(#[from] super::keystore::KeystoreError),
    /// The document is not what can be signed: code and reason.
    #[error("the document cannot be signed: {0}")]
    Document(String),
    /// The message could not be written.
    #[error("cannot write the signed message: {0}")]
    Io(#[from] std::io::Error),
    /// The signature does not verify with the alias's certificate: key and certificate differ.
    #[error("the key under `{alias}` does not belong to its certificate {certificate}")]
    Mismatch {
        /// Which alias.
        alias: Alias,
        /// The certificate beside the key.
        certificate: Fingerprint,
    },
}
