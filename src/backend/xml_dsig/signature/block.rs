//! What a signature says, read as strictly as the profile has it (XML Signature 1.1, 4).

use super::{SignatureFault, node::Node};
use crate::backend::xml_dsig::algorithm::{Algorithm, Digest, ENVELOPED, EXCLUSIVE};

/// The content of a `ds:Signature`: one reference to the whole document, enveloped.
#[derive(Debug)]
pub(in crate::backend::xml_dsig) struct Block {
    /// The canonical form of `ds:SignedInfo`.
    pub(in crate::backend::xml_dsig) signed_info: Vec<u8>,
    pub(in crate::backend::xml_dsig) algorithm: Algorithm,
    pub(in crate::backend::xml_dsig) signature_value: Vec<u8>,
    pub(in crate::backend::xml_dsig) digest: Digest,
    pub(in crate::backend::xml_dsig) digest_value: Vec<u8>,
    /// The certificates in `ds:KeyInfo`, in DER: claims that are proved by nothing.
    pub(in crate::backend::xml_dsig) claimed: Vec<Vec<u8>>,
}

impl Block {
    pub(super) fn read(signature: &Node, signed_info: Vec<u8>) -> Result<Self, SignatureFault> {
        let children = signature.elements(&["Id"])?;
        if children.iter().any(|child| child.name() == "Object") {
            return Err(SignatureFault::Object);
        }
        let (info, value, key_info) = match named(children).as_slice() {
            [("SignedInfo", info), ("SignatureValue", value)] => (*info, *value, None),
            [("SignedInfo", info), ("SignatureValue", value), ("KeyInfo", key)] => {
                (*info, *value, Some(*key))
            }
            _ => return Err(SignatureFault::Structure),
        };
        let (method, reference) = info_parts(info)?;
        let (digest, digest_value) = reference_parts(reference)?;
        Ok(Self {
            signed_info,
            algorithm: Algorithm::named(method.algorithm()?)?,
            signature_value: value.bytes(&["Id"])?,
            digest,
            digest_value,
            claimed: key_info.map_or(Ok(Vec::new()), claimed)?,
        })
    }
}

fn named(nodes: &[Node]) -> Vec<(&str, &Node)> {
    nodes.iter().map(|node| (node.name(), node)).collect()
}

/// The signature method and the one reference.
fn info_parts(info: &Node) -> Result<(&Node, &Node), SignatureFault> {
    match named(info.elements(&["Id"])?).as_slice() {
        [
            ("CanonicalizationMethod", canonicalization),
            ("SignatureMethod", method),
            ("Reference", reference),
        ] => match canonicalization.algorithm()? {
            EXCLUSIVE => Ok((method, reference)),
            _ => Err(SignatureFault::Canonicalization),
        },
        [_, _, ("Reference", _), ("Reference", _), ..] => Err(SignatureFault::SeveralReferences),
        _ => Err(SignatureFault::Structure),
    }
}

fn reference_parts(reference: &Node) -> Result<(Digest, Vec<u8>), SignatureFault> {
    let children = reference.elements(&["Id", "URI"])?;
    match reference.attribute("URI") {
        Some("") => {}
        Some(part) if part.starts_with('#') => return Err(SignatureFault::ReferenceToPart),
        _ => return Err(SignatureFault::ReferenceElsewhere),
    }
    match named(children).as_slice() {
        [("Transforms", transforms), ("DigestMethod", method), ("DigestValue", value)] => {
            check_transforms(transforms)?;
            Ok((Digest::named(method.algorithm()?)?, value.bytes(&[])?))
        }
        [("DigestMethod", _), ("DigestValue", _)] => Err(SignatureFault::Transforms),
        _ => Err(SignatureFault::Structure),
    }
}

fn check_transforms(transforms: &Node) -> Result<(), SignatureFault> {
    let mut found = Vec::new();
    for transform in transforms.elements(&[])? {
        let algorithm = transform.attribute("Algorithm").unwrap_or_default();
        if transform.name() != "Transform" {
            return Err(SignatureFault::Structure);
        }
        if let Some(fault) = refused_transform(algorithm) {
            return Err(fault);
        }
        found.push(transform.algorithm()?);
    }
    if found == [ENVELOPED, EXCLUSIVE] { Ok(()) } else { Err(SignatureFault::Transforms) }
}

fn refused_transform(algorithm: &str) -> Option<SignatureFault> {
    match algorithm {
        ENVELOPED | EXCLUSIVE => None,
        "http://www.w3.org/TR/1999/REC-xslt-19991116" => Some(SignatureFault::Xslt),
        "http://www.w3.org/TR/1999/REC-xpath-19991116" | "http://www.w3.org/2002/06/xmldsig-filter2" => {
            Some(SignatureFault::Xpath)
        }
        "http://www.w3.org/2000/09/xmldsig#base64" => Some(SignatureFault::Base64Transform),
        other if other.contains("c14n") => Some(SignatureFault::Canonicalization),
        _ => Some(SignatureFault::UnknownAlgorithm),
    }
}

/// The certificates that the key information names. The rest of it says nothing that would be used.
fn claimed(key_info: &Node) -> Result<Vec<Vec<u8>>, SignatureFault> {
    let mut certificates = Vec::new();
    for kind in key_info.elements(&["Id"])? {
        match (kind.name(), kind.local()) {
            ("X509Data", _) => {
                for child in &kind.children {
                    if child.name() == "X509Certificate" {
                        certificates.push(child.bytes(&[])?);
                    }
                }
            }
            ("KeyName" | "KeyValue", _) | ("", "DEREncodedKeyValue") => {}
            ("RetrievalMethod", _) | ("", "KeyInfoReference") => {
                return Err(SignatureFault::KeyInfoReference);
            }
            _ => return Err(SignatureFault::KeyInfo),
        }
    }
    Ok(certificates)
}
