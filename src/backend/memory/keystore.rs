//! A keystore in memory: real key pairs, gone with the process.

use openssl::pkey::{PKey, Private};

use crate::{
    backend::{
        Outcome, key_pair,
        keystore::{Entry, EntryKind, Exchange, KeySpec, Keystore, KeystoreError, moved},
    },
    name::Alias,
    world::material::{Certificate, Fingerprint},
};

/// Key pairs and certificates in memory, in the order in which they came.
#[derive(Clone, Default)]
pub struct MemoryKeystore {
    entries: Vec<Held>,
}

#[derive(Clone)]
struct Held {
    entry: Entry,
    /// Kept, so that a pair is a pair; whoever signs from memory reads it here.
    key: Option<PKey<Private>>,
}

impl MemoryKeystore {
    /// An empty keystore.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn held(&self, alias: &Alias) -> Option<&Held> {
        self.entries.iter().find(|held| held.entry.alias.same_entry(alias))
    }

    fn names_pair(&self, alias: &Alias, certificate: &Fingerprint) -> bool {
        self.held(alias).is_some_and(|held| held.key.is_some() && is(&held.entry, certificate))
    }
}

fn is(entry: &Entry, certificate: &Fingerprint) -> bool {
    entry.certificate().is_some_and(|own| own.fingerprint() == *certificate)
}

impl Keystore for MemoryKeystore {
    fn entry(&self, alias: &Alias) -> Result<Option<Entry>, KeystoreError> {
        Ok(self.held(alias).map(|held| held.entry.clone()))
    }

    fn entries(&self) -> Result<Vec<Entry>, KeystoreError> {
        Ok(self.entries.iter().map(|held| held.entry.clone()).collect())
    }

    fn create_key_pair(
        &mut self,
        alias: &Alias,
        spec: &KeySpec,
    ) -> Result<(Outcome, Certificate), KeystoreError> {
        if let Some(held) = self.held(alias) {
            return match held.entry.certificate() {
                Some(own) if held.key.is_some() && key_pair::is_made_to(own, spec) => {
                    Ok((Outcome::AlreadySo, own.clone()))
                }
                _ => Err(KeystoreError::Occupied(alias.clone())),
            };
        }
        let (key, certificate) = key_pair::generate(spec)?;
        let kind = EntryKind::KeyPair { chain: vec![certificate.clone()] };
        self.entries.push(Held { entry: Entry { alias: alias.clone(), kind }, key: Some(key) });
        Ok((Outcome::Changed, certificate))
    }

    fn put_certificate(
        &mut self,
        alias: &Alias,
        certificate: &Certificate,
    ) -> Result<Outcome, KeystoreError> {
        let kind = EntryKind::Certificate(certificate.clone());
        match self.held(alias) {
            Some(held) if held.entry.kind == kind => Ok(Outcome::AlreadySo),
            Some(_) => Err(KeystoreError::Occupied(alias.clone())),
            None => {
                self.entries.push(Held { entry: Entry { alias: alias.clone(), kind }, key: None });
                Ok(Outcome::Changed)
            }
        }
    }

    fn install(&mut self, alias: &Alias, answer: &[Certificate]) -> Result<Outcome, KeystoreError> {
        let pair = self.entries.iter_mut().find(|held| held.entry.alias.same_entry(alias));
        let Some(Held { entry, key: Some(key) }) = pair else {
            return Err(KeystoreError::NoKeyPair(alias.clone()));
        };
        let own = key_pair::own(key, answer)
            .map_err(|cause| KeystoreError::NotTheAnswer { alias: alias.clone(), cause })?;
        let kind = EntryKind::KeyPair { chain: key_pair::chain::ordered(own, answer) };
        let outcome = if entry.kind == kind { Outcome::AlreadySo } else { Outcome::Changed };
        entry.kind = kind;
        Ok(outcome)
    }

    fn exchange(&mut self, exchange: &Exchange<'_>) -> Result<Outcome, KeystoreError> {
        let Exchange { alias, expected, staged, wanted, backup } = *exchange;
        let (named, waiting) = (self.held(alias), self.held(staged));
        if self.names_pair(alias, wanted) && waiting.is_none() {
            return Ok(Outcome::AlreadySo);
        }
        if !self.names_pair(alias, expected) {
            return Err(moved(alias, expected, named.map(|held| &held.entry)));
        }
        if alias.same_entry(staged) || !self.names_pair(staged, wanted) {
            return Err(moved(staged, wanted, waiting.map(|held| &held.entry)));
        }
        if let Some(backup) = backup.filter(|backup| self.held(backup).is_some()) {
            return Err(KeystoreError::Occupied(backup.clone()));
        }
        let written = named.map_or_else(|| alias.clone(), |held| held.entry.alias.clone());
        if backup.is_none() {
            self.entries.retain(|held| !held.entry.alias.same_entry(alias));
        }
        for held in &mut self.entries {
            if held.entry.alias.same_entry(staged) {
                held.entry.alias = written.clone();
            } else if let Some(backup) = backup.filter(|_| held.entry.alias.same_entry(alias)) {
                held.entry.alias = backup.clone();
            }
        }
        Ok(Outcome::Changed)
    }

    fn remove(&mut self, alias: &Alias, meant: &Fingerprint) -> Result<Outcome, KeystoreError> {
        match self.held(alias).map(|held| &held.entry) {
            None => Ok(Outcome::AlreadySo),
            Some(entry) if is(entry, meant) => {
                self.entries.retain(|held| !held.entry.alias.same_entry(alias));
                Ok(Outcome::Changed)
            }
            found => Err(moved(alias, meant, found)),
        }
    }
}

impl std::fmt::Debug for MemoryKeystore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.entries.iter().map(|held| &held.entry)).finish()
    }
}
