//! The methods that a signature names, with their parameters (XML Signature 1.1, 6; RFC 9231, 2.3.9).

use super::{
    SignatureFault,
    node::{Node, named},
};
use crate::backend::xml_dsig::{
    CanonicalForm, Canonicalization,
    algorithm::{Algorithm, PSS, refused},
    digest::Digest,
};

const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
const MORE: &str = "http://www.w3.org/2007/05/xmldsig-more#";
const MGF1: &str = "http://www.w3.org/2007/05/xmldsig-more#MGF1";

/// Reads a canonicalization, in a `ds:CanonicalizationMethod` or a `ds:Transform`.
pub(super) fn canonicalization(node: &Node) -> Result<Canonicalization, SignatureFault> {
    let uri = node.attribute("Algorithm").ok_or(SignatureFault::Structure)?;
    let known = Canonicalization::named(uri).ok_or_else(|| {
        if uri.contains("c14n") { SignatureFault::Canonicalization } else { SignatureFault::UnknownAlgorithm }
    })?;
    match node.elements(&["Algorithm"])? {
        [] => Ok(known),
        [only] if only.name_in(EXCLUSIVE) == "InclusiveNamespaces" => {
            let listed =
                only.elements(&["PrefixList"])?.is_empty() && known.form() == CanonicalForm::Exclusive;
            let list = only.attribute("PrefixList").filter(|_| listed && only.text.is_empty());
            list.and_then(|list| known.with_prefix_list(list)).ok_or(SignatureFault::InclusiveNamespaces)
        }
        _ => Err(SignatureFault::Structure),
    }
}

/// Reads a `ds:SignatureMethod`.
pub(super) fn signature(node: &Node) -> Result<Algorithm, SignatureFault> {
    let uri = node.attribute("Algorithm").ok_or(SignatureFault::Structure)?;
    if uri == PSS {
        return pss(node.elements(&["Algorithm"])?).map(Algorithm::pss);
    }
    let known = Algorithm::identified(uri)?;
    if node.elements(&["Algorithm"])?.is_empty() { Ok(known) } else { Err(SignatureFault::Structure) }
}

/// Reads a `ds:DigestMethod`.
pub(super) fn digest(node: &Node) -> Result<Digest, SignatureFault> {
    let uri = node.attribute("Algorithm").ok_or(SignatureFault::Structure)?;
    let known = Digest::identified(uri)?;
    if node.elements(&["Algorithm"])?.is_empty() { Ok(known) } else { Err(SignatureFault::Structure) }
}

/// The digest of `pss:RSAPSSParams`. One set of parameters is taken for each digest: the mask has
/// the same, and the salt its length.
fn pss(parameters: &[Node]) -> Result<Digest, SignatureFault> {
    let parameters = match parameters {
        [] => return Ok(Digest::Sha256),
        [only] if only.name_in(MORE) == "RSAPSSParams" => only.elements(&[])?,
        _ => return Err(SignatureFault::Structure),
    };
    let find = |name: &str| parameters.iter().find(|node| node.name() == name || node.name_in(MORE) == name);
    let chosen = find("DigestMethod").map_or(Ok(Digest::Sha256), digest)?;
    let mask = match find("MaskGenerationFunction") {
        // Java leaves out a mask with the same digest.
        None => chosen,
        Some(node) if node.attribute("Algorithm") == Some(MGF1) => {
            match named(node.elements(&["Algorithm"])?)[..] {
                [] => chosen,
                [("DigestMethod", inner)] => digest(inner)?,
                _ => return Err(SignatureFault::Structure),
            }
        }
        Some(_) => return Err(SignatureFault::Pss),
    };
    let number = |name: &str, otherwise: usize| {
        find(name)
            .map_or(Ok(otherwise), |node| node.plain_text()?.parse().map_err(|_| SignatureFault::Structure))
    };
    let fits = mask == chosen
        && number("SaltLength", chosen.size())? == chosen.size()
        && number("TrailerField", 1)? == 1;
    let known = ["DigestMethod", "MaskGenerationFunction", "SaltLength", "TrailerField"];
    if !parameters.iter().all(|node| known.contains(&node.local())) {
        return Err(SignatureFault::Structure);
    }
    if fits { Ok(chosen) } else { Err(SignatureFault::Pss) }
}

/// Why a transform is none of the profile.
pub(super) fn refused_transform(uri: &str) -> SignatureFault {
    match uri {
        "http://www.w3.org/TR/1999/REC-xslt-19991116" => SignatureFault::Xslt,
        "http://www.w3.org/TR/1999/REC-xpath-19991116" | "http://www.w3.org/2002/06/xmldsig-filter2" => {
            SignatureFault::Xpath
        }
        "http://www.w3.org/2000/09/xmldsig#base64" => SignatureFault::Base64Transform,
        other if other.contains("c14n") => SignatureFault::Canonicalization,
        other => refused(other),
    }
}
