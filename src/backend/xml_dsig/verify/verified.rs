//! What is known of a signature that holds.

use std::fmt;

use jiff::Timestamp;

use crate::{
    backend::xml_dsig::{Algorithm, Canonicalization, Digest, Shape},
    world::material::Certificate,
};

/// A signature that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The accepted certificate whose key made it.
    pub certificate: Certificate,
    /// The signature algorithm.
    pub algorithm: Algorithm,
    /// The canonicalization of `ds:SignedInfo`.
    pub canonicalization: Canonicalization,
    /// What was signed, in the order of the references.
    pub references: Vec<VerifiedReference>,
    /// Whether the references cover the whole document, but for the signature.
    pub whole_document: bool,
}

/// A part of a document that was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedReference {
    /// Empty for the document, or `#id`.
    pub uri: String,
    /// How the signature stands to it; `None` for the signature's own key information, which is not
    /// handed out.
    pub shape: Option<Shape>,
    /// Its canonicalization.
    pub canonicalization: Canonicalization,
    /// The digest algorithm.
    pub digest: Digest,
    /// The digest of its canonical form.
    pub digest_value: Vec<u8>,
}

/// A certificate's validity at a moment. It makes nobody less accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validity {
    /// It is valid.
    Valid,
    /// It begins later.
    NotYet(Timestamp),
    /// It is over.
    Expired(Timestamp),
}

impl Verified {
    /// Whether the certificate is valid at a moment.
    #[must_use]
    pub fn validity(&self, at: Timestamp) -> Validity {
        match (self.certificate.not_before(), self.certificate.not_after()) {
            (from, _) if at < from => Validity::NotYet(from),
            (_, until) if at > until => Validity::Expired(until),
            _ => Validity::Valid,
        }
    }

    /// How the signature stands to what it signs, as far as the first reference to content says.
    #[must_use]
    pub fn shape(&self) -> Option<Shape> {
        self.references.iter().find_map(|reference| reference.shape)
    }
}

impl fmt::Display for Validity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Valid => f.write_str("valid"),
            Self::NotYet(from) => write!(f, "not valid before {from}"),
            Self::Expired(until) => write!(f, "expired at {until}"),
        }
    }
}
