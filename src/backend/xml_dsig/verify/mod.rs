//! Verifying: one pass to find the signature, one to hash what it signs.

mod coverage;
mod hashing;
mod layers;
mod locate;
mod verified;

use std::io::{Read, Seek, Write};

use hashing::{Hashing, compare};
pub use layers::verify_either;
pub use verified::{Validity, Verified, VerifiedReference};

use super::{
    VerifyOptions, XmlError,
    document::Document,
    key::usable,
    signature::{Block, Reference, Uri},
    signature_value::verifies,
    witness::Witness,
};
use crate::world::material::{Certificate, Fingerprint};

/// Verifies the signature of a document with one of the accepted certificates.
///
/// `out` gets the canonical bytes that were hashed, and nothing else: those of each reference to
/// content, one after the other, in the order of the references. The signature's own key
/// information is none of it. **They are valid only after success**: give a temporary file and keep
/// it then, or [`io::sink`](std::io::sink). Work with these bytes and not with the document: what is
/// not among them was not signed.
///
/// The key information inside of the message is never trusted; it only says which accepted
/// certificate to try first. Being accepted is all that makes a certificate good: its validity is
/// reported, and decides nothing.
///
/// `document` is read twice from its beginning, and once more for each reference to content after
/// the first.
///
/// # Errors
/// When the document or its signature is not one of the profile, when no accepted certificate
/// verifies it, or when the document was changed.
pub fn verify<D: Read + Seek + ?Sized>(
    document: &mut D,
    out: &mut dyn Write,
    accepted: &[Certificate],
    options: &VerifyOptions,
) -> Result<Verified, XmlError> {
    verify_behind(document, out, accepted, (options, 0))
}

/// The same for the signature behind so many others, which are content like any other.
fn verify_behind<D: Read + Seek + ?Sized>(
    document: &mut D,
    out: &mut dyn Write,
    accepted: &[Certificate],
    (options, before): (&VerifyOptions, usize),
) -> Result<Verified, XmlError> {
    document.rewind()?;
    let mut first = Witness::new(&mut *document);
    let mut reading = Document::new(&mut first, &options.limits).identified_by(&options.id_attributes);
    let located = locate::locate(&mut reading, options, before)?;
    drop(reading);
    let seen = first.digest();
    let covered = coverage::judge(&located, options)?;
    let certificate = accepted_signer(&located.block, accepted)?.clone();

    let mut all: Vec<(usize, &Reference)> = located.block.references.iter().enumerate().collect();
    for content in covered.shapes.iter().enumerate().filter(|(_, shape)| shape.is_some()).map(|(at, _)| at) {
        document.rewind()?;
        let mut again = Witness::new(&mut *document);
        let mut reading = Document::new(&mut again, &options.limits).identified_by(&options.id_attributes);
        let digests = Hashing::new(all.clone(), Some((content, &mut *out)), before).read(&mut reading)?;
        drop(reading);
        if again.digest() != seen {
            return Err(XmlError::Changed);
        }
        compare(&all, &digests, located.at)?;
        // The others were compared with this reading; they only have to be handed out.
        all = located.block.references.iter().enumerate().filter(|(number, _)| *number > content).collect();
    }
    Ok(verified(located.block, covered, certificate))
}

fn verified(block: Block, covered: coverage::Coverage, certificate: Certificate) -> Verified {
    let references =
        block.references.into_iter().zip(covered.shapes).map(|(reference, shape)| VerifiedReference {
            uri: match reference.uri {
                Uri::Document => String::new(),
                Uri::Element(id) => format!("#{id}"),
            },
            shape,
            canonicalization: reference.canonicalization,
            digest: reference.digest,
            digest_value: reference.digest_value,
        });
    Verified {
        certificate,
        algorithm: block.algorithm,
        canonicalization: block.canonicalization,
        references: references.collect(),
        whole_document: covered.whole_document,
    }
}

/// The accepted certificate that verifies the signature value over `ds:SignedInfo`.
fn accepted_signer<'a>(block: &Block, accepted: &'a [Certificate]) -> Result<&'a Certificate, XmlError> {
    let several = accepted.len() > 1;
    let claimed = |certificate: &&Certificate| several && block.claims.name(certificate);
    let (first, rest): (Vec<_>, Vec<_>) = accepted.iter().partition(claimed);
    let claims = first.len();
    let (mut unusable, mut claimed_unusable, mut tried) = (None, None, false);
    for (number, certificate) in first.into_iter().chain(rest).enumerate() {
        match usable(certificate, block.algorithm) {
            Ok(key) if verifies(&key, block.algorithm, &block.signed_info, &block.signature_value) => {
                return Ok(certificate);
            }
            Ok(_) => tried = true,
            Err(fault) if number < claims => claimed_unusable = Some(fault),
            Err(fault) => unusable = Some(fault),
        }
    }
    match claimed_unusable.or(unusable.filter(|_| !tried)) {
        Some(fault) => Err(fault.into()),
        None => {
            let claimed = block.claims.certificates.first().map(|der| Fingerprint::of(der));
            Err(XmlError::NotAccepted { claimed })
        }
    }
}
