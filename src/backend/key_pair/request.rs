//! Certificate requests (PKCS#10, RFC 2986).

use openssl::{
    error::ErrorStack,
    pkey::{PKeyRef, Private},
    x509::X509Req,
};

use super::generate::{crypto, digest};
use crate::{backend::keystore::KeystoreError, world::material::Certificate};

/// A request for a certificate like the one that a key has: its subject and its public key, signed
/// by the key. As DER.
///
/// # Errors
/// [`KeystoreError::Crypto`] when the key cannot sign one.
pub(crate) fn request(key: &PKeyRef<Private>, own: &Certificate) -> Result<Vec<u8>, KeystoreError> {
    signed(key, own).map_err(crypto("cannot make a certificate request"))
}

fn signed(key: &PKeyRef<Private>, own: &Certificate) -> Result<Vec<u8>, ErrorStack> {
    let mut request = X509Req::builder()?;
    request.set_version(0)?;
    if let Some(own) = own.x509() {
        request.set_subject_name(own.subject_name())?;
    }
    request.set_pubkey(key)?;
    request.sign(key, digest(key))?;
    request.build().to_der()
}
