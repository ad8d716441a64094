//! Key pairs: a private key with its certificates, made here or read from files, and checked to
//! belong together.

pub mod certificates;
pub mod chain;
mod generate;
pub mod imitation;
pub(crate) mod issue;
pub mod private_key;
pub(crate) mod request;
#[cfg(test)]
pub(crate) mod sample;
pub mod subject;

use std::fmt;

use openssl::pkey::{PKey, PKeyRef, Private};

use crate::world::material::Certificate;

pub(crate) use generate::{generate, is_made_to, reason};
use private_key::PrivateKey;

/// A private key and its certificate chain. The key is seen by nobody; a keystore takes it over.
#[derive(Clone)]
pub struct KeyPair {
    key: PKey<Private>,
    chain: Vec<Certificate>,
}

/// Why a key and certificates are no pair.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyPairError {
    /// No certificate has the key's public half.
    #[error("none of the certificates belongs to the private key")]
    Mismatch,
    /// More than one has it.
    #[error("{0} certificates belong to the private key, and one is wanted")]
    Several(usize),
}

impl KeyPair {
    /// Joins a private key and the certificates that came with it, in any order: the one of the
    /// key, and behind it its issuers as far as they are there. Certificates that are not in that
    /// chain are left out.
    ///
    /// # Errors
    /// When not exactly one certificate belongs to the key.
    pub fn new(key: PrivateKey, certificates: &[Certificate]) -> Result<Self, KeyPairError> {
        let key = key.into_inner();
        let own = own(&key, certificates)?;
        let chain = chain::ordered(own, certificates);
        Ok(Self { key, chain })
    }

    /// A pair whose certificate was compared with its key already, with the chain as it is.
    pub(crate) const fn checked(key: PKey<Private>, chain: Vec<Certificate>) -> Self {
        Self { key, chain }
    }

    /// The chain, the key's own certificate first.
    #[must_use]
    pub fn chain(&self) -> &[Certificate] {
        &self.chain
    }

    pub(crate) fn key(&self) -> &PKeyRef<Private> {
        &self.key
    }
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyPair").field("chain", &self.chain).finish_non_exhaustive()
    }
}

/// The one certificate that has a key's public half.
pub(crate) fn own<'a, T: openssl::pkey::HasPublic>(
    key: &PKeyRef<T>,
    certificates: &'a [Certificate],
) -> Result<&'a Certificate, KeyPairError> {
    let mut own: Vec<&Certificate> = Vec::new();
    for certificate in certificates {
        if certificate.public_key().is_ok_and(|public| public.public_eq(key)) && !own.contains(&certificate) {
            own.push(certificate);
        }
    }
    match own.as_slice() {
        [] => Err(KeyPairError::Mismatch),
        [own] => Ok(own),
        several => Err(KeyPairError::Several(several.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::{sample::pair, *};

    #[test]
    fn a_key_goes_with_its_own_certificate_only() {
        let [(key, own), (_, other)] = ["own", "other"].map(pair);
        let read = || PrivateKey::read(&key.private_key_to_pkcs8().unwrap(), None).unwrap();
        let joined = KeyPair::new(read(), &[other.clone(), own.clone(), own.clone()]).unwrap();
        assert_eq!(joined.chain(), std::slice::from_ref(&own));
        assert!(joined.key().public_eq(&key));
        assert_eq!(KeyPair::new(read(), &[other]).unwrap_err(), KeyPairError::Mismatch);
        assert_eq!(KeyPair::new(read(), &[]).unwrap_err(), KeyPairError::Mismatch);
        assert!(format!("{joined:?}").contains("CN=own"));
    }
}
