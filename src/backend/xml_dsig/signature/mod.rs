//! The `ds:Signature` element: read strictly, written plainly.

mod block;
mod capture;
mod fault;
mod node;
mod template;

pub(super) use block::Block;
pub(super) use capture::Capture;
pub use fault::SignatureFault;
pub(super) use template::{signature, signed_info};

use super::document::Element;

/// The namespace of XML Signature.
const NAMESPACE: &str = "http://www.w3.org/2000/09/xmldsig#";

/// Whether an element is a `ds:Signature`, under whatever prefix.
pub(super) fn is_signature(element: &Element) -> bool {
    let name = element.name();
    name.local == "Signature" && &**name.namespace == NAMESPACE
}
