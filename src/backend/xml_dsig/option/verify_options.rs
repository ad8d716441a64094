//! What a verifier takes.

use super::{position::Position, shape::Shape};
use crate::backend::xml_dsig::{IdAttributes, Limits};

/// Where a verifier takes a signature.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// Where one is expected: as the last child of what an enveloped one signs, as the next sibling
    /// of what a detached one signs.
    #[default]
    Usual,
    /// Only there.
    At(Position),
    /// Anywhere. What is handed out is what was signed, whatever stands around it.
    Anywhere,
}

/// How a document is verified. By default every shape of the profile is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyOptions {
    /// The shapes that are taken.
    pub shapes: Vec<Shape>,
    /// Whether the references must cover the whole document, but for the signature itself.
    pub whole_document: bool,
    /// Where the signature may stand.
    pub place: Place,
    /// Which attributes are ids.
    pub id_attributes: IdAttributes,
    /// How much of a document is taken on.
    pub limits: Limits,
}

impl VerifyOptions {
    /// What a receiver of whole documents takes: nothing that is only signed in part.
    #[must_use]
    pub fn whole_documents() -> Self {
        Self { whole_document: true, ..Self::default() }
    }
}

impl Default for VerifyOptions {
    fn default() -> Self {
        Self {
            shapes: Shape::ALL.to_vec(),
            whole_document: false,
            place: Place::default(),
            id_attributes: IdAttributes::default(),
            limits: Limits::default(),
        }
    }
}

impl From<Limits> for VerifyOptions {
    fn from(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }
}
