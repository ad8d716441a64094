//! One element inside of a signature, and what may be asked of it.

use std::rc::Rc;

use super::{NAMESPACE, SignatureFault};
use crate::backend::xml_dsig::document::Element;

/// An element with all that is in it. A signature is short, so that it may be held.
#[derive(Debug)]
pub(super) struct Node {
    namespace: Rc<str>,
    local: String,
    /// Local name and value; those in a namespace are noted in `foreign` only.
    attributes: Vec<(String, String)>,
    foreign: bool,
    pub(super) ids: Vec<String>,
    pub(super) text: String,
    pub(super) children: Vec<Node>,
}

impl Node {
    pub(super) fn new(element: &Element) -> Self {
        let own = element.attributes().filter(|(name, _)| name.namespace.is_empty());
        Self {
            namespace: Rc::clone(element.name().namespace),
            local: element.name().local().to_owned(),
            attributes: own.map(|(name, value)| (name.local().to_owned(), value.to_owned())).collect(),
            foreign: element.attributes().any(|(name, _)| !name.namespace.is_empty()),
            ids: element.ids().map(str::to_owned).collect(),
            text: String::new(),
            children: Vec::new(),
        }
    }

    /// Its local name when it is in the namespace of XML Signature, nothing otherwise.
    pub(super) fn name(&self) -> &str {
        self.name_in(NAMESPACE)
    }

    /// Its local name when it is in a namespace, nothing otherwise.
    pub(super) fn name_in(&self, namespace: &str) -> &str {
        if &*self.namespace == namespace { &self.local } else { "" }
    }

    /// Its local name, in whatever namespace.
    pub(super) fn local(&self) -> &str {
        &self.local
    }

    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The children, when there is no text between them and no attribute but these.
    pub(super) fn elements(&self, attributes: &[&str]) -> Result<&[Self], SignatureFault> {
        self.check_attributes(attributes)?;
        if is_blank(&self.text) { Ok(&self.children) } else { Err(SignatureFault::Structure) }
    }

    /// The text, when there is nothing else and no attribute.
    pub(super) fn plain_text(&self) -> Result<&str, SignatureFault> {
        self.check_attributes(&[])?;
        if self.children.is_empty() { Ok(self.text.trim_ascii()) } else { Err(SignatureFault::Structure) }
    }

    /// The bytes that its base64 text stands for, in the one spelling that bytes have.
    pub(super) fn bytes(&self, attributes: &[&str]) -> Result<Vec<u8>, SignatureFault> {
        self.check_attributes(attributes)?;
        if !self.children.is_empty() {
            return Err(SignatureFault::Structure);
        }
        let mut text = self.text.clone();
        text.retain(|c| !is_space(c));
        let bytes = openssl::base64::decode_block(&text).map_err(|_| SignatureFault::Base64)?;
        if openssl::base64::encode_block(&bytes) == text { Ok(bytes) } else { Err(SignatureFault::Base64) }
    }

    /// Gathers its ids and those of all that is in it.
    pub(super) fn collect_ids(&self, into: &mut Vec<String>) {
        into.extend(self.ids.iter().cloned());
        self.children.iter().for_each(|child| child.collect_ids(into));
    }

    /// Refuses attributes that a `ds:Object` does not have.
    pub(super) fn check_object(&self) -> Result<(), SignatureFault> {
        self.check_attributes(&["Id", "MimeType", "Encoding"])
    }

    fn check_attributes(&self, allowed: &[&str]) -> Result<(), SignatureFault> {
        let known = self.attributes.iter().all(|(name, _)| allowed.contains(&name.as_str()));
        if known && !self.foreign { Ok(()) } else { Err(SignatureFault::Structure) }
    }
}

/// The nodes with their names in the namespace of XML Signature.
pub(super) fn named(nodes: &[Node]) -> Vec<(&str, &Node)> {
    nodes.iter().map(|node| (node.name(), node)).collect()
}

fn is_blank(text: &str) -> bool {
    text.chars().all(is_space)
}

const fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}
