//! Reading a document, one piece after the other.

use std::{
    io::{BufRead, Read},
    ops::Range,
};

use memchr::memchr2;
use quick_xml::{Reader, events::Event};

use super::{
    Context, DocumentFault, Element, Encoding, IdAttributes,
    character::{is_plain_name, is_space},
    declaration,
    identifier::Identifiers,
    intake::Intake,
    limits::Limits,
    namespace::Scope,
    piece::{Kind, Piece, Step},
    text::{self, Run},
};
use crate::backend::xml_dsig::XmlError;

/// Where, seen from the root element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Before,
    Inside,
    After,
}

/// Reads a document piece by piece.
#[derive(Debug)]
pub(in crate::backend::xml_dsig) struct Document<'l, R: Read> {
    reader: Reader<Intake<R>>,
    limits: &'l Limits,
    /// The last piece as written.
    raw: String,
    /// Where the text of the last piece stands in it; `None` when the text is another one.
    written: Option<Range<usize>>,
    /// The text of the last piece, when it is not as written.
    text: String,
    element: Element,
    scope: Scope,
    ids: IdAttributes,
    identifiers: Identifiers,
    run: Run,
    place: Place,
    /// The element that began last is empty, and its end was not handed out yet.
    empty: bool,
    at: u64,
}

impl<'l, R: Read> Document<'l, R> {
    /// Reads a whole document.
    pub(in crate::backend::xml_dsig) fn new(input: R, limits: &'l Limits) -> Self {
        Self::with(input, limits, Scope::new(limits))
    }

    /// Reads one element, cut out of a document at a place with this context.
    pub(in crate::backend::xml_dsig) fn within(context: &Context, input: R, limits: &'l Limits) -> Self {
        Self::with(input, limits, Scope::within(context, limits))
    }

    /// The same with other attributes for ids.
    pub(in crate::backend::xml_dsig) fn identified_by(self, ids: &IdAttributes) -> Self {
        Self { ids: ids.clone(), ..self }
    }

    fn with(input: R, limits: &'l Limits, scope: Scope) -> Self {
        let mut reader = Reader::from_reader(Intake::new(input, limits));
        reader.config_mut().enable_all_checks(true);
        Self {
            reader,
            limits,
            raw: String::new(),
            written: None,
            text: String::new(),
            element: Element::new(&scope),
            scope,
            ids: IdAttributes::default(),
            identifiers: Identifiers::default(),
            run: Run::default(),
            place: Place::Before,
            empty: false,
            at: 0,
        }
    }

