//! Another plan within this one, as the author wrote it.

use pest::iterators::Pair;

use super::grammar::Rule;
use super::lowering::Lowering;
use super::tree::{Block, Term};
use crate::source::{Span, Spanned};

/// `plan NAME from "FILE" version 2 { ... }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InnerDecl {
    /// What stands in front of each of its names.
    pub name: Spanned<String>,
    /// The file, or `std/NAME` for a plan that keyroll brings with it.
    pub file: Spanned<String>,
    /// The version that it must have.
    pub version: Option<Spanned<u64>>,
    /// What its names and values are here, and what comes before it.
    pub body: Block<InnerLine>,
}

/// A line of such a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InnerLine {
    /// `after STEP, STEP`
    After(Vec<Spanned<String>>),
    /// `NAME = VALUE`
    Bind(Box<Binding>),
}

/// `NAME = VALUE`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// A name of the other plan: of a role or another thing, a parameter or a question.
    pub name: Spanned<String>,
    /// A name of this plan, a value, or `yes` or `no`.
    pub value: Term,
}

impl InnerDecl {
    /// The place of the sentence up to the file: its block would be all that is drawn.
    #[must_use]
    pub fn head(&self) -> Span {
        self.name.span.to(self.file.span)
    }

    /// What is said of its names and values.
    pub fn bindings(&self) -> impl Iterator<Item = &Binding> {
        self.body.lines.iter().filter_map(|line| match &line.node {
            InnerLine::Bind(binding) => Some(&**binding),
            InnerLine::After(_) => None,
        })
    }

    /// The steps and plans that come before it.
    pub fn after(&self) -> impl Iterator<Item = &Spanned<String>> {
        let names = self.body.lines.iter().filter_map(|line| match &line.node {
            InnerLine::After(names) => Some(names),
            InnerLine::Bind(_) => None,
        });
        names.flatten()
    }
}

impl Lowering<'_, '_> {
    /// `plan NAME from "FILE" version 2 { ... }`
    pub(super) fn inner(&mut self, pair: Pair<'_, Rule>) -> Option<InnerDecl> {
        let (mut name, mut file, mut version, mut body) = (None, None, None, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::own_name => name = Some(self.words.word(&part)),
                Rule::text => file = Some(self.words.text(&part)),
                Rule::version => version = self.version(part),
                Rule::inner_block => body = Some(self.block(part, Self::inner_line)?),
                _ => {}
            }
        }
        Some(InnerDecl { name: name?, file: file?, version, body: body? })
    }

    fn inner_line(&mut self, pair: Pair<'_, Rule>) -> Option<InnerLine> {
        let is_after = pair.as_rule() == Rule::inner_after;
        let (mut names, mut value) = (Vec::new(), None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name => names.push(self.words.word(&part)),
                _ => value = self.words.term(part).or(value),
            }
        }
        if is_after {
            return Some(InnerLine::After(names));
        }
        Some(InnerLine::Bind(Box::new(Binding { name: names.pop()?, value: value? })))
    }
}
