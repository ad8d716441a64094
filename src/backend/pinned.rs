//! The certificates that a run knows.

use std::collections::{BTreeMap, BTreeSet};

use crate::world::{
    id::KeyId,
    material::{Certificate, Fingerprint},
};

use super::{key_pair::certificates, keystore::KeySpec};

/// The certificates of the plan's keys, as far as they are known: the old one from the start, a
/// new one from the moment in which it was created. Pinned: a key never changes its certificate, but
/// that one which a role issues takes the place of the one with which its pair was made.
#[derive(Clone, Debug, Default)]
pub struct Material {
    known: BTreeMap<KeyId, Known>,
    specs: BTreeMap<KeyId, KeySpec>,
    /// Keys that may be weak.
    may_be_weak: BTreeSet<KeyId>,
}

/// What is known of one key.
#[derive(Clone, Debug)]
struct Known {
    /// The first certificate.
    made: Certificate,
    /// What was answered to a request: the certificate of the key and those of its issuers.
    answer: Vec<Certificate>,
}

impl Known {
    /// The certificates of the key itself, the last one first.
    fn own(&self) -> impl Iterator<Item = &Certificate> {
        let key = self.made.public_key().ok();
        let is_own = move |other: &&Certificate| match (&key, other.public_key()) {
            (Some(key), Ok(public)) => public.public_eq(key),
            _ => false,
        };
        self.answer.iter().filter(is_own).chain([&self.made])
    }
}

impl Material {
    /// The certificate of a key: the one that was issued for it, or the first one.
    #[must_use]
    pub fn certificate(&self, key: KeyId) -> Option<&Certificate> {
        self.known.get(&key)?.own().next()
    }

    /// The certificate with which the pair of a key was made.
    #[must_use]
    pub fn made(&self, key: KeyId) -> Option<&Certificate> {
        self.known.get(&key).map(|known| &known.made)
    }

    /// What was issued for a key, with its issuers, where that is known.
    #[must_use]
    pub fn answer(&self, key: KeyId) -> Option<&[Certificate]> {
        self.known.get(&key).map(|known| known.answer.as_slice()).filter(|answer| !answer.is_empty())
    }

    /// Pins the certificate of a key; the first one stays.
    pub fn pin(&mut self, key: KeyId, certificate: Certificate) {
        self.known.entry(key).or_insert(Known { made: certificate, answer: Vec::new() });
    }

    /// Pins what a journal holds of a key: its first certificate and, behind that, what was issued for it.
    pub fn learn(&mut self, key: KeyId, pem: &str) {
        let Ok(made) = Certificate::from_pem(pem.as_bytes()) else { return };
        let mut answer = certificates::read(pem.as_bytes()).unwrap_or_default();
        answer.drain(..answer.len().min(1));
        let known = self.known.entry(key).or_insert(Known { made, answer: Vec::new() });
        if known.answer.is_empty() {
            known.answer = answer;
        }
    }

    /// Says what is to be generated for a key.
    pub fn specify(&mut self, key: KeyId, spec: KeySpec) {
        self.specs.insert(key, spec);
    }

    /// What is to be generated for a key.
    #[must_use]
    pub fn spec(&self, key: KeyId) -> Option<&KeySpec> {
        self.specs.get(&key)
    }

    /// Lets a key be weak.
    pub fn let_be_weak(&mut self, key: KeyId) {
        self.may_be_weak.insert(key);
    }

    /// Whether a key may be weak.
    #[must_use]
    pub fn may_be_weak(&self, key: KeyId) -> bool {
        self.may_be_weak.contains(&key)
    }

    /// Which key a certificate belongs to.
    #[must_use]
    pub fn key_of(&self, certificate: Fingerprint) -> Option<KeyId> {
        let is_own = |known: &Known| known.own().any(|own| own.fingerprint() == certificate);
        self.known.iter().find(|(_, known)| is_own(known)).map(|(key, _)| *key)
    }
}
