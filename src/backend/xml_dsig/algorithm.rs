//! The signature algorithms of the profile and their identifiers (XML Signature 1.1, 6.4; RFC 6931,
//! 2.3).

use openssl::pkey::{HasPublic, PKeyRef};

use super::{Digest, SignatureFault, option::choice::choices};
use crate::world::material::{KeyType, key_type};

/// The transform that takes the signature out of the document.
pub(super) const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
/// RSASSA-PSS with its parameters beside it (RFC 9231, 2.3.9).
pub(super) const PSS: &str = "http://www.w3.org/2007/05/xmldsig-more#rsa-pss";

/// A signature algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// RSA PKCS#1 v1.5 with SHA-256.
    RsaSha256,
    /// RSA PKCS#1 v1.5 with SHA-384.
    RsaSha384,
    /// RSA PKCS#1 v1.5 with SHA-512.
    RsaSha512,
    /// RSASSA-PSS with SHA-256, for the mask too, and a salt as long as the digest.
    RsaPssSha256,
    /// RSASSA-PSS with SHA-384, for the mask too, and a salt as long as the digest.
    RsaPssSha384,
    /// RSASSA-PSS with SHA-512, for the mask too, and a salt as long as the digest.
    RsaPssSha512,
    /// ECDSA with SHA-256.
    EcdsaSha256,
    /// ECDSA with SHA-384.
    EcdsaSha384,
    /// ECDSA with SHA-512.
    EcdsaSha512,
}

choices!(
    Algorithm,
    "signature algorithm",
    9,
    RsaSha256 = "rsa-sha256",
    RsaSha384 = "rsa-sha384",
    RsaSha512 = "rsa-sha512",
    RsaPssSha256 = "rsa-pss-sha256",
    RsaPssSha384 = "rsa-pss-sha384",
    RsaPssSha512 = "rsa-pss-sha512",
    EcdsaSha256 = "ecdsa-sha256",
    EcdsaSha384 = "ecdsa-sha384",
    EcdsaSha512 = "ecdsa-sha512",
);

impl Algorithm {
    /// Its identifier in a `ds:SignatureMethod`.
    #[must_use]
    pub const fn uri(self) -> &'static str {
        match self {
            Self::RsaSha256 => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            Self::RsaSha384 => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
            Self::RsaSha512 => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
            Self::RsaPssSha256 => "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1",
            Self::RsaPssSha384 => "http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1",
            Self::RsaPssSha512 => "http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1",
            Self::EcdsaSha256 => "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
            Self::EcdsaSha384 => "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384",
            Self::EcdsaSha512 => "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512",
        }
    }

    /// The digest that it signs.
    #[must_use]
    pub const fn digest(self) -> Digest {
        match self {
            Self::EcdsaSha256 | Self::RsaSha256 | Self::RsaPssSha256 => Digest::Sha256,
            Self::EcdsaSha384 | Self::RsaSha384 | Self::RsaPssSha384 => Digest::Sha384,
            Self::EcdsaSha512 | Self::RsaSha512 | Self::RsaPssSha512 => Digest::Sha512,
        }
    }

    /// Whether it is RSASSA-PSS.
    #[must_use]
    pub const fn is_pss(self) -> bool {
        matches!(self, Self::RsaPssSha256 | Self::RsaPssSha384 | Self::RsaPssSha512)
    }

    /// Whether a key of this kind can be used with it.
    #[must_use]
    pub const fn fits(self, key: KeyType) -> bool {
        let curve = matches!(self, Self::EcdsaSha256 | Self::EcdsaSha384 | Self::EcdsaSha512);
        matches!(key, KeyType::Rsa(_)) != curve
    }

    /// Reads the identifier of a `ds:SignatureMethod`.
    pub(super) fn identified(uri: &str) -> Result<Self, SignatureFault> {
        Self::ALL.into_iter().find(|known| known.uri() == uri).ok_or_else(|| refused(uri))
    }

    /// RSASSA-PSS with a digest.
    pub(super) const fn pss(digest: Digest) -> Self {
        match digest {
            Digest::Sha256 => Self::RsaPssSha256,
            Digest::Sha384 => Self::RsaPssSha384,
            Digest::Sha512 => Self::RsaPssSha512,
        }
    }
}

/// The algorithm that a key signs with when nothing else is asked for, each curve with a digest of
/// its strength; `None` for a key that the profile does not have.
#[must_use]
pub fn algorithm_for<T: HasPublic>(key: &PKeyRef<T>) -> Option<Algorithm> {
    match key_type(key)? {
        KeyType::Rsa(_) => Some(Algorithm::RsaSha256),
        KeyType::EcP256 => Some(Algorithm::EcdsaSha256),
        KeyType::EcP384 => Some(Algorithm::EcdsaSha384),
        KeyType::EcP521 => Some(Algorithm::EcdsaSha512),
        KeyType::Ed25519 | KeyType::Opaque => None,
    }
}

/// Why an identifier that is not of the profile is refused: by what is known of it.
pub(super) fn refused(uri: &str) -> SignatureFault {
    let name = uri.rsplit(['#', '/']).next().unwrap_or_default();
    if name.starts_with("hmac") {
        SignatureFault::Hmac
    } else if name.contains("md5") || name.contains("ripemd") {
        SignatureFault::Md5
    } else if name.starts_with("dsa") {
        SignatureFault::Dsa
    } else if name.contains("sha1") {
        SignatureFault::Sha1
    } else {
        SignatureFault::UnknownAlgorithm
    }
}
