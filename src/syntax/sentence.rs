//! Words and phrases: from pairs of the grammar to terms of the tree.

use pest::iterators::Pair;

use super::grammar::Rule;
use super::name::{NAME_LIMIT, NameTooLong};
use super::number::{self, DurationTooLong, NumberTooLarge};
use super::raw;
use super::text::{unescape, unknown_escape};
use super::tree::{Phrase, PlaceTerm, Term};
use crate::source::{Finding, Span, Spanned};

/// Reads terms and remembers the findings about their values.
pub(super) struct Sentences<'t, 'f> {
    /// The whole text.
    pub(super) text: &'t str,
    /// Where the pairs' own text begins in it.
    pub(super) base: usize,
    /// The findings so far.
    pub(super) findings: &'f mut Vec<Finding>,
}

impl Sentences<'_, '_> {
    /// The place of a pair in the whole text.
    pub(super) fn span(&self, pair: &Pair<'_, Rule>) -> Span {
        let span = pair.as_span();
        Span::new(self.base + span.start(), self.base + span.end())
    }

    /// A name or word, which may be too long.
    pub(super) fn word(&mut self, pair: &Pair<'_, Rule>) -> Spanned<String> {
        let (written, span) = (pair.as_str(), self.span(pair));
        if written.len() > NAME_LIMIT {
            let length = written.chars().count();
            self.findings.push(Box::new(NameTooLong {
                written: raw::quote(written),
                length,
                at: span.into(),
            }));
        }
        Spanned::new(written.to_owned(), span)
    }

    /// A text without its quotes, its escapes undone.
    pub(super) fn text(&mut self, pair: &Pair<'_, Rule>) -> Spanned<String> {
        let span = self.span(pair);
        let written = pair.as_str();
        let inner = written.strip_prefix('"').and_then(|w| w.strip_suffix('"')).unwrap_or(written);
        let value = unescape(inner).unwrap_or_else(|place| {
            let from = span.start + 1;
            self.findings.push(unknown_escape(self.text, Span::new(from + place.start, from + place.end)));
            inner.to_owned()
        });
        Spanned::new(value, span)
    }

    /// A whole number; one that is too large becomes a finding, and zero.
    pub(super) fn number(&mut self, pair: &Pair<'_, Rule>) -> Spanned<u64> {
        let span = self.span(pair);
        let value = pair.as_str().parse().unwrap_or_else(|_| {
            let number = raw::quote(pair.as_str());
            self.findings.push(Box::new(NumberTooLarge { number, at: span.into() }));
            0
        });
        Spanned::new(value, span)
    }

    /// Any word of a phrase; `None` for pairs that are none.
    pub(super) fn term(&mut self, pair: Pair<'_, Rule>) -> Option<Term> {
        let span = self.span(&pair);
        Some(match pair.as_rule() {
            Rule::word | Rule::subject | Rule::fact | Rule::verb => Term::Word(self.word(&pair)),
            Rule::text => Term::Text(self.text(&pair)),
            Rule::setting => {
                let name = self.word(&pair);
                Term::Param(name.map(|n| n.strip_prefix('$').map_or(n.clone(), str::to_owned)))
            }
            Rule::number => Term::Number(self.number(&pair)),
            Rule::duration => {
                let value = number::duration(pair.as_str()).unwrap_or_else(|| {
                    let duration = raw::quote(pair.as_str());
                    self.findings.push(Box::new(DurationTooLong { duration, at: span.into() }));
                    number::LONGEST
                });
                Term::Duration(Spanned::new(value, span))
            }
            Rule::date | Rule::day => Term::Date(Spanned::new(pair.as_str().to_owned(), span)),
            Rule::comma => Term::Comma(Spanned::new((), span)),
            _ => return None,
        })
    }

    /// The words of a pair in a row.
    pub(super) fn phrase(&mut self, pair: Pair<'_, Rule>) -> Phrase {
        let parts = pair.into_inner();
        // Most of a large plan's memory are its words: no room is kept that no word needs.
        let mut terms: Vec<Term> = Vec::with_capacity(parts.len());
        for part in parts {
            if part.as_rule() != Rule::alias {
                terms.extend(self.term(part));
                continue;
            }
            // The word before it is the store.
            let end = self.span(&part).end;
            let alias = part.into_inner().next().and_then(|alias| self.term(alias));
            let store = match terms.pop() {
                // `$NAME[...]`: the store of a row.
                Some(Term::Param(name)) => Some(name.map(|name| format!("${name}"))),
                Some(Term::Word(name)) => Some(name),
                _ => None,
            };
            if let (Some(store), Some(alias)) = (store, alias) {
                let span = Span::new(store.span.start, end);
                terms.push(Term::Place(Spanned::new(PlaceTerm { store, alias: Box::new(alias) }, span)));
            }
        }
        Phrase { terms }
    }
}
