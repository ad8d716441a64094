//! Key pairs for tests.

use openssl::{
    hash::MessageDigest,
    pkey::{PKey, Private},
    x509::X509,
};

use super::generate;
use crate::{
    backend::keystore::KeySpec,
    world::material::{Certificate, KeyType},
};

/// A P-256 pair with a common name, valid for the November of 2026.
pub(crate) fn spec(name: &str) -> KeySpec {
    KeySpec {
        key_type: KeyType::EcP256,
        subject: vec![("CN".to_owned(), name.to_owned())],
        not_before: "2026-11-01T00:00:00Z".parse().unwrap(),
        days: 30,
    }
}

/// A new pair whose certificate another pair signed.
pub(crate) fn issued(name: &str, issuer: &(PKey<Private>, Certificate)) -> (PKey<Private>, Certificate) {
    let (key, own) = pair(name);
    let mut x509 = X509::builder().unwrap();
    x509.set_version(2).unwrap();
    x509.set_subject_name(own.x509().unwrap().subject_name()).unwrap();
    x509.set_issuer_name(issuer.1.x509().unwrap().subject_name()).unwrap();
    x509.set_not_before(own.x509().unwrap().not_before()).unwrap();
    x509.set_not_after(own.x509().unwrap().not_after()).unwrap();
    x509.set_pubkey(&key).unwrap();
    x509.sign(&issuer.0, MessageDigest::sha256()).unwrap();
    (key, Certificate::from_x509(x509.build()).unwrap())
}

/// A new pair as [`spec`] has it.
pub(crate) fn pair(name: &str) -> (PKey<Private>, Certificate) {
    generate(&spec(name)).unwrap()
}
