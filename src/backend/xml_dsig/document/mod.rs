//! XML 1.0 with namespaces, piece by piece, as the profile allows it.
//!
//! quick-xml finds where markup begins and ends and pairs the tags. Everything else that makes
//! bytes a well-formed document is done here: line ends, references, attribute values, names,
//! namespaces, forbidden characters, one root and nothing after it, and the limits.

mod character;
mod declaration;
mod fault;
mod identifier;
mod intake;
mod limits;
mod namespace;
mod piece;
mod reading;
mod tag;
mod text;

pub use fault::DocumentFault;
pub use limits::Limits;
pub(super) use piece::{Piece, Step};
pub(super) use reading::Document;
pub(super) use tag::{Element, QualifiedName};
