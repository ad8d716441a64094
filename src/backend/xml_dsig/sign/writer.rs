//! Writes a document as it was, in its encoding, with a signature in it.

use std::{
    borrow::Cow,
    io::{BufWriter, Write},
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
    encoding: Encoding,
    spot: Spot,
    limits: &'a Limits,
    /// What has to wait for the signature.
    waiting: Option<String>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(out: &'a mut dyn Write, spot: Spot, limits: &'a Limits) -> Self {
        Self { out: BufWriter::new(out), encoding: Encoding::Utf8, spot, limits, waiting: None }
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
        if role == Role::Plain && self.waiting.is_none() && self.encoding == Encoding::Utf8 {
            return Ok(self.out.write_all(step.raw.as_bytes())?);
        }
        let (start, end) = sealed.map_or(("", ""), |sealed| (&sealed.start, &sealed.end));
        match (role, self.spot) {
            (Role::Begins, Spot::Inside) => self.write(&[&opened(step.raw)])?,
            (Role::Begins, Spot::Around) => {
                // A byte order mark belongs to the first piece, and stays before everything.
                let rest = step.raw.trim_start_matches('\u{FEFF}');
                let mark = step.raw.strip_suffix(rest).unwrap_or_default();
                self.write(&[mark, start, rest])?;
            }
            (Role::Ends, Spot::Inside) if sealed.is_none() => self.waiting = Some(closed(step).into_owned()),
            (Role::Ends, Spot::Inside) => self.write(&[start, &closed(step)])?,
            (Role::Ends, Spot::After) => self.write(&[step.raw, start])?,
            (Role::Ends, Spot::Around) => self.write(&[step.raw, end])?,
            _ => match &mut self.waiting {
                Some(waiting) => {
                    waiting.push_str(step.raw);
                    if waiting.len() as u64 > self.limits.token {
                        return Err(XmlError::Document { fault: DocumentFault::TokenTooLong, at: step.at });
                    }
                }
                None => self.write(&[step.raw])?,
            },
        }
        Ok(())
    }

    fn write(&mut self, parts: &[&str]) -> Result<(), XmlError> {
        parts.iter().try_for_each(|part| self.encoding.write(part, &mut self.out))?;
        Ok(())
    }

    /// Writes what waited, after the signature.
    pub(super) fn finish(mut self, seal: impl FnOnce() -> Result<Sealed, XmlError>) -> Result<(), XmlError> {
        if let Some(waiting) = self.waiting.take() {
            self.write(&[&seal()?.start, &waiting])?;
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
