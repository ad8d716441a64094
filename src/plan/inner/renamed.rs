//! A sentence of an inner plan as one of the outer plan: under other names, at its own place.

use std::collections::BTreeMap;

use crate::{
    plan::mention::{Mentions, Of},
    source::{Span, Spanned},
    syntax::tree::{Item, Line, Phrase, Term},
};

use super::walk::{self, Change};

/// How names are changed, and how far the text lies behind that of the outer plan.
#[derive(Debug)]
pub(super) struct Renaming<'a> {
    /// What stands in front of names.
    pub(super) called: &'a str,
    /// What is something of the outer plan.
    pub(super) bound: &'a BTreeMap<String, String>,
    /// So many bytes.
    pub(super) base: usize,
    /// The names of the sentence at hand, by where they stand.
    names: BTreeMap<Span, Of>,
}

impl<'a> Renaming<'a> {
    pub(super) const fn new(called: &'a str, bound: &'a BTreeMap<String, String>, base: usize) -> Self {
        Self { called, bound, base, names: BTreeMap::new() }
    }

    /// What a thing is called in the outer plan.
    pub(super) fn thing(&self, name: &str) -> String {
        self.bound.get(name).cloned().unwrap_or_else(|| self.step(name))
    }

    /// What a step is called there.
    pub(super) fn step(&self, name: &str) -> String {
        format!("{}-{name}", self.called)
    }

    /// The sentence as one of the outer plan.
    pub(super) fn line(&mut self, mut line: Line<Item>) -> Line<Item> {
        // Names are told from words that are spelt like them by what the sentence means.
        self.names = Mentions::in_sentence(&line.node);
        match &mut line.node {
            Item::Keystore(owned) | Item::Flow(owned) => {
                owned.body.lines.iter_mut().for_each(|line| self.other_use(&mut line.node));
            }
            Item::Waive(words) => self.other_use(words),
            _ => {}
        }
        walk::sentence(&mut line, self);
        line.before.clear();
        line.comment = None;
        line
    }

    /// The use of an alias beside the flows has a name too, which is a text.
    fn other_use(&self, words: &mut Phrase) {
        let is_before =
            |term: &Term| matches!(term, Term::Word(w) if ["by", "for", "use"].contains(&&*w.value));
        for place in 1..words.terms.len() {
            let follows = words.terms.get(place - 1).is_some_and(is_before);
            if let Some(Term::Text(text)) = words.terms.get_mut(place).filter(|_| follows) {
                text.value = self.step(&text.value);
            }
        }
    }

    const fn moved(&self, at: Span) -> Span {
        Span::new(at.start + self.base, at.end + self.base)
    }
}

impl Change for Renaming<'_> {
    fn name(&mut self, name: &mut Spanned<String>) {
        match self.names.get(&name.span) {
            Some(Of::Thing) => name.value = self.thing(&name.value),
            Some(Of::Step) => name.value = self.step(&name.value),
            Some(Of::Alias | Of::Plan) | None => {}
        }
        name.span = self.moved(name.span);
    }

    fn place(&mut self, at: &mut Span) {
        *at = self.moved(*at);
    }

    fn term(&mut self, term: &mut Term) {
        match term {
            Term::Word(word) => self.name(word),
            Term::Text(text) | Term::Param(text) | Term::Date(text) => text.span = self.moved(text.span),
            Term::Place(place) => {
                place.span = self.moved(place.span);
                self.name(&mut place.value.store);
                self.term(&mut place.value.alias);
            }
            Term::Number(number) => number.span = self.moved(number.span),
            Term::Duration(time) => time.span = self.moved(time.span),
            Term::Comma(comma) => comma.span = self.moved(comma.span),
        }
    }
}
