//! What a piece means, and whether it may stand where it does.

use std::ops::Range;

use super::{
    Context, DocumentFault, Element, Encoding, IdAttributes,
    character::{is_plain_name, is_space},
    declaration,
    identifier::Identifiers,
    limits::Limits,
    memory::reuse,
    namespace::Scope,
    piece::Kind,
    text::{self, Run},
};

/// Where, seen from the root element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Before,
    Inside,
    After,
}

/// Takes the pieces of a document one after the other, and keeps what the last one says.
#[derive(Debug)]
pub(super) struct Interpreter<'l> {
    pub(super) limits: &'l Limits,
    /// Where the text of the last piece stands in it; `None` when the text is another one.
    written: Option<Range<usize>>,
    /// The text of the last piece, when it is not as written.
    text: String,
    pub(super) element: Element,
    pub(super) scope: Scope,
    pub(super) ids: IdAttributes,
    identifiers: Identifiers,
    open: OpenTags,
    run: Run,
    place: Place,
    /// The element that began last is empty, and its end was not handed out yet.
    empty: bool,
}

impl<'l> Interpreter<'l> {
    pub(super) fn new(scope: Scope, limits: &'l Limits) -> Self {
        Self {
            limits,
            written: None,
            text: String::new(),
            element: Element::new(&scope),
            scope,
            ids: IdAttributes::default(),
            identifiers: Identifiers::default(),
            open: OpenTags::default(),
            run: Run::default(),
            place: Place::Before,
            empty: false,
        }
    }

    /// The text of the last piece, which was written like this.
    pub(super) fn text<'a>(&'a self, written: &'a str) -> &'a str {
        match &self.written {
            Some(range) => written.get(range.clone()).unwrap_or_default(),
            None => &self.text,
        }
    }

    /// Forgets the last piece. Answers whether its element ends here, being empty.
    pub(super) fn forget(&mut self) -> bool {
        reuse(&mut self.text);
        self.written = None;
        if std::mem::take(&mut self.empty) {
            self.scope.close();
            self.note_end();
            return true;
        }
        self.element.clear();
        false
    }

    /// What an element that would begin here has from the elements around it.
    pub(super) fn inside(&self) -> Context {
        self.scope.inside()
    }

    /// Takes a part of running text; from `mark` on, when something precedes it.
    pub(super) fn running_text(&mut self, written: &str, mark: usize) -> Result<Kind, DocumentFault> {
        let part = written.get(mark..).unwrap_or_default();
        if self.place != Place::Inside && !part.chars().all(is_space) {
            return Err(DocumentFault::OutsideRoot);
        }
        let as_written = self.run.append(part, &mut self.text)?;
        self.written = as_written.then_some(mark..written.len());
        Ok(if self.place == Place::Inside { Kind::Text } else { Kind::Space })
    }

    /// Takes a piece of markup, the first of a document or a later one.
    pub(super) fn markup(
        &mut self,
        kind: Kind,
        written: &str,
        mark: usize,
        first: Option<Encoding>,
    ) -> Result<(), DocumentFault> {
        self.run = Run::default();
        let place = kind.content(written, mark);
        let content = written.get(place.clone()).unwrap_or_default();
        match kind {
            Kind::Start { empty } => self.start(content, empty)?,
            Kind::End => {
                let name = content.trim_end_matches(is_space);
                self.open.close(name)?;
                self.written = Some(place.start..place.start + name.len());
                self.scope.close();
                self.note_end();
            }
            Kind::Section => {
                self.check_inside()?;
                self.verbatim(place, content)?;
            }
            Kind::Reference => {
                self.check_inside()?;
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
            Kind::Declaration => match first {
                Some(encoding) => check_declaration(content, mark > 0, encoding)?,
                None => return Err(DocumentFault::Declaration),
            },
            Kind::EmptyEnd | Kind::Text | Kind::Space => {}
        }
        Ok(())
    }

    /// Whether the document may end.
    pub(super) const fn finish(&self) -> Result<(), DocumentFault> {
        match self.place {
            Place::Before => Err(DocumentFault::NoRoot),
            Place::Inside => Err(DocumentFault::Unclosed),
            Place::After => Ok(()),
        }
    }

    fn verbatim(&mut self, place: Range<usize>, content: &str) -> Result<(), DocumentFault> {
        let as_written = text::append_verbatim(content, &mut self.text)?;
        self.written = as_written.then_some(place);
        Ok(())
    }

    fn start(&mut self, tag: &str, empty: bool) -> Result<(), DocumentFault> {
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
        if !empty {
            self.open.open(self.element.name().whole);
        }
        self.element.identify(&self.ids);
        self.identifiers.note(&self.element, self.limits)
    }

    fn note_end(&mut self) {
        if self.scope.depth() == 0 {
            self.place = Place::After;
        }
    }

    fn check_inside(&self) -> Result<(), DocumentFault> {
        if self.place == Place::Inside { Ok(()) } else { Err(DocumentFault::OutsideRoot) }
    }
}

/// A declaration says nothing else than the bytes did.
fn check_declaration(content: &str, marked: bool, encoding: Encoding) -> Result<(), DocumentFault> {
    let declared = declaration::read(content, encoding)?;
    let marked = marked && encoding == Encoding::Utf8;
    match declared {
        Some(declared) if declared != encoding || (marked && declared != Encoding::Utf8) => {
            Err(DocumentFault::EncodingMismatch)
        }
        _ => Ok(()),
    }
}

/// The names of the tags that are open, one behind the other.
#[derive(Debug, Default)]
struct OpenTags {
    names: String,
    starts: Vec<usize>,
}

impl OpenTags {
    fn open(&mut self, name: &str) {
        self.starts.push(self.names.len());
        self.names.push_str(name);
    }

    fn close(&mut self, name: &str) -> Result<(), DocumentFault> {
        let start = self.starts.pop().ok_or(DocumentFault::EndTag)?;
        if self.names.get(start..) != Some(name) {
            return Err(DocumentFault::EndTag);
        }
        self.names.truncate(start);
        Ok(())
    }
}
