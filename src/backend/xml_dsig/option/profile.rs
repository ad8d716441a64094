//! What a signature is to be like.

use super::{
    identifier::{PlainName, Prefix},
    key_info::KeyInfo,
    position::Position,
    selector::Selector,
    shape::Shape,
};
use crate::backend::xml_dsig::{Algorithm, Canonicalization, Digest, IdAttributes, Limits};

/// How a document is signed. The default is what most receivers take: enveloped over the whole
/// document, exclusive canonicalization, the algorithm that fits the key, and its certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureProfile {
    /// How the signature stands to what it signs.
    pub shape: Shape,
    /// What is signed: `None` for the whole document, or the object of an enveloping signature. A
    /// detached signature needs an element. An element needs an id, to be referred to.
    pub reference: Option<Selector>,
    /// Where the signature stands: `None` for the end of what an enveloped one signs, or right
    /// after what a detached one signs.
    pub position: Option<Position>,
    /// `None` for the one that the signing key has.
    pub algorithm: Option<Algorithm>,
    /// The digest of the references; `None` for the one of the algorithm.
    pub digest: Option<Digest>,
    /// The canonicalization of `ds:SignedInfo`.
    pub canonicalization: Canonicalization,
    /// That of what is signed; `None` for the same.
    pub content_canonicalization: Option<Canonicalization>,
    /// What is said of the key.
    pub key_info: KeyInfo,
    /// Whether that is signed too.
    pub sign_key_info: bool,
    /// The prefix of the names in the signature.
    pub prefix: Prefix,
    /// The `Id` of the signature.
    pub id: Option<PlainName>,
    /// Whether the document may carry one signature already, as the last child of its root: what is signed is
    /// the document with that one.
    pub over_another: bool,
    /// Which attributes are ids.
    pub id_attributes: IdAttributes,
    /// How much of a document is taken on.
    pub limits: Limits,
}

impl Default for SignatureProfile {
    fn default() -> Self {
        Self {
            shape: Shape::Enveloped,
            reference: None,
            position: None,
            algorithm: None,
            digest: None,
            canonicalization: Canonicalization::exclusive(),
            content_canonicalization: None,
            key_info: KeyInfo::default(),
            sign_key_info: false,
            prefix: Prefix::default(),
            id: None,
            over_another: false,
            id_attributes: IdAttributes::default(),
            limits: Limits::default(),
        }
    }
}

impl From<Limits> for SignatureProfile {
    fn from(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }
}