    /// The next piece; `None` at the end of a whole document.
    pub(in crate::backend::xml_dsig) fn next(&mut self) -> Result<Option<Step<'_>>, XmlError> {
        let Some(kind) = self.advance()? else { return Ok(None) };
        let text = match &self.written {
            Some(range) => self.raw.get(range.clone()).unwrap_or_default(),
            None => &self.text,
        };
        let piece = match kind {
            Kind::Start { .. } => Piece::Start(&self.element),
            Kind::End => Piece::End(text),
            Kind::EmptyEnd => Piece::End(self.element.name().whole),
            Kind::Text | Kind::Section | Kind::Reference => Piece::Text(text),
            Kind::Comment => Piece::Comment(text),
            Kind::Declaration | Kind::Space => Piece::Outside,
            Kind::Instruction => {
                let (target, data) = text.split_once(is_space).unwrap_or((text, ""));
                Piece::Instruction(target, data.trim_start_matches(is_space))
            }
        };
        let (depth, encoding) = (self.scope.depth(), self.encoding());
        Ok(Some(Step { piece, depth, at: self.at, raw: &self.raw, encoding, scope: &self.scope }))
    }

    /// Where the last piece begins, in bytes.
    pub(in crate::backend::xml_dsig) const fn at(&self) -> u64 {
        self.at
    }

    /// What an element that would begin here has from the elements around it.
    pub(in crate::backend::xml_dsig) fn context(&self) -> Context {
        self.scope.inside()
    }

    fn advance(&mut self) -> Result<Option<Kind>, XmlError> {
        reuse(&mut self.raw);
        reuse(&mut self.text);
        self.written = None;
        if self.empty {
            self.empty = false;
            self.close();
            return Ok(Some(Kind::EmptyEnd));
        }
        self.element.clear();
        self.at = self.reader.get_ref().position();
        if self.at == 0 {
            self.begin()?;
        }
        match self.ahead(2)? {
            [] => self.finish().map(|()| None),
            [b'<', b'!', ..] => {
                self.check_declaration_markup()?;
                self.markup().map(Some)
            }
            [b'<' | b'&', ..] => self.markup().map(Some),
            _ => self.running_text().map(Some),
        }
    }

    fn begin(&mut self) -> Result<(), XmlError> {
        self.reader.get_mut().begin().map_err(|stopped| stopped.at(0))?;
        if self.ahead(declaration::MARK.len())?.starts_with(declaration::MARK.as_bytes()) {
            // The mark belongs to the first piece as written, and to nothing else.
            self.raw.push_str(declaration::MARK);
            self.reader.get_mut().consume(declaration::MARK.len());
        }
        Ok(())
    }

    fn finish(&self) -> Result<(), XmlError> {
        match self.place {
            Place::Before => Err(self.refuse(DocumentFault::NoRoot)),
            Place::Inside => Err(self.refuse(DocumentFault::Unclosed)),
            Place::After => Ok(()),
        }
    }

    /// A document type declaration is refused before anybody parses it.
    fn check_declaration_markup(&mut self) -> Result<(), XmlError> {
        let ahead = self.ahead(9)?;
        let fault = if ahead.starts_with(b"<!--") || ahead.starts_with(b"<![CDATA[") {
            return Ok(());
        } else if ahead.get(2..9).is_some_and(|name| name.eq_ignore_ascii_case(b"DOCTYPE")) {
            DocumentFault::Doctype
        } else {
            DocumentFault::Markup
        };
        Err(self.refuse(fault))
    }

    /// A part of running text, up to the next markup or reference or to the end of what is in the
    /// buffer: quick-xml would collect all of it.
    fn running_text(&mut self) -> Result<Kind, XmlError> {
        let at = self.at;
        let ahead = self.reader.get_mut().ahead(4).map_err(|stopped| stopped.at(at))?;
        let end = memchr2(b'<', b'&', ahead).unwrap_or(ahead.len());
        let part = ahead.get(..end).unwrap_or_default();
        let part = match std::str::from_utf8(part) {
            Ok(part) => part,
            // Cut off in the middle of a character: the rest of it comes with the next part.
            Err(error) if error.error_len().is_none() && end == ahead.len() => {
                let whole = part.get(..error.valid_up_to()).unwrap_or_default();
                std::str::from_utf8(whole).unwrap_or_default()
            }
            Err(_) => "",
        };
        let (length, mark) = (part.len(), self.raw.len());
        self.raw.push_str(part);
        if length == 0 {
            return Err(self.refuse(DocumentFault::NotUtf8));
        }
        self.reader.get_mut().consume(length);
        self.check_ascii(mark)?;
        let part = self.raw.get(mark..).unwrap_or_default();
        if self.place != Place::Inside && !part.chars().all(is_space) {
            return Err(self.refuse(DocumentFault::OutsideRoot));
        }
        let as_written = self.run.append(part, &mut self.text).map_err(|fault| fault.at(self.at))?;
        self.written = as_written.then_some(mark..self.raw.len());
        Ok(if self.place == Place::Inside { Kind::Text } else { Kind::Space })
    }

    /// A piece that quick-xml finds the end of.
    fn markup(&mut self) -> Result<Kind, XmlError> {
        self.run = Run::default();
        self.reader.get_mut().begin_token();
        let mark = self.raw.len();
        let mut bytes = std::mem::take(&mut self.raw).into_bytes();
        let kind = match self.reader.read_event_into(&mut bytes) {
            Ok(Event::Start(_)) => Ok(Kind::Start { empty: false }),
            Ok(Event::Empty(_)) => Ok(Kind::Start { empty: true }),
            Ok(Event::End(_)) => Ok(Kind::End),
            Ok(Event::CData(_)) => Ok(Kind::Section),
            Ok(Event::Comment(_)) => Ok(Kind::Comment),
            Ok(Event::PI(_)) => Ok(Kind::Instruction),
            Ok(Event::Decl(_)) => Ok(Kind::Declaration),
            Ok(Event::GeneralRef(_)) => Ok(Kind::Reference),
            Ok(Event::DocType(_)) => Err(DocumentFault::Doctype),
            Ok(Event::Text(_) | Event::Eof) => Err(DocumentFault::Markup),
            Err(error) => Err(DocumentFault::of(&error)),
        };
        let kind = kind.map_err(|fault| match self.reader.get_mut().take_stopped() {
            Some(stopped) => stopped.at(self.at),
            None => self.refuse(fault),
        })?;
        self.raw = String::from_utf8(bytes).map_err(|_| self.refuse(DocumentFault::NotUtf8))?;
        self.check_ascii(mark)?;
        let raw = std::mem::take(&mut self.raw);
        let read = self.read(kind, kind.content(&raw, mark), &raw);
        self.raw = raw;
        read.map_err(|fault| fault.at(self.at))?;
        Ok(kind)
    }

    /// Looks at what quick-xml left to us.
    fn read(&mut self, kind: Kind, place: Range<usize>, raw: &str) -> Result<(), DocumentFault> {
        let content = raw.get(place.clone()).unwrap_or_default();
        match kind {
            Kind::Start { empty } => self.open(content, empty)?,
            Kind::End => {
                self.written = Some(place.start..place.start + content.trim_end_matches(is_space).len());
                self.close();
            }
            Kind::Section => {
                self.inside()?;
                self.verbatim(place, content)?;
            }
            Kind::Reference => {
                self.inside()?;
                self.text.push(text::resolve(content)?);
            }
            Kind::Comment => self.verbatim(place, content)?,
            Kind::Instruction => {
                self.verbatim(place, content)?;
                let target = content.split(is_space).next().unwrap_or_default();
                if !is_plain_name(target) || target.eq_ignore_ascii_case("xml") {
                    return Err(DocumentFault::Instruction);
                }
            }
            Kind::Declaration if self.at == 0 => self.declaration(content, raw)?,
            Kind::Declaration => return Err(DocumentFault::Declaration),
            Kind::EmptyEnd | Kind::Text | Kind::Space => {}
        }
        Ok(())
    }

    /// A declaration says nothing else than the bytes did.
    fn declaration(&self, content: &str, raw: &str) -> Result<(), DocumentFault> {
        let encoding = self.encoding();
        let declared = declaration::read(content, encoding)?;
        let marked = raw.starts_with(declaration::MARK) && encoding == Encoding::Utf8;
        match declared {
            Some(declared) if declared != encoding || (marked && declared != Encoding::Utf8) => {
                Err(DocumentFault::EncodingMismatch)
            }
            _ => Ok(()),
        }
    }

    fn verbatim(&mut self, place: Range<usize>, content: &str) -> Result<(), DocumentFault> {
        let as_written = text::append_verbatim(content, &mut self.text)?;
        self.written = as_written.then_some(place);
        Ok(())
    }

    fn open(&mut self, tag: &str, empty: bool) -> Result<(), DocumentFault> {
        match self.place {
            Place::Before => self.place = Place::Inside,
            Place::Inside => {}
            Place::After => return Err(DocumentFault::OutsideRoot),
        }
        if self.scope.depth() >= self.limits.depth {
            return Err(DocumentFault::TooDeep);
        }
        self.scope.open();
        self.empty = empty;
        self.element.read(tag, &mut self.scope, self.limits)?;
        self.element.identify(&self.ids);
        self.identifiers.note(&self.element, self.limits)
    }

    fn close(&mut self) {
        self.scope.close();
        if self.scope.depth() == 0 {
            self.place = Place::After;
        }
    }

    fn inside(&self) -> Result<(), DocumentFault> {
        if self.place == Place::Inside { Ok(()) } else { Err(DocumentFault::OutsideRoot) }
    }

    fn check_ascii(&self, mark: usize) -> Result<(), XmlError> {
        let part = self.raw.get(mark..).unwrap_or_default();
        if self.encoding() == Encoding::Ascii && !part.is_ascii() {
            return Err(self.refuse(DocumentFault::NotAscii));
        }
        Ok(())
    }

    fn ahead(&mut self, count: usize) -> Result<&[u8], XmlError> {
        let at = self.at;
        self.reader.get_mut().ahead(count).map_err(|stopped| stopped.at(at))
    }

    const fn encoding(&self) -> Encoding {
        self.reader.get_ref().encoding()
    }

    const fn refuse(&self, fault: DocumentFault) -> XmlError {
        fault.at(self.at)
    }
}

/// Memory beyond this is given back after the piece that needed it.
const KEPT: usize = 256 << 10;

/// Empties a text, for the next piece to use its memory.
pub(super) fn reuse(text: &mut String) {
    if text.capacity() > KEPT {
        *text = String::new();
    }
    text.clear();
}
