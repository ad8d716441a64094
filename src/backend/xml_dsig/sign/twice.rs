//! Signing in two passes: the first finds and digests, the second writes.

use std::io::{Read, Seek, Write};

use super::{Role, Scan, Seal, Signed, Writer, XmlError, spot};
use crate::backend::xml_dsig::{
    document::{Document, Piece},
    witness::Witness,
};

pub(super) fn sign<D: Read + Seek + ?Sized>(
    input: &mut D,
    out: &mut dyn Write,
    seal: &Seal<'_>,
) -> Result<Signed, XmlError> {
    let profile = seal.profile;
    input.rewind()?;
    let mut first = Witness::new(&mut *input);
    let mut scan = Scan::new(seal)?;
    let mut document = Document::new(&mut first, &profile.limits).identified_by(&profile.id_attributes);
    while let Some(step) = document.next()? {
        if scan.take(&step)? == Role::Begins {
            scan.note_inside(document.context());
        }
    }
    drop(document);
    scan.finish()?;
    let found = scan.found()?;
    let sealed = seal.close(&found)?;
    let seen = first.digest();

    input.rewind()?;
    let mut second = Witness::new(&mut *input);
    let mut writer = Writer::new(out, spot(profile), &profile.limits);
    let mut document = Document::new(&mut second, &profile.limits).identified_by(&profile.id_attributes);
    let (mut begun, mut open) = (0, None);
    while let Some(step) = document.next()? {
        let role = match step.piece {
            Piece::Start(_) => {
                begun += 1;
                if begun == scan.place_number() {
                    open = Some(step.depth - 1);
                    Role::Begins
                } else {
                    Role::Plain
                }
            }
            Piece::End(_) if open == Some(step.depth) => {
                open = None;
                Role::Ends
            }
            _ => Role::Plain,
        };
        writer.take(&step, role, Some(&sealed))?;
    }
    drop(document);
    writer.finish(|| Ok(sealed))?;
    if second.digest() != seen {
        return Err(XmlError::Changed);
    }
    Ok(seal.signed(found))
}
