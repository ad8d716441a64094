//! The `ds:Signature` element: read strictly, written plainly.

mod block;
mod capture;
mod claims;
mod fault;
mod key_info;
mod method;
mod node;
mod reference;
mod template;

pub(super) use block::{Block, Object};
pub(super) use capture::Capture;
pub(super) use claims::Claims;
pub use fault::SignatureFault;
pub(super) use reference::{Reference, Uri};
pub(super) use template::{Draft, Drafted};

use super::document::Element;

/// The namespace of XML Signature.
pub(super) const NAMESPACE: &str = "http://www.w3.org/2000/09/xmldsig#";
/// The namespace of XML Signature 1.1.
const NAMESPACE_11: &str = "http://www.w3.org/2009/xmldsig11#";

/// Whether an element is a `ds:Signature`, under whatever prefix.
pub(super) fn is_signature(element: &Element) -> bool {
    let name = element.name();
    name.local() == "Signature" && &**name.namespace == NAMESPACE
}
