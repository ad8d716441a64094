//! What a signature says, read as strictly as the profile has it (XML Signature 1.1, 4).

use super::{
    Claims, Reference, SignatureFault, method,
    node::{Node, named},
};
use crate::backend::xml_dsig::{Canonicalization, algorithm::Algorithm};

/// How many references a signature may have.
const MOST_REFERENCES: usize = 8;

/// The content of a `ds:Signature`.
#[derive(Debug)]
pub(in crate::backend::xml_dsig) struct Block {
    /// The canonical form of `ds:SignedInfo`.
    pub(in crate::backend::xml_dsig) signed_info: Vec<u8>,
    pub(in crate::backend::xml_dsig) canonicalization: Canonicalization,
    pub(in crate::backend::xml_dsig) algorithm: Algorithm,
    pub(in crate::backend::xml_dsig) signature_value: Vec<u8>,
    pub(in crate::backend::xml_dsig) references: Vec<Reference>,
    /// What `ds:KeyInfo` says: claims that are proved by nothing.
    pub(in crate::backend::xml_dsig) claims: Claims,
    pub(in crate::backend::xml_dsig) key_info_ids: Vec<String>,
    /// The ids of all other elements of the signature, but for objects and what is in them.
    pub(in crate::backend::xml_dsig) own_ids: Vec<String>,
    pub(in crate::backend::xml_dsig) objects: Vec<Object>,
}

/// A `ds:Object`: only its ids, and those of an element that is all there is in it.
#[derive(Clone, Debug, Default)]
pub(in crate::backend::xml_dsig) struct Object {
    pub(in crate::backend::xml_dsig) ids: Vec<String>,
    pub(in crate::backend::xml_dsig) only_child: Vec<String>,
}

impl Block {
    pub(super) fn read(
        signature: &Node,
        objects: Vec<Object>,
        signed_info: Vec<u8>,
    ) -> Result<Self, SignatureFault> {
        let mut children = named(signature.elements(&["Id"])?);
        let first_object = children.iter().position(|(name, _)| *name == "Object").unwrap_or(children.len());
        for (name, object) in children.split_off(first_object) {
            if name != "Object" {
                return Err(SignatureFault::Structure);
            }
            object.check_object()?;
        }
        let (info, value, key_info) = match children[..] {
            [("SignedInfo", info), ("SignatureValue", value)] => (info, value, None),
            [("SignedInfo", info), ("SignatureValue", value), ("KeyInfo", key)] => (info, value, Some(key)),
            _ => return Err(SignatureFault::Structure),
        };
        let (canonicalization, algorithm, references) = read_info(info)?;
        let mut own_ids = signature.ids.clone();
        children.iter().for_each(|(_, child)| child.collect_ids(&mut own_ids));
        let key_info_ids = key_info.map(|node| node.ids.clone()).unwrap_or_default();
        own_ids.retain(|id| !key_info_ids.contains(id));
        Ok(Self {
            signed_info,
            canonicalization,
            algorithm,
            signature_value: value.bytes(&["Id"])?,
            references,
            claims: key_info.map_or(Ok(Claims::default()), Claims::read)?,
            key_info_ids,
            own_ids,
            objects,
        })
    }
}

/// The methods and the references.
fn read_info(info: &Node) -> Result<(Canonicalization, Algorithm, Vec<Reference>), SignatureFault> {
    let children = named(info.elements(&["Id"])?);
    let [("CanonicalizationMethod", canonicalization), ("SignatureMethod", method), references @ ..] =
        &children[..]
    else {
        return Err(SignatureFault::Structure);
    };
    if references.is_empty() || references.iter().any(|(name, _)| *name != "Reference") {
        return Err(SignatureFault::Structure);
    }
    if references.len() > MOST_REFERENCES {
        return Err(SignatureFault::TooManyReferences);
    }
    let canonicalization = method::canonicalization(canonicalization)?;
    let algorithm = method::signature(method)?;
    let references: Vec<Reference> =
        references.iter().map(|(_, node)| Reference::read(node)).collect::<Result<_, _>>()?;
    let twice =
        |(at, one): (usize, &Reference)| references.iter().skip(at + 1).any(|other| other.uri == one.uri);
    if references.iter().enumerate().any(twice) {
        return Err(SignatureFault::ReferenceTwice);
    }
    Ok((canonicalization, algorithm, references))
}
