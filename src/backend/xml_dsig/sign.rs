//! Signing: one pass, the signature as the last child of the root element.

use std::{
    borrow::Cow,
    io::{BufWriter, Read, Write},
};

use openssl::hash::Hasher;

use super::{
    Algorithm, DocumentFault, Encoding, KeyFault, Limits, SignatureFault, SigningKey, XmlError,
    canonical::{Canonical, Canonicalization},
    document::{Document, Piece},
    signature::{is_signature, signature, signed_info},
};

/// What was signed, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The signature algorithm.
    pub algorithm: Algorithm,
    /// The digest of the document's canonical form.
    pub digest_value: Vec<u8>,
}

/// Writes `document` to `out` as it is, with an enveloped signature before the end of its root
/// element. Only `<empty/>` is written in two tags, when it is the root.
///
/// The signature is verified with the certificate before it is written. What `out` received is of
/// use only after success.
///
/// # Errors
/// When the document is not one of the profile, is signed already, or cannot be read or written.
pub fn sign(
    document: &mut dyn Read,
    out: &mut dyn Write,
    key: &SigningKey,
    limits: &Limits,
) -> Result<Signed, XmlError> {
    let digest = key.algorithm().digest().message_digest();
    let hasher = Hasher::new(digest).map_err(|_| KeyFault::Failed)?;
    let mut canonical = Canonical::new(&Canonicalization::exclusive(), BufWriter::new(hasher));
    let mut out = BufWriter::new(out);
    let mut document = Document::new(document, limits);
    let (mut end, mut encoding) = (String::new(), Encoding::Utf8);
    while let Some(step) = document.next()? {
        encoding = step.encoding;
        canonical.write(&step.piece)?;
        match step.piece {
            Piece::Start(element) if is_signature(element) => {
                return Err(XmlError::Signature { fault: SignatureFault::AlreadySigned, at: step.at });
            }
            Piece::Start(_) if step.depth == 1 => encoding.write(&opened(step.raw), &mut out)?,
            // The end of the root has to wait: what follows it may be signed too.
            Piece::End(name) if step.depth == 0 && step.raw.is_empty() => end.extend(["</", name, ">"]),
            Piece::End(_) if step.depth == 0 => end.push_str(step.raw),
            _ if !end.is_empty() => end.push_str(step.raw),
            _ => encoding.write(step.raw, &mut out)?,
        }
        if end.len() as u64 > limits.token {
            return Err(XmlError::Document { fault: DocumentFault::TokenTooLong, at: document.at() });
        }
    }
    let mut hasher = canonical.into_inner().into_inner().map_err(|error| error.into_error())?;
    let digest_value = hasher.finish().map_err(|_| KeyFault::Failed)?.to_vec();
    let algorithm = key.algorithm();
    let value = key.sign(signed_info(algorithm, &digest_value).as_bytes())?;
    encoding.write(&signature(algorithm, &digest_value, &value, key.certificate()), &mut out)?;
    encoding.write(&end, &mut out)?;
    out.flush()?;
    Ok(Signed { algorithm, digest_value })
}

/// The start tag of the root, so that something can be put inside.
fn opened(tag: &str) -> Cow<'_, str> {
    match tag.strip_suffix("/>") {
        Some(tag) => format!("{}>", tag.trim_ascii_end()).into(),
        None => tag.into(),
    }
}
