//! A signer that finds its key in a PKCS#12 keystore, by alias, for each message.

use std::{
    collections::BTreeMap,
    fmt,
    io::{Read, Write},
    sync::Arc,
};

use jiff::Timestamp;

use crate::{
    backend::{
        kept::Kept,
        keystore::{EntryKind, Keystore, KeystoreError},
        pkcs12::Pkcs12Keystore,
        signer::{KeyCache, Signer, SignerError},
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
    keys: BTreeMap<String, Kept<Arc<SigningKey>>>,
    in_use: BTreeMap<String, InUse>,
}

/// The key that a runtime uses for an alias.
struct InUse {
    key: Arc<SigningKey>,
    /// When the alias named it last.
    named: Timestamp,
    /// Since when the runtime runs.
    since: Timestamp,
}

impl XmlSigner {
    /// A signer over a keystore, whose signatures are as the profile has them.
    #[must_use]
    pub fn new(keystore: Pkcs12Keystore, profile: SignatureProfile) -> Self {
        Self { keystore, profile, keys: BTreeMap::new(), in_use: BTreeMap::new() }
    }
}

impl fmt::Debug for XmlSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("XmlSigner").field("keystore", &self.keystore.path()).finish_non_exhaustive()
    }
}

impl XmlSigner {
    /// The key that the alias names at this moment.
    fn named(&mut self, alias: &Alias) -> Result<Arc<SigningKey>, SignerError> {
        let keystore = &self.keystore;
        let mut make = || -> Result<Arc<SigningKey>, SignerError> {
            let (key, certificate) = keystore.private_key(alias).map_err(|error| match error {
                KeystoreError::NoKeyPair(alias) => SignerError::Unresolved(alias),
                other => SignerError::Keystore(other),
            })?;
            let chain = match keystore.entry(alias)?.map(|entry| entry.kind) {
                Some(EntryKind::KeyPair { chain }) => chain,
                _ => Vec::new(),
            };
            SigningKey::new(&key, &certificate)
                .map(|key| Arc::new(key.with_chain(chain.get(1..).unwrap_or_default())))
                .map_err(|error| refused(error, alias, &certificate))
        };
        let kept = self.keys.entry(alias.folded()).or_default();
        kept.fetch(keystore.path(), &mut make).cloned()
    }

    fn sign_with(
        &self,
        (key, alias): (&SigningKey, &Alias),
        document: &mut dyn Read,
        out: &mut dyn Write,
    ) -> Result<Certificate, SignerError> {
        sign(document, out, key, &self.profile).map_err(|error| refused(error, alias, key.certificate()))?;
        Ok(key.certificate().clone())
    }
}

impl Signer for XmlSigner {
    fn sign(
        &mut self,
        alias: &Alias,
        document: &mut dyn Read,
        out: &mut dyn Write,
    ) -> Result<Certificate, SignerError> {
        let key = self.named(alias)?;
        self.sign_with((&key, alias), document, out)
    }

    fn sign_over(
        &mut self,
        alias: &Alias,
        document: &mut dyn Read,
        out: &mut dyn Write,
    ) -> Result<Certificate, SignerError> {
        let key = self.named(alias)?;
        let profile = SignatureProfile { over_another: true, ..self.profile.clone() };
        sign(document, out, &key, &profile).map_err(|error| refused(error, alias, key.certificate()))?;
        Ok(key.certificate().clone())
    }

    /// A key is used as long as it may be, so that whoever waits too short a time for it meets it.
    fn sign_cached(
        &mut self,
        cache: &KeyCache,
        alias: &Alias,
        document: &mut dyn Read,
        out: &mut dyn Write,
    ) -> Result<Certificate, SignerError> {
        let named = match self.named(alias) {
            Ok(key) => Some(key),
            // Whoever keeps a key does not see that its alias names none.
            Err(SignerError::Unresolved(_)) => None,
            Err(error) => return Err(error),
        };
        let held = self.in_use.get(&alias.folded()).filter(|held| {
            let others = named.as_ref().is_none_or(|key| key.certificate() != held.key.certificate());
            others && held.since == cache.since && cache.now.duration_since(held.named) < cache.time
        });
        let key = match (held, named) {
            (Some(held), _) => Arc::clone(&held.key),
            (None, Some(key)) => {
                let held = InUse { key: Arc::clone(&key), named: cache.now, since: cache.since };
                self.in_use.insert(alias.folded(), held);
                key
            }
            (None, None) => return Err(SignerError::Unresolved(alias.clone())),
        };
        self.sign_with((&key, alias), document, out)
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
