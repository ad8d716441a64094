//! A receiver that keeps its trusted set in memory.

use crate::{
    backend::{
        Outcome,
        counts::Counts,
        key_pair,
        keystore::KeySpec,
        receiver::{Judgement, Message, Receiver, ReceiverError},
        verifier::{Verifier, judge},
    },
    world::material::{Certificate, Fingerprint},
};

/// A receiver with the laws of [`TrustFolder`](crate::backend::directory::TrustFolder), forgotten
/// with the process.
#[derive(Debug)]
pub struct MemoryReceiver {
    capacity: usize,
    verifier: Box<dyn Verifier>,
    accepted: Vec<Certificate>,
    counts: Counts,
}

impl MemoryReceiver {
    /// An empty receiver that holds at most `capacity` certificates.
    #[must_use]
    pub fn new(capacity: usize, verifier: Box<dyn Verifier>) -> Self {
        Self { capacity, verifier, accepted: Vec::new(), counts: Counts::default() }
    }

    /// What was judged so far.
    #[must_use]
    pub const fn counts(&self) -> &Counts {
        &self.counts
    }
}

impl Receiver for MemoryReceiver {
    fn generate(
        &mut self,
        spec: &KeySpec,
        _is_known: &dyn Fn(Fingerprint) -> bool,
    ) -> Result<Certificate, ReceiverError> {
        // Nothing is decrypted in memory, so the private half is not kept.
        let (_, certificate) =
            key_pair::generate(spec).map_err(|error| ReceiverError::NoPair(error.to_string()))?;
        self.change(std::slice::from_ref(&certificate), &[])?;
        Ok(certificate)
    }

    fn accepted(&self) -> Result<Vec<Certificate>, ReceiverError> {
        Ok(self.accepted.clone())
    }

    fn change(&mut self, add: &[Certificate], remove: &[Fingerprint]) -> Result<Outcome, ReceiverError> {
        let added = |key: &Fingerprint| add.iter().any(|named| named.fingerprint() == *key);
        let mut wanted = self.accepted.clone();
        wanted.retain(|held| added(&held.fingerprint()) || !remove.contains(&held.fingerprint()));
        let kept = wanted.len();
        for certificate in add {
            if !wanted.contains(certificate) {
                wanted.push(certificate.clone());
            }
        }
        if wanted == self.accepted {
            return Ok(Outcome::AlreadySo);
        }
        if wanted.len() > kept && wanted.len() > self.capacity {
            return Err(ReceiverError::Full { capacity: self.capacity, wanted: wanted.len() });
        }
        self.accepted = wanted;
        Ok(Outcome::Changed)
    }

    fn judge(&mut self, message: &mut dyn Message) -> Result<Judgement, ReceiverError> {
        judge(&*self.verifier, &self.accepted, message, &mut self.counts)
    }

    fn capacity(&self) -> usize {
        self.capacity
    }
}
