//! Canonical forms on their own, without a signature.

use std::io::{BufWriter, Read, Write};

use super::{
    Canonicalization, IdAttributes, Limits, XmlError,
    canonical::Canonical,
    document::{Document, Piece},
};

/// Writes the canonical form of a whole document to `out`. What `out` received is of use only after
/// success.
///
/// # Errors
/// When the bytes are no document of the profile, or cannot be read or written.
pub fn canonicalize(
    document: &mut dyn Read,
    method: &Canonicalization,
    limits: &Limits,
    out: &mut dyn Write,
) -> Result<(), XmlError> {
    let mut document = Document::new(document, limits);
    let mut canonical = Canonical::new(method, BufWriter::new(out));
    while let Some(step) = document.next()? {
        canonical.write(&step.piece)?;
    }
    canonical.into_inner().flush()?;
    Ok(())
}

/// An element of a document, by its id.
#[derive(Clone, Copy, Debug)]
pub struct ElementId<'a> {
    /// The id.
    pub id: &'a str,
    /// Which attributes are ids.
    pub attributes: &'a IdAttributes,
}

/// Writes the canonical form of the element with an id, with all that is in it. Answers whether
/// there is one; the document is read to its end also when there is none.
///
/// # Errors
/// As [`canonicalize`].
pub fn canonicalize_element(
    document: &mut dyn Read,
    element: ElementId<'_>,
    method: &Canonicalization,
    limits: &Limits,
    out: &mut dyn Write,
) -> Result<bool, XmlError> {
    let mut document = Document::new(document, limits).identified_by(element.attributes);
    let mut out = BufWriter::new(out);
    let (mut canonical, mut outside, mut found) = (None, 0, false);
    while let Some(step) = document.next()? {
        if let Piece::Start(begun) = step.piece
            && begun.ids().any(|own| own == element.id)
        {
            canonical = Some(Canonical::within(&step.context(), method, &mut out));
            (outside, found) = (step.depth - 1, true);
        }
        if let Some(open) = &mut canonical {
            open.write(&step.piece)?;
            if step.depth == outside {
                canonical = None;
            }
        }
    }
    out.flush()?;
    Ok(found)
}
