//! XML 1.0 with namespaces, piece by piece, as the profile allows it.
//!
//! quick-xml finds where tags and instructions end. Everything else that makes bytes a well-formed
//! document is done here: line ends, references, attribute values, names, namespaces, forbidden
//! characters, one root whose tags are paired and nothing after it, and the limits.

mod bindings;
mod character;
mod context;
mod cut;
mod declaration;
mod encoding;
mod fault;
mod identifier;
mod intake;
mod interpreter;
mod limits;
mod memory;
mod namespace;
mod piece;
mod reading;
mod tag;
mod text;

pub(super) use bindings::Bindings;
pub(super) use character::is_plain_name;
pub(super) use context::Context;
pub use encoding::Encoding;
pub use fault::DocumentFault;
pub use identifier::IdAttributes;
pub use limits::Limits;
pub(super) use namespace::XML as XML_NAMESPACE;
pub(super) use piece::{Piece, Step};
pub(super) use reading::Document;
pub(super) use tag::{Element, QualifiedName};
