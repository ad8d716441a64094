//! Reading a document, one piece after the other.

use std::io::Read;

use memchr::memchr2;

use super::{
    Context, IdAttributes,
    character::is_space,
    cut::{self, Cut},
    declaration::MARK,
    intake::{Intake, Stopped},
    interpreter::Interpreter,
    limits::Limits,
    namespace::Scope,
    piece::{Kind, Piece, Step},
};
use crate::backend::xml_dsig::{DocumentFault, XmlError};

/// Reads a document piece by piece.
#[derive(Debug)]
pub(in crate::backend::xml_dsig) struct Document<'l, R: Read> {
    intake: Intake<R>,
    interpreter: Interpreter<'l>,
    begun: bool,
    /// How much of what is ahead is the last piece.
    length: usize,
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
    pub(in crate::backend::xml_dsig) fn identified_by(mut self, ids: &IdAttributes) -> Self {
        self.interpreter.ids.clone_from(ids);
        self
    }

    fn with(input: R, limits: &'l Limits, scope: Scope) -> Self {
        let (intake, interpreter) = (Intake::new(input, limits), Interpreter::new(scope, limits));
        Self { intake, interpreter, begun: false, length: 0, at: 0 }
    }

    /// The next piece; `None` at the end of a whole document.
    // Inlined, so that a step is made where it is used: it is large to be handed over.
    #[inline(always)]
    pub(in crate::backend::xml_dsig) fn next(&mut self) -> Result<Option<Step<'_>>, XmlError> {
        match self.advance()? {
            Some(kind) => Ok(Some(self.step(kind))),
            None => Ok(None),
        }
    }

    #[inline(always)]
    fn step(&self, kind: Kind) -> Step<'_> {
        let Interpreter { element, scope, .. } = &self.interpreter;
        let raw = self.raw();
        let text = self.interpreter.text(raw);
        let piece = match kind {
            Kind::Start { .. } => Piece::Start(element),
            Kind::End => Piece::End(text),
            Kind::EmptyEnd => Piece::End(element.name().whole),
            Kind::Text | Kind::Section | Kind::Reference => Piece::Text(text),
            Kind::Comment => Piece::Comment(text),
            Kind::Declaration | Kind::Space => Piece::Outside,
            Kind::Instruction => {
                let (target, data) = text.split_once(is_space).unwrap_or((text, ""));
                Piece::Instruction(target, data.trim_start_matches(is_space))
            }
        };
        let (depth, encoding) = (scope.depth(), self.intake.encoding());
        Step { piece, depth, at: self.at, raw, encoding, scope }
    }

    /// Where the last piece begins, in bytes.
    pub(in crate::backend::xml_dsig) const fn at(&self) -> u64 {
        self.at
    }

    /// What an element that would begin here has from the elements around it.
    pub(in crate::backend::xml_dsig) fn context(&self) -> Context {
        self.interpreter.inside()
    }

    /// The last piece as written.
    fn raw(&self) -> &str {
        self.intake.first(self.length)
    }

    fn advance(&mut self) -> Result<Option<Kind>, XmlError> {
        let consumed = self.intake.consume(std::mem::take(&mut self.length));
        let at = self.intake.position();
        consumed.map_err(|fault| fault.at(at))?;
        if self.interpreter.forget() {
            return Ok(Some(Kind::EmptyEnd));
        }
        self.at = at;
        self.piece().map_err(|stopped| stopped.at(at))
    }

    fn piece(&mut self) -> Result<Option<Kind>, Stopped> {
        // The byte order mark belongs to the first piece as written, and to nothing else.
        let (mut mark, mut first) = (0, None);
        if !self.begun {
            self.begun = true;
            self.intake.begin()?;
            self.intake.look(MARK.len())?;
            mark = if self.intake.ahead().starts_with(MARK) { MARK.len() } else { 0 };
            first = Some(self.intake.encoding());
        }
        self.intake.look(mark + 1)?;
        match self.intake.ahead().as_bytes().get(mark) {
            None => {
                self.interpreter.finish()?;
                Ok(None)
            }
            Some(b'<' | b'&') => {
                let ahead = self.intake.ahead().as_bytes().get(mark..).unwrap_or_default();
                let limit = self.interpreter.limits.token;
                let kind = match cut::tag(ahead).filter(|(length, _)| *length as u64 <= limit) {
                    Some((length, kind)) => {
                        self.length = mark + length;
                        kind
                    }
                    None => self.cut(mark)?,
                };
                self.interpreter.markup(kind, self.intake.first(self.length), mark, first)?;
                Ok(Some(kind))
            }
            Some(_) => {
                // Up to the next markup or reference, or to the end of what is there: text may be
                // longer than any memory.
                let text = self.intake.ahead().as_bytes().get(mark..).unwrap_or_default();
                self.length = mark + memchr2(b'<', b'&', text).unwrap_or(text.len());
                self.interpreter
                    .running_text(self.intake.first(self.length), mark)
                    .map(Some)
                    .map_err(Stopped::from)
            }
        }
    }

    /// Finds out where the markup ends that is ahead.
    fn cut(&mut self, mark: usize) -> Result<Kind, Stopped> {
        self.intake.look(mark + Cut::AHEAD)?;
        let mut cut = Cut::begin(self.intake.ahead().as_bytes().get(mark..).unwrap_or_default())?;
        let limit = self.interpreter.limits.token;
        loop {
            let ahead = self.intake.ahead().as_bytes().get(mark..).unwrap_or_default();
            let found = cut.search(ahead)?;
            if found.unwrap_or(ahead.len()) as u64 > limit {
                return Err(DocumentFault::TokenTooLong.into());
            }
            if let Some(length) = found {
                self.length = mark + length;
                return Ok(cut.kind(ahead.get(..length).unwrap_or_default()));
            }
            if !self.intake.more()? {
                return Err(cut.unfinished().into());
            }
        }
    }
}
