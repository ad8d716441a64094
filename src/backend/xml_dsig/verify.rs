//! Verifying: one pass to find the signature, one to hash what it signs.

use std::io::{self, BufWriter, Read, Seek, Write};

use openssl::{hash::Hasher, sha::Sha256};

use super::{
    Algorithm, KeyFault, Limits, SignatureFault, XmlError,
    canonical::{Canonical, Canonicalization},
    document::{Document, Piece, Step},
    key::{usable, verifies},
    signature::{Block, Capture, is_signature},
};
use crate::world::material::{Certificate, Fingerprint};

/// A signature that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The accepted certificate whose key made it.
    pub certificate: Certificate,
    /// The signature algorithm.
    pub algorithm: Algorithm,
    /// The digest of the document's canonical form.
    pub digest_value: Vec<u8>,
}

/// Verifies the enveloped signature of a document with one of the accepted certificates.
///
/// `out` gets the canonical bytes that were hashed, and nothing else. **They are valid only after
/// success**: give a temporary file and keep it then, or [`io::sink`]. Work with these bytes and
/// not with the document: what is not among them was not signed.
///
/// The certificate inside of the message is never trusted; it only says which accepted one to try
/// first. Being accepted is all that makes a certificate good: its validity is not looked at.
///
/// `document` is read twice from its beginning.
///
/// # Errors
/// When the document or its signature is not one of the profile, when no accepted certificate
/// verifies it, or when the document was changed.
pub fn verify<D: Read + Seek + ?Sized>(
    document: &mut D,
    out: &mut dyn Write,
    accepted: &[Certificate],
    limits: &Limits,
) -> Result<Verified, XmlError> {
    document.rewind()?;
    let mut first = Witness::new(&mut *document);
    let block = locate(&mut Document::new(&mut first, limits), limits)?;
    let seen = first.digest();
    let certificate = accepted_signer(&block, accepted)?.clone();

    document.rewind()?;
    let mut second = Witness::new(&mut *document);
    let mut hasher = Hasher::new(block.digest.message_digest()).map_err(|_| KeyFault::Failed)?;
    copy(&mut Document::new(&mut second, limits), &mut hasher, out)?;
    let digest = hasher.finish().map_err(|_| KeyFault::Failed)?;
    if second.digest() != seen {
        return Err(XmlError::Changed);
    }
    if *digest != *block.digest_value {
        return Err(XmlError::Digest);
    }
    Ok(Verified { certificate, algorithm: block.algorithm, digest_value: block.digest_value })
}

/// Reads the whole document and finds its one signature, in its one place.
fn locate<R: Read>(document: &mut Document<'_, R>, limits: &Limits) -> Result<Block, XmlError> {
    let (mut capture, mut begun, mut found) = (None, 0, None);
    while let Some(Step { piece, depth, at, raw, .. }) = document.next()? {
        let refuse = |fault| XmlError::Signature { fault, at };
        if let Some(open) = &mut capture {
            if at + raw.len() as u64 - begun > limits.signature {
                return Err(XmlError::Signature { fault: SignatureFault::TooLong, at: begun });
            }
            found = Capture::take(open, &piece).map_err(|fault| XmlError::Signature { fault, at: begun })?;
            if found.is_some() {
                capture = None;
            }
            continue;
        }
        match piece {
            Piece::Start(element) if is_signature(element) => {
                let fault = match depth {
                    _ if found.is_some() => Some(SignatureFault::Several),
                    1 => Some(SignatureFault::Enveloping),
                    2 => None,
                    _ => Some(SignatureFault::Place),
                };
                if let Some(fault) = fault {
                    return Err(refuse(fault));
                }
                let mut open = Capture::new();
                Capture::take(&mut open, &piece).map_err(refuse)?;
                (capture, begun) = (Some(open), at);
            }
            Piece::Text(text) if found.is_some() && !text.trim_ascii().is_empty() => {
                return Err(refuse(SignatureFault::NotLast));
            }
            Piece::Start(_) | Piece::Comment(_) | Piece::Instruction(..) if found.is_some() && depth > 0 => {
                return Err(refuse(SignatureFault::NotLast));
            }
            _ => {}
        }
    }
    found.ok_or(XmlError::Signature { fault: SignatureFault::Missing, at: document.at() })
}

/// The accepted certificate that verifies the signature value over `ds:SignedInfo`.
fn accepted_signer<'a>(block: &Block, accepted: &'a [Certificate]) -> Result<&'a Certificate, XmlError> {
    let claimed = |certificate: &&Certificate| block.claimed.iter().any(|der| der == certificate.der());
    let (first, rest): (Vec<_>, Vec<_>) = accepted.iter().partition(claimed);
    let mut unusable = None;
    for certificate in first.into_iter().chain(rest) {
        match usable(certificate, block.algorithm) {
            Ok(key) if verifies(&key, block.algorithm, &block.signed_info, &block.signature_value) => {
                return Ok(certificate);
            }
            Ok(_) => {}
            Err(fault) if claimed(&certificate) => unusable = Some(fault),
            Err(_) => {}
        }
    }
    match unusable {
        Some(fault) => Err(fault.into()),
        None => Err(XmlError::NotAccepted { claimed: block.claimed.first().map(|der| Fingerprint::of(der)) }),
    }
}

/// Writes the canonical form without the signature.
fn copy<R: Read>(
    document: &mut Document<'_, R>,
    hasher: &mut Hasher,
    out: &mut dyn Write,
) -> Result<(), XmlError> {
    let mut canonical = Canonical::new(&Canonicalization::exclusive(), BufWriter::new(Both { hasher, out }));
    let mut skipping = false;
    while let Some(step) = document.next()? {
        match &step.piece {
            Piece::Start(element) if step.depth == 2 && is_signature(element) => skipping = true,
            Piece::End(_) if skipping && step.depth == 1 => skipping = false,
            _ if skipping => {}
            piece => canonical.write(piece)?,
        }
    }
    canonical.into_inner().flush()?;
    Ok(())
}

/// Writes to a digest and to the caller.
struct Both<'a> {
    hasher: &'a mut Hasher,
    out: &'a mut dyn Write,
}

impl Write for Both<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hasher.write_all(bytes)?;
        self.out.write_all(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Remembers what was read, so that both readings can be compared.
struct Witness<R> {
    input: R,
    hash: Sha256,
}

impl<R> Witness<R> {
    fn new(input: R) -> Self {
        Self { input, hash: Sha256::new() }
    }

    fn digest(self) -> [u8; 32] {
        self.hash.finish()
    }
}

impl<R: Read> Read for Witness<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(into)?;
        self.hash.update(into.get(..count).unwrap_or_default());
        Ok(count)
    }
}
