//! Writes a document as it was, with a signature in it.

use std::{
    borrow::Cow,
    io::{self, BufWriter, Write},
};

use super::{Role, XmlError, seal::Sealed};
use crate::backend::xml_dsig::{
    DocumentFault, Encoding, Limits,
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
    /// That of the document, known from its first piece on.
    encoding: Encoding,
    /// What has to wait for the signature.
    waiting: Option<String>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(out: &'a mut dyn Write, spot: Spot, limits: &'a Limits) -> Self {
        Self { out: BufWriter::new(out), spot, limits, encoding: Encoding::Utf8, waiting: None }
    }

    /// Writes a piece. With the end of the place comes the signature, or it follows with
    /// [`finish`](Self::finish).
    pub(super) fn take(
        &mut self,
        step: &Step<'_>,
        role: Role,
        sealed: Option<&Sealed>,
    ) -> Result<(), XmlError> {
        self.encoding = step.encoding;
        let (start, end) = sealed.map_or(("", ""), |sealed| (&sealed.start, &sealed.end));
        match (role, self.spot) {
            (Role::Begins, Spot::Inside) => self.write(&opened(step.raw))?,
            (Role::Begins, Spot::Around) => {
                let (mark, rest) = split_mark(step.raw);
                self.write(mark)?;
                self.write(start)?;
                self.write(rest)?;
            }
            (Role::Ends, Spot::Inside) => {
                let tag = closed(step);
                if sealed.is_some() {
                    self.write(start)?;
                    self.write(&tag)?;
                } else {
                    self.waiting = Some(tag.into_owned());
                }
            }
            (Role::Ends, Spot::After) => {
                self.write(step.raw)?;
                self.write(start)?;
            }
            (Role::Ends, Spot::Around) => {
                self.write(step.raw)?;
                self.write(end)?;
            }
            _ => match &mut self.waiting {
                Some(waiting) => {
                    waiting.push_str(step.raw);
                    if waiting.len() as u64 > self.limits.token {
                        return Err(XmlError::Document { fault: DocumentFault::TokenTooLong, at: step.at });
                    }
                }
                None => self.write(step.raw)?,
            },
        }
        Ok(())
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        self.encoding.write(text, &mut self.out)
    }

    /// Writes what waited, after the signature.
    pub(super) fn finish(mut self, seal: impl FnOnce() -> Result<Sealed, XmlError>) -> Result<(), XmlError> {
        if let Some(waiting) = self.waiting.take() {
            self.write(&seal()?.start)?;
            self.write(&waiting)?;
        }
        self.out.flush()?;
        Ok(())
    }
}

/// The start tag of an element, so that something can be put inside.
fn opened(tag: &str) -> Cow<'_, str> {
    match tag.strip_suffix("/>") {
        Some(tag) => format!("{}>", tag.trim_ascii_end()).into(),
        None => tag.into(),
    }
}

/// The end tag of an element, also of `<empty/>`.
fn closed<'a>(step: &Step<'a>) -> Cow<'a, str> {
    match step.piece {
        Piece::End(name) if step.raw.is_empty() => format!("</{name}>").into(),
        _ => step.raw.into(),
    }
}

/// A byte order mark belongs to the first piece, and stays before everything.
fn split_mark(raw: &str) -> (&str, &str) {
    raw.split_at(if raw.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 })
}
