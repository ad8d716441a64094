//! Key pairs for tests.

use openssl::pkey::{PKey, Private};

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

/// A new pair as [`spec`] has it.
pub(crate) fn pair(name: &str) -> (PKey<Private>, Certificate) {
    generate(&spec(name)).unwrap()
}
