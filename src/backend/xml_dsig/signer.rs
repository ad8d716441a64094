//! A signer that finds its key in a PKCS#12 keystore, by alias, for each message.

use std::{
    collections::BTreeMap,
    fmt,
    io::{Read, Write},
};

use crate::{
    backend::{
        kept::Kept,
        keystore::{EntryKind, Keystore, KeystoreError},
        pkcs12::Pkcs12Keystore,
        signer::{Signer, SignerError},
    },
    name::Alias,
    world::material::Certificate,
};

use super::{KeyFault, SignatureProfile, SigningKey, XmlError, sign};

/// Signs XML with whatever key the alias names at that moment. A decrypted key is kept only while
/// the keystore's file is unchanged.
pub struct XmlSigner {
    keystore: Pkcs12Keystore,
    profile: SignatureProfile,
    keys: BTreeMap<String, Kept<SigningKey>>,
}

impl XmlSigner {
    /// A signer over a keystore, whose signatures are as the profile has them.
    #[must_use]
    pub fn new(keystore: Pkcs12Keystore, profile: SignatureProfile) -> Self {
        Self { keystore, profile, keys: BTreeMap::new() }
    }
}

impl fmt::Debug for XmlSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("XmlSigner").field("keystore", &self.keystore.path()).finish_non_exhaustive()
    }
}

impl Signer for XmlSigner {
    fn sign(
        &mut self,
        alias: &Alias,
        document: &mut dyn Read,
        out: &mut dyn Write,
    ) -> Result<Certificate, SignerError> {
        let keystore = &self.keystore;
        let mut make = || -> Result<SigningKey, SignerError> {
            let (key, certificate) = keystore.private_key(alias).map_err(|error| match error {
                KeystoreError::NoKeyPair(alias) => SignerError::Unresolved(alias),
                other => SignerError::Keystore(other),
            })?;
            let chain = match keystore.entry(alias)?.map(|entry| entry.kind) {
                Some(EntryKind::KeyPair { chain }) => chain,
                _ => Vec::new(),
            };
            SigningKey::new(&key, &certificate)
                .map(|key| key.with_chain(chain.get(1..).unwrap_or_default()))
                .map_err(|error| refused(error, alias, &certificate))
        };
        let kept = self.keys.entry(alias.folded()).or_default();
        let key = kept.fetch(keystore.path(), &mut make)?;
        sign(document, out, key, &self.profile).map_err(|error| refused(error, alias, key.certificate()))?;
        Ok(key.certificate().clone())
    }
}

fn refused(error: XmlError, alias: &Alias, certificate: &Certificate) -> SignerError {
    match error {
        XmlError::Io(cause) => SignerError::Io(cause),
        XmlError::Key(KeyFault::Mismatch) => {
            SignerError::Mismatch { alias: alias.clone(), certificate: certificate.fingerprint() }
        }
        other => SignerError::Document(format!("{}: {other}", other.code())),
    }
}
