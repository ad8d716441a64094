//! The digest algorithms of the profile and their identifiers (XML Signature 1.1, 6.2; RFC 6931,
//! 2.1).

use openssl::hash::MessageDigest;

use super::{SignatureFault, algorithm::refused, option::choice::choices};

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

choices!(Digest, "digest algorithm", 3, Sha256 = "sha256", Sha384 = "sha384", Sha512 = "sha512",);

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

    /// The bytes of a digest.
    #[must_use]
    pub const fn size(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// Reads the identifier of a `ds:DigestMethod`.
    pub(super) fn identified(uri: &str) -> Result<Self, SignatureFault> {
        Self::ALL.into_iter().find(|known| known.uri() == uri).ok_or_else(|| refused(uri))
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
