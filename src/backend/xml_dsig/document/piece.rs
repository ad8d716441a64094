//! What a document is made of.

use std::ops::Range;

use super::{Context, Element, Encoding, namespace::Scope};

/// A part of a document. Text is normalised, references are resolved.
#[derive(Debug)]
pub(in crate::backend::xml_dsig) enum Piece<'a> {
    /// An element begins.
    Start(&'a Element),
    /// An element ends: its name as written.
    End(&'a str),
    /// Text inside of the root element, or a part of it.
    Text(&'a str),
    /// A processing instruction: its target and, without leading white space, its data.
    Instruction(&'a str, &'a str),
    /// A comment: what stands between `<!--` and `-->`.
    Comment(&'a str),
    /// The XML declaration, or white space outside of the root element.
    Outside,
}

/// A piece and its place.
#[derive(Debug)]
pub(in crate::backend::xml_dsig) struct Step<'a> {
    pub(in crate::backend::xml_dsig) piece: Piece<'a>,
    /// How many elements are open after it.
    pub(in crate::backend::xml_dsig) depth: usize,
    /// Where it begins, in bytes.
    pub(in crate::backend::xml_dsig) at: u64,
    /// How it was written, decoded; empty for the end of `<empty/>`. Written in the encoding of the
    /// document, these are the bytes that were read.
    pub(in crate::backend::xml_dsig) raw: &'a str,
    /// The encoding of the document: see [`Encoding::write`].
    pub(in crate::backend::xml_dsig) encoding: Encoding,
    pub(super) scope: &'a Scope,
}

impl Step<'_> {
    /// For an element that begins: what it has from the elements around it.
    pub(in crate::backend::xml_dsig) fn context(&self) -> Context {
        self.scope.around()
    }
}

/// Which piece it is, before what is in it was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Start { empty: bool },
    End,
    EmptyEnd,
    Text,
    Space,
    Section,
    Comment,
    Instruction,
    Declaration,
    Reference,
}

impl Kind {
    /// Where the content of a piece stands, between its delimiters, when it begins at `start`.
    pub(super) fn content(self, written: &str, start: usize) -> Range<usize> {
        let (before, after) = match self {
            Self::Start { empty: false } | Self::Reference => (1, 1),
            Self::Start { empty: true } => (1, 2),
            Self::End => (2, 1),
            Self::Section => (9, 3),
            Self::Comment => (4, 3),
            Self::Instruction => (2, 2),
            Self::Declaration => (5, 2),
            Self::EmptyEnd | Self::Text | Self::Space => (0, 0),
        };
        start + before..written.len().saturating_sub(after)
    }
}
