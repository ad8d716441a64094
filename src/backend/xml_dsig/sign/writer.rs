//! Writes a document as it was, with a signature in it.

use std::io::{BufWriter, Write};

use super::{Role, XmlError, seal::Sealed};
use crate::backend::xml_dsig::{
    DocumentFault, Limits,
    document::{Piece, Step},
};

/// Where a signature goes, seen from the element at its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spot {
    /// Before its end.
    Inside,
    /// After its end.
    After,
    /// Before it and after it.
    Around,
}

/// Writes pieces, and the signature where it goes.
pub(super) struct Writer<'a> {
    out: BufWriter<&'a mut dyn Write>,
    spot: Spot,
    limits: &'a Limits,
    /// What has to wait for the signature.
    waiting: Option<Vec<u8>>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(out: &'a mut dyn Write, spot: Spot, limits: &'a Limits) -> Self {
        Self { out: BufWriter::new(out), spot, limits, waiting: None }
    }

    /// Writes a piece. With the end of the place comes the signature, or it follows with
    /// [`finish`](Self::finish).
    pub(super) fn take(
        &mut self,
        step: &Step<'_>,
        role: Role,
        sealed: Option<&Sealed>,
    ) -> Result<(), XmlError> {
        let (start, end) = sealed.map_or(("", ""), |sealed| (&sealed.start, &sealed.end));
        match (role, self.spot) {
            (Role::Begins, Spot::Inside) => self.out.write_all(&opened(step.raw))?,
            (Role::Begins, Spot::Around) => {
                let (mark, rest) = split_mark(step.raw);
                self.out.write_all(mark)?;
                self.out.write_all(start.as_bytes())?;
                self.out.write_all(rest)?;
            }
            (Role::Ends, Spot::Inside) => {
                let tag = closed(step);
                if sealed.is_some() {
                    self.out.write_all(start.as_bytes())?;
                    self.out.write_all(&tag)?;
                } else {
                    self.waiting = Some(tag);
                }
            }
            (Role::Ends, Spot::After) => {
                self.out.write_all(step.raw)?;
                self.out.write_all(start.as_bytes())?;
            }
            (Role::Ends, Spot::Around) => {
                self.out.write_all(step.raw)?;
                self.out.write_all(end.as_bytes())?;
            }
            _ => match &mut self.waiting {
                Some(waiting) => {
                    waiting.extend(step.raw);
                    if waiting.len() as u64 > self.limits.token {
                        return Err(XmlError::Document { fault: DocumentFault::TokenTooLong, at: step.at });
                    }
                }
                None => self.out.write_all(step.raw)?,
            },
        }
        Ok(())
    }

    /// Writes what waited, after the signature.
    pub(super) fn finish(mut self, seal: impl FnOnce() -> Result<Sealed, XmlError>) -> Result<(), XmlError> {
        if let Some(waiting) = self.waiting.take() {
            self.out.write_all(seal()?.start.as_bytes())?;
            self.out.write_all(&waiting)?;
        }
        self.out.flush()?;
        Ok(())
    }
}

/// The start tag of an element, so that something can be put inside.
fn opened(tag: &[u8]) -> Vec<u8> {
    match tag.strip_suffix(b"/>") {
        Some(tag) => [tag.trim_ascii_end(), b">"].concat(),
        None => tag.to_vec(),
    }
}

/// The end tag of an element, also of `<empty/>`.
fn closed(step: &Step<'_>) -> Vec<u8> {
    match step.piece {
        Piece::End(name) if step.raw.is_empty() => format!("</{name}>").into_bytes(),
        _ => step.raw.to_vec(),
    }
}

/// A byte order mark belongs to the first piece, and stays before everything.
fn split_mark(raw: &[u8]) -> (&[u8], &[u8]) {
    let length = if raw.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
    raw.split_at_checked(length).unwrap_or((raw, &[]))
}
