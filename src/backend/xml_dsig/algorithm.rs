//! The algorithms of the profile and their identifiers (XML Signature 1.1, 6; RFC 6931, 2.3).

use openssl::{
    hash::MessageDigest,
    pkey::{HasPublic, PKeyRef},
};

use super::SignatureFault;
use crate::world::material::{KeyType, key_type};

/// Exclusive canonicalization 1.0 without comments.
pub(super) const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
/// The transform that takes the signature out of the document.
pub(super) const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

/// A signature algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256.
    EcdsaSha256,
    /// ECDSA on P-384 with SHA-384.
    EcdsaSha384,
    /// ECDSA on P-521 with SHA-512.
    EcdsaSha512,
    /// RSA PKCS#1 v1.5 with SHA-256.
    RsaSha256,
    /// RSA PKCS#1 v1.5 with SHA-384.
    RsaSha384,
    /// RSA PKCS#1 v1.5 with SHA-512.
    RsaSha512,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::EcdsaSha256,
        Self::EcdsaSha384,
        Self::EcdsaSha512,
        Self::RsaSha256,
        Self::RsaSha384,
        Self::RsaSha512,
    ];

    /// Its identifier in a `ds:SignatureMethod`.
    #[must_use]
    pub const fn uri(self) -> &'static str {
        match self {
            Self::EcdsaSha256 => "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
            Self::EcdsaSha384 => "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384",
            Self::EcdsaSha512 => "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512",
            Self::RsaSha256 => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            Self::RsaSha384 => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
            Self::RsaSha512 => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
        }
    }

    /// The digest that it signs.
    #[must_use]
    pub const fn digest(self) -> Digest {
        match self {
            Self::EcdsaSha256 | Self::RsaSha256 => Digest::Sha256,
            Self::EcdsaSha384 | Self::RsaSha384 => Digest::Sha384,
            Self::EcdsaSha512 | Self::RsaSha512 => Digest::Sha512,
        }
    }

    /// Whether a key of this kind can be used with it. Each curve has its one digest.
    #[must_use]
    pub const fn fits(self, key: KeyType) -> bool {
        matches!(
            (self, key),
            (Self::EcdsaSha256, KeyType::EcP256)
                | (Self::EcdsaSha384, KeyType::EcP384)
                | (Self::EcdsaSha512, KeyType::EcP521)
                | (Self::RsaSha256 | Self::RsaSha384 | Self::RsaSha512, KeyType::Rsa(_))
        )
    }

    /// Reads the identifier of a `ds:SignatureMethod`.
    pub(super) fn named(uri: &str) -> Result<Self, SignatureFault> {
        Self::ALL.into_iter().find(|known| known.uri() == uri).ok_or_else(|| refused(uri))
    }
}

/// A digest algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Digest {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl Digest {
    /// Its identifier in a `ds:DigestMethod`.
    #[must_use]
    pub const fn uri(self) -> &'static str {
        match self {
            Self::Sha256 => "http://www.w3.org/2001/04/xmlenc#sha256",
            Self::Sha384 => "http://www.w3.org/2001/04/xmldsig-more#sha384",
            Self::Sha512 => "http://www.w3.org/2001/04/xmlenc#sha512",
        }
    }

    /// Reads the identifier of a `ds:DigestMethod`.
    pub(super) fn named(uri: &str) -> Result<Self, SignatureFault> {
        [Self::Sha256, Self::Sha384, Self::Sha512]
            .into_iter()
            .find(|known| known.uri() == uri)
            .ok_or_else(|| refused(uri))
    }

    /// OpenSSL's name for it.
    pub(super) fn message_digest(self) -> MessageDigest {
        match self {
            Self::Sha256 => MessageDigest::sha256(),
            Self::Sha384 => MessageDigest::sha384(),
            Self::Sha512 => MessageDigest::sha512(),
        }
    }
}

/// The algorithm that a key signs with when nothing else is asked for; `None` for a key that the
/// profile does not have.
#[must_use]
pub fn algorithm_for<T: HasPublic>(key: &PKeyRef<T>) -> Option<Algorithm> {
    match key_type(key)? {
        KeyType::Rsa(_) => Some(Algorithm::RsaSha256),
        KeyType::EcP256 => Some(Algorithm::EcdsaSha256),
        KeyType::EcP384 => Some(Algorithm::EcdsaSha384),
        KeyType::EcP521 => Some(Algorithm::EcdsaSha512),
        KeyType::Ed25519 => None,
    }
}

/// Why an identifier that is not of the profile is refused: by what is known of it.
fn refused(uri: &str) -> SignatureFault {
    let name = uri.rsplit(['#', '/']).next().unwrap_or_default();
    if name.starts_with("hmac") {
        SignatureFault::Hmac
    } else if name.contains("md5") || name.contains("ripemd") {
        SignatureFault::Md5
    } else if name.starts_with("dsa") {
        SignatureFault::Dsa
    } else if name.ends_with("MGF1") || name.ends_with("rsa-pss") {
        SignatureFault::Pss
    } else if name.contains("sha1") {
        SignatureFault::Sha1
    } else {
        SignatureFault::UnknownAlgorithm
    }
}
