//! A fixed key and its certificate, so that documents in the corpus were signed by somebody known.

use keyroll::backend::xml_dsig::SigningKey;
use keyroll::world::material::Certificate;
use openssl::pkey::{PKey, Private};

/// The private key: made for the corpus, known to everybody, of use to nobody.
pub fn key() -> PKey<Private> {
    PKey::private_key_from_pem(include_bytes!("pair.key.pem")).expect("the key is a key")
}

/// Its certificate.
pub fn certificate() -> Certificate {
    Certificate::from_pem(include_bytes!("pair.cert.pem")).expect("the certificate is one")
}

/// Both together.
pub fn signing() -> SigningKey {
    SigningKey::new(&key(), &certificate()).expect("they belong together")
}
