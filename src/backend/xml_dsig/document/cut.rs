//! Where a piece of markup ends.

use memchr::{memchr, memchr3, memmem};
use quick_xml::parser::{ElementParser, Parser, PiParser};

use super::{DocumentFault, piece::Kind};

/// A search for the end of one piece, which goes on where it stopped when more was read.
#[derive(Clone, Debug)]
pub(super) struct Cut {
    markup: Markup,
    /// How much was searched.
    searched: usize,
}

#[derive(Clone, Debug)]
enum Markup {
    Start(ElementParser),
    End,
    Section,
    Comment,
    Instruction(PiParser),
    Reference,
}

/// The length and the kind of a tag that ends within what is ahead, as nearly all do.
pub(super) fn tag(ahead: &[u8]) -> Option<(usize, Kind)> {
    match ahead {
        [b'<', b'/', rest @ ..] => Some((memchr(b'>', rest)? + 3, Kind::End)),
        [b'<', b'!' | b'?', ..] => None,
        [b'<', rest @ ..] => {
            let end = ElementParser::default().feed(rest)?;
            Some((end + 2, Kind::Start { empty: rest.get(..end)?.ends_with(b"/") }))
        }
        _ => None,
    }
}

impl Cut {
    /// How much of a piece tells what it is.
    pub(super) const AHEAD: usize = "<![CDATA[".len();

    /// Begins with what is ahead: `<` or `&`, and [`AHEAD`](Self::AHEAD) bytes or all that is left.
    pub(super) fn begin(ahead: &[u8]) -> Result<Self, DocumentFault> {
        let (markup, searched) = match ahead {
            [b'&', ..] => (Markup::Reference, 1),
            [b'<', b'/', ..] => (Markup::End, 2),
            [b'<', b'?', ..] => (Markup::Instruction(PiParser::default()), 2),
            [b'<', b'!', b'-', b'-', ..] => (Markup::Comment, 4),
            _ if ahead.starts_with(b"<![CDATA[") => (Markup::Section, 9),
            // Refused before anybody looks into it.
            [b'<', b'!', name @ ..] if is_doctype(name) => return Err(DocumentFault::Doctype),
            [b'<', b'!', ..] => return Err(DocumentFault::Markup),
            _ => (Markup::Start(ElementParser::default()), 1),
        };
        Ok(Self { markup, searched })
    }

    /// Searches all that is ahead, in which the piece comes first. Answers its length; `None` when
    /// it does not end there.
    pub(super) fn search(&mut self, ahead: &[u8]) -> Result<Option<usize>, DocumentFault> {
        let rest = ahead.get(self.searched..).unwrap_or_default();
        // Behind its last byte, or how much of the rest need not be searched again.
        let (found, done) = match &mut self.markup {
            Markup::Start(parser) => (parser.feed(rest).map(|at| at + 1), rest.len()),
            Markup::Instruction(parser) => (parser.feed(rest).map(|at| at + 1), rest.len()),
            Markup::End => (memchr(b'>', rest).map(|at| at + 1), rest.len()),
            Markup::Section => (memmem::find(rest, b"]]>").map(|at| at + 3), rest.len().saturating_sub(2)),
            Markup::Comment => {
                let hyphens = memmem::find(rest, b"--");
                match hyphens.and_then(|at| rest.get(at + 2)) {
                    Some(b'>') => (hyphens.map(|at| at + 3), 0),
                    Some(_) => return Err(DocumentFault::Comment),
                    None => (None, hyphens.unwrap_or(rest.len().saturating_sub(1))),
                }
            }
            Markup::Reference => {
                let end = memchr3(b';', b'&', b'<', rest);
                match end.and_then(|at| rest.get(at)) {
                    Some(b';') => (end.map(|at| at + 1), 0),
                    Some(_) => return Err(DocumentFault::Reference),
                    None => (None, rest.len()),
                }
            }
        };
        let before = self.searched;
        self.searched += done;
        Ok(found.map(|length| before + length))
    }

    /// Why the document may not end before the piece does.
    pub(super) const fn unfinished(&self) -> DocumentFault {
        match self.markup {
            Markup::Reference => DocumentFault::Reference,
            _ => DocumentFault::Unclosed,
        }
    }

