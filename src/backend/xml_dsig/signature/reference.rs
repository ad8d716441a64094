//! A `ds:Reference` (XML Signature 1.1, 4.4.3).

use super::{
    SignatureFault, method,
    node::{Node, named},
};
use crate::backend::xml_dsig::{CanonicalForm, Canonicalization, algorithm::ENVELOPED, digest::Digest};

/// What a reference names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::backend::xml_dsig) enum Uri {
    /// `""`: the document.
    Document,
    /// `#id`: an element of it.
    Element(String),
}

/// What a reference says.
#[derive(Clone, Debug)]
pub(in crate::backend::xml_dsig) struct Reference {
    pub(in crate::backend::xml_dsig) uri: Uri,
    /// Whether the signature itself is left out.
    pub(in crate::backend::xml_dsig) enveloped: bool,
    pub(in crate::backend::xml_dsig) canonicalization: Canonicalization,
    pub(in crate::backend::xml_dsig) digest: Digest,
    pub(in crate::backend::xml_dsig) digest_value: Vec<u8>,
}

impl Reference {
    pub(super) fn read(node: &Node) -> Result<Self, SignatureFault> {
        // A type says nothing that would be believed.
        let children = node.elements(&["Id", "URI", "Type"])?;
        let uri = uri(node.attribute("URI"))?;
        let (transforms, method, value) = match named(children)[..] {
            [("Transforms", transforms), ("DigestMethod", method), ("DigestValue", value)] => {
                (transforms.elements(&[])?, method, value)
            }
            [("DigestMethod", method), ("DigestValue", value)] => (&[][..], method, value),
            _ => return Err(SignatureFault::Structure),
        };
        let (enveloped, canonicalization) = read_transforms(transforms)?;
        let digest = method::digest(method)?;
        Ok(Self { uri, enveloped, canonicalization, digest, digest_value: value.bytes(&[])? })
    }
}

fn uri(written: Option<&str>) -> Result<Uri, SignatureFault> {
    match written {
        Some("") => Ok(Uri::Document),
        Some(part) => match part.strip_prefix('#') {
            Some(id) if !id.is_empty() && !id.contains(['(', '#', '%']) => Ok(Uri::Element(id.to_owned())),
            Some(_) => Err(SignatureFault::Xpointer),
            None => Err(SignatureFault::ReferenceElsewhere),
        },
        None => Err(SignatureFault::ReferenceElsewhere),
    }
}

/// Enveloped-signature, and one canonicalization after it: none means inclusive 1.0 (XML Signature
/// 1.1, 4.4.3.2).
fn read_transforms(nodes: &[Node]) -> Result<(bool, Canonicalization), SignatureFault> {
    for node in nodes {
        if node.name() != "Transform" {
            return Err(SignatureFault::Structure);
        }
        let algorithm = node.attribute("Algorithm").unwrap_or_default();
        if algorithm != ENVELOPED && Canonicalization::named(algorithm).is_none() {
            return Err(method::refused_transform(algorithm));
        }
    }
    let (enveloped, rest) = match nodes {
        [first, rest @ ..] if first.attribute("Algorithm") == Some(ENVELOPED) => {
            if !first.elements(&["Algorithm"])?.is_empty() {
                return Err(SignatureFault::Structure);
            }
            (true, rest)
        }
        all => (false, all),
    };
    match rest {
        [] => Ok((enveloped, Canonicalization::new(CanonicalForm::Inclusive))),
        [only] if only.attribute("Algorithm") != Some(ENVELOPED) => {
            Ok((enveloped, method::canonicalization(only)?))
        }
        _ => Err(SignatureFault::Transforms),
    }
}
