//! Messages that are signed with the keys of two aliases.

use std::io::{self, Read, Seek, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::{
    backend::signer::{KeyCache, Signer, SignerError},
    name::Alias,
    world::material::Fingerprint,
};

use super::flow::{FlowError, LocalFlow};

/// Bytes of a message that are kept in memory between its two signatures; more go to a file without a name.
const KEPT: usize = 1 << 20;

/// Another alias, and what signs with its key.
#[derive(Debug)]
pub(super) struct Beside {
    alias: Alias,
    signer: Mutex<Box<dyn Signer>>,
}

impl LocalFlow {
    /// The same flow, whose messages are signed with the key of another alias too, where that names one. While
    /// one of the two names a key, it runs with that alone.
    #[must_use]
    pub fn with_beside(mut self, alias: Alias, signer: Box<dyn Signer>) -> Self {
        self.beside = Some(Beside { alias, signer: Mutex::new(signer) });
        self
    }

    pub(super) fn sign_once(
        &self,
        alias: &Alias,
        payload: &mut dyn Read,
        cache: &KeyCache,
        out: &mut dyn Write,
    ) -> Result<Fingerprint, FlowError> {
        let mut signer = lock(&self.signer);
        let certificate = if cache.time.is_zero() {
            signer.sign(alias, payload, out)?
        } else {
            signer.sign_cached(cache, alias, payload, out)?
        };
        Ok(certificate.fingerprint())
    }

    /// Signs with the keys of both aliases, as far as they name one. Nothing of the message is read where an alias
    /// names none.
    pub(super) fn sign_twice(
        &self,
        (alias, beside): (&Alias, &Beside),
        payload: &mut dyn Read,
        out: &mut dyn Write,
    ) -> Result<Fingerprint, FlowError> {
        let mut once = tempfile::spooled_tempfile(KEPT);
        let first = match lock(&self.signer).sign(alias, payload, &mut once) {
            Ok(certificate) => certificate.fingerprint(),
            Err(SignerError::Unresolved(_)) => {
                return Ok(lock(&beside.signer).sign(&beside.alias, payload, out)?.fingerprint());
            }
            Err(error) => return Err(error.into()),
        };
        let kept = |cause| FlowError::Signer(SignerError::Io(cause));
        once.rewind().map_err(kept)?;
        match lock(&beside.signer).sign_over(&beside.alias, &mut once, out) {
            Ok(second) => Ok(of_both(first, second.fingerprint())),
            Err(SignerError::Unresolved(_)) => {
                io::copy(&mut once, out).map_err(kept)?;
                Ok(first)
            }
            Err(error) => Err(error.into()),
        }
    }
}

fn lock(signer: &Mutex<Box<dyn Signer>>) -> MutexGuard<'_, Box<dyn Signer>> {
    signer.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a message is known by that is signed with two keys: it is neither of those that carry one alone.
#[must_use]
pub fn of_both(one: Fingerprint, other: Fingerprint) -> Fingerprint {
    let mut both = [one.to_string(), other.to_string()];
    both.sort_unstable();
    if one == other { one } else { Fingerprint::of(both.join("\n").as_bytes()) }
}
