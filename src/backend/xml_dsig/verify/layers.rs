//! Two signatures on one document: the second one signs the document with the first.

use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;

use super::{Verified, verify, verify_behind};
use crate::backend::xml_dsig::{
    VerifyOptions, XmlError,
    document::{Document, Piece},
    signature::is_signature,
};
use crate::world::material::Certificate;

/// Bytes of a document that are kept in memory while its last signature is taken off; more go to a file
/// without a name.
const KEPT: usize = 1 << 20;

/// Verifies a document that one key signed, or two, one after the other: with an accepted certificate of
/// either. A document with one signature is judged as [`verify`](super::verify) judges it.
///
/// The last signature is over the whole document, the first one with it. Where no accepted key made the last
/// one, it is taken off, and the first one is over the document that is left: each of the two covers all of the
/// content. What anybody could do to such a document without one of the keys is to take the last signature off,
/// or to put another one in its place.
///
/// # Errors
/// When the document or a signature is not one of the profile, or when no accepted certificate verifies either.
pub fn verify_either<D: Read + Seek + ?Sized>(
    document: &mut D,
    accepted: &[Certificate],
    options: &VerifyOptions,
) -> Result<Verified, XmlError> {
    let Some(last) = last_of_two(document, options)? else {
        return verify(document, &mut io::sink(), accepted, options);
    };
    let outer = match verify_behind(document, &mut io::sink(), accepted, (options, 1)) {
        // Somebody else's key made it: what it is worth nobody here can tell.
        Err(error @ (XmlError::NotAccepted { .. } | XmlError::Key(_))) => error,
        judged => return judged,
    };
    let mut left = tempfile::spooled_tempfile(KEPT);
    document.rewind()?;
    io::copy(&mut (&mut *document).take(last.start), &mut left)?;
    document.seek(SeekFrom::Start(last.end))?;
    io::copy(document, &mut left)?;
    verify(&mut left, &mut io::sink(), accepted, options).map_err(|error| match error {
        XmlError::NotAccepted { .. } | XmlError::Key(_) => outer,
        other => other,
    })
}

/// Where the second of two signatures stands that are children of the root, in bytes; nothing for a document that
/// carries one of them, or more.
fn last_of_two<D: Read + Seek + ?Sized>(
    document: &mut D,
    options: &VerifyOptions,
) -> Result<Option<Range<u64>>, XmlError> {
    document.rewind()?;
    let mut reading = Document::new(&mut *document, &options.limits).identified_by(&options.id_attributes);
    let (mut found, mut begun, mut ended): (Vec<Range<u64>>, Option<u64>, Option<u64>) = Default::default();
    while let Some(step) = reading.next()? {
        // It ends where the next piece begins.
        if let Some(start) = ended.take() {
            found.push(start..step.at);
        }
        match (&step.piece, step.depth) {
            (Piece::Start(element), 2) if is_signature(element) => begun = Some(step.at),
            (Piece::End(_), 1) => ended = begun.take(),
            _ => {}
        }
    }
    match found.as_slice() {
        [_, last] => Ok(Some(last.clone())),
        _ => Ok(None),
    }
}
