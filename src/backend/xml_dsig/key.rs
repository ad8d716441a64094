//! Keys, and which fit the profile (XML Signature 1.1, 6.4).

use std::{
    fmt,
    sync::{Mutex, PoisonError},
};

use openssl::pkey::{PKey, PKeyRef, Private, Public};

use super::{Algorithm, XmlError, algorithm_for, signature_value::SignatureMaker};
use crate::world::material::{Certificate, KeyType, key_type};

/// The least size of an RSA modulus, in bits.
const LEAST_RSA_BITS: u32 = 2_048;

/// Why a key or its certificate cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, miette::Diagnostic)]
pub enum KeyFault {
    /// Neither RSA nor ECDSA on P-256, P-384 or P-521.
    #[error("keys of this kind do not sign XML here")]
    #[diagnostic(code(keyroll::xml_key_kind))]
    Kind,
    /// An RSA modulus below 2,048 bits.
    #[error("the RSA key has fewer than 2048 bits")]
    #[diagnostic(code(keyroll::xml_key_too_small))]
    TooSmall,
    /// An RSA key with an algorithm for curves, or the other way round.
    #[error("the key does not fit the signature algorithm")]
    #[diagnostic(code(keyroll::xml_key_algorithm))]
    Algorithm,
    /// A private key beside the certificate of another one.
    #[error("the private key does not belong to the certificate")]
    #[diagnostic(code(keyroll::xml_key_mismatch))]
    Mismatch,
    /// A subject key identifier is to be written, and the certificate has none.
    #[error("the certificate has no subject key identifier")]
    #[diagnostic(code(keyroll::xml_key_identifier))]
    NoIdentifier,
    /// OpenSSL did not compute the signature.
    #[error("the signature could not be computed")]
    #[diagnostic(code(keyroll::xml_key_failed))]
    Failed,
}

/// A private key, its certificate and the algorithm it signs with: checked to belong together.
pub struct SigningKey {
    key: PKey<Private>,
    public: PKey<Public>,
    certificate: Certificate,
    /// The certificate, and those above it.
    chain: Vec<Certificate>,
    algorithm: Algorithm,
    /// What signed last, to sign again.
    maker: Mutex<Option<SignatureMaker>>,
}

impl SigningKey {
    /// Joins a key and its certificate, with the algorithm of [`algorithm_for`].
    ///
    /// # Errors
    /// When they do not belong together, or the profile does not have such a key.
    pub fn new(key: &PKeyRef<Private>, certificate: &Certificate) -> Result<Self, XmlError> {
        let algorithm = algorithm_for(key).ok_or(KeyFault::Kind)?;
        let public = usable(certificate, algorithm)?;
        if !key.public_eq(&public) {
            return Err(KeyFault::Mismatch.into());
        }
        let (certificate, chain) = (certificate.clone(), vec![certificate.clone()]);
        Ok(Self { key: key.to_owned(), public, certificate, chain, algorithm, maker: Mutex::default() })
    }

    /// The same with another algorithm.
    ///
    /// # Errors
    /// When the key does not fit it.
    pub fn with_algorithm(self, algorithm: Algorithm) -> Result<Self, XmlError> {
        usable(&self.certificate, algorithm)?;
        Ok(Self { algorithm, ..self })
    }

    /// The same with the certificates above its own, the nearest first.
    #[must_use]
    pub fn with_chain(mut self, above: &[Certificate]) -> Self {
        self.chain.truncate(1);
        self.chain.extend(above.iter().filter(|above| **above != self.certificate).cloned());
        self
    }

    /// Its certificate and those above it.
    #[must_use]
    pub fn chain(&self) -> &[Certificate] {
        &self.chain
    }

    /// Refuses an algorithm that the key does not fit.
    pub(super) fn check(&self, algorithm: Algorithm) -> Result<(), KeyFault> {
        usable(&self.certificate, algorithm).map(|_| ())
    }

    /// The certificate of the key.
    #[must_use]
    pub const fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// What it signs with.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The signature value over some bytes, checked before it is given out.
    pub(super) fn sign(&self, algorithm: Algorithm, bytes: &[u8]) -> Result<Vec<u8>, KeyFault> {
        // Others that sign meanwhile make one of their own.
        let kept = self.maker.lock().unwrap_or_else(PoisonError::into_inner).take();
        let mut maker = match kept.filter(|maker| maker.algorithm() == algorithm) {
            Some(maker) => maker,
            None => SignatureMaker::new(&self.key, &self.public, algorithm).map_err(|_| KeyFault::Failed)?,
        };
        let value = maker.make(bytes).map_err(|_| KeyFault::Failed)?.ok_or(KeyFault::Mismatch)?;
        *self.maker.lock().unwrap_or_else(PoisonError::into_inner) = Some(maker);
        Ok(value)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("certificate", &self.certificate)
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

/// The public key of a certificate, if it may be used with an algorithm.
pub(super) fn usable(certificate: &Certificate, algorithm: Algorithm) -> Result<PKey<Public>, KeyFault> {
    let key = certificate.public_key().map_err(|_| KeyFault::Kind)?;
    match key_type(&*key) {
        None => Err(KeyFault::Kind),
        Some(kind) if !algorithm.fits(kind) => Err(KeyFault::Algorithm),
        Some(KeyType::Rsa(bits)) if bits < LEAST_RSA_BITS => Err(KeyFault::TooSmall),
        Some(_) => Ok(key),
    }
}