    /// What kind of piece it is, when it is all there.
    pub(super) fn kind(&self, written: &[u8]) -> Kind {
        match self.markup {
            Markup::Start(_) => Kind::Start { empty: written.ends_with(b"/>") },
            Markup::End => Kind::End,
            Markup::Section => Kind::Section,
            Markup::Comment => Kind::Comment,
            Markup::Reference => Kind::Reference,
            Markup::Instruction(_) => match written {
                [b'<', b'?', b'x', b'm', b'l', b' ' | b'\t' | b'\r' | b'\n' | b'?', ..] => Kind::Declaration,
                _ => Kind::Instruction,
            },
        }
    }
}

fn is_doctype(name: &[u8]) -> bool {
    name.get(..7).is_some_and(|name| name.eq_ignore_ascii_case(b"DOCTYPE"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use quick_xml::{Reader, errors::IllFormedError, events::Event};

    use super::*;

    /// The length of the piece, when it is read in parts of so many bytes.
    fn cut(text: &[u8], part: usize) -> Result<usize, DocumentFault> {
        let mut cut = Cut::begin(&text[..text.len().min(Cut::AHEAD)])?;
        for end in (part..text.len()).step_by(part).chain([text.len()]) {
            if let Some(length) = cut.search(&text[..end])? {
                return Ok(length);
            }
        }
        Err(cut.unfinished())
    }

    #[test]
    fn each_kind_of_markup_ends_where_its_own_end_is() {
        for (text, length) in [
            ("<e>x", Ok(3)),
            ("<e a='>' b=\">'\"/>x", Ok(17)),
            ("</e >>", Ok(5)),
            ("<!---->x", Ok(7)),
            ("<!-- -> > -->x", Ok(13)),
            ("<!-- -- -->", Err(DocumentFault::Comment)),
            ("<!-- --->", Err(DocumentFault::Comment)),
            ("<!-->", Err(DocumentFault::Unclosed)),
            ("<!--->", Err(DocumentFault::Unclosed)),
            ("<![CDATA[]]]]>]]>", Ok(14)),
            ("<![CDATA[]>", Err(DocumentFault::Unclosed)),
            ("<?p > ?>x", Ok(8)),
            ("<?>", Err(DocumentFault::Unclosed)),
            ("<?>?>", Ok(5)),
            ("&amp;x", Ok(5)),
            ("&amp", Err(DocumentFault::Reference)),
            ("&a&b;", Err(DocumentFault::Reference)),
            ("&a<b/>;", Err(DocumentFault::Reference)),
            ("<!DocType r>", Err(DocumentFault::Doctype)),
            ("<!ELEMENT r>", Err(DocumentFault::Markup)),
            ("<e a='>", Err(DocumentFault::Unclosed)),
        ] {
            for part in 1..=text.len() {
                assert_eq!(cut(text.as_bytes(), part), length, "{text} in parts of {part}");
            }
        }
    }

    proptest! {
        /// quick-xml as a whole is the other opinion.
        #[test]
        fn quick_xml_cuts_the_same_pieces(text in "(<|&|</|<!--|<!\\[CDATA\\[|<\\?)[-a>'\"\\]?;&/< ]{0,12}", part in 1..8usize) {
            // Theirs lets an end tag have attributes; such a one pairs with nothing anyway.
            prop_assume!(!(text.starts_with("</") && text.contains(['"', '\''])));
            // Theirs finds no end of an instruction without a target, which is refused wherever it ends.
            prop_assume!(!text.starts_with("<?>"));
            let mut reader = Reader::from_str(&text);
            reader.config_mut().check_comments = true;
            reader.config_mut().allow_unmatched_ends = true;
            let theirs = match reader.read_event() {
                Ok(Event::Text(_) | Event::Eof) => Err(DocumentFault::Markup),
                Ok(_) => Ok(usize::try_from(reader.buffer_position()).unwrap()),
                Err(quick_xml::Error::IllFormed(IllFormedError::DoubleHyphenInComment)) => Err(DocumentFault::Comment),
                Err(quick_xml::Error::IllFormed(_)) => Err(DocumentFault::Reference),
                Err(_) => Err(DocumentFault::Unclosed),
            };
            let ours = cut(text.as_bytes(), part);
            if let Some((length, kind)) = tag(text.as_bytes()) {
                let written = &text.as_bytes()[..length];
                let cut = Cut::begin(&text.as_bytes()[..text.len().min(Cut::AHEAD)]).unwrap();
                prop_assert_eq!((Ok(length), kind), (ours, cut.kind(written)));
            }
            // Ours tells of two hyphens at once, theirs only when the comment ends.
            let unended = ours == Err(DocumentFault::Comment) && theirs == Err(DocumentFault::Unclosed);
            prop_assert!(unended || ours == theirs, "{ours:?} and {theirs:?}");
        }
    }
}
