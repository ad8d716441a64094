//! Whether the words of a phrase fit a usage line; names are not looked at.

use std::borrow::Borrow;

use smallvec::SmallVec;

use crate::{
    action::usage::{Piece, Slot},
    source::Span,
    syntax::tree::{Phrase, Term},
};

/// What is said where a phrase should have ended.
pub(super) const NOTHING_MORE: &str = "nothing more belongs here";

/// How many slots a usage line has mostly, at most.
const FEW: usize = 3;

/// How far a phrase fits a usage line.
#[derive(Debug)]
pub(super) struct Fit<'t> {
    pub(super) slots: SmallVec<[(Slot, &'t [Term]); FEW]>,
}

/// Where a phrase leaves a usage line.
#[derive(Debug)]
pub(super) struct Unfit {
    /// How many pieces of the line fit before.
    pub(super) progress: usize,
    /// Where in the phrase.
    pub(super) at: Span,
    /// What the line asks for there; nothing, where it is at its end.
    asks: Option<Piece>,
}

impl Unfit {
    /// What the line asks for there.
    pub(super) fn expected(&self) -> String {
        match &self.asks {
            None => NOTHING_MORE.to_owned(),
            Some(Piece::Keyword(word)) => format!("`{word}`"),
            Some(Piece::Slot(slot)) => format!("{} {}", article(slot.word()), slot.word()),
        }
    }
}

/// Lays a phrase along a usage line. Every phrase of a plan is laid along several: nothing is made for
/// those that it does not fit.
///
/// # Errors
/// Where it leaves the line.
pub(super) fn fit<'t, P: Borrow<Piece>>(
    usage: impl Iterator<Item = P>,
    phrase: &'t Phrase,
) -> Result<Fit<'t>, Unfit> {
    let mut slots = SmallVec::new();
    let mut rest: &'t [Term] = &phrase.terms;
    let end = Span::new(phrase.span().end, phrase.span().end);
    let mut pieces = usage.peekable();
    let mut progress = 0;
    while let Some(piece) = pieces.next() {
        let unfit = |rest: &[Term]| Unfit {
            progress,
            at: rest.first().map_or(end, Term::span),
            asks: Some(piece.borrow().clone()),
        };
        match piece.borrow() {
            Piece::Keyword(word) => match rest.split_first() {
                Some((Term::Word(found), after)) if found.value == *word => rest = after,
                _ => return Err(unfit(rest)),
            },
            Piece::Slot(slot) => {
                let taken = match (slot, pieces.peek().map(Borrow::borrow)) {
                    (Slot::Condition, Some(Piece::Keyword(next))) => before(next, rest),
                    _ => length(*slot, rest),
                };
                let Some((mine, after)) = rest.split_at_checked(taken).filter(|_| taken > 0) else {
                    return Err(unfit(rest));
                };
                slots.push((*slot, mine));
                rest = after;
            }
        }
        progress += 1;
    }
    match rest.first() {
        None => Ok(Fit { slots }),
        Some(term) => Err(Unfit { progress, at: term.span(), asks: None }),
    }
}

fn article(word: &str) -> &'static str {
    if word.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" }
}

/// How many words stand before a keyword; all of them when it does not come.
fn before(keyword: &str, terms: &[Term]) -> usize {
    let is_it = |term: &Term| matches!(term, Term::Word(word) if word.value == keyword);
    terms.iter().rposition(is_it).unwrap_or(terms.len())
}

/// How many words a slot takes from the front of a phrase; none when the first does not fit.
fn length(slot: Slot, terms: &[Term]) -> usize {
    let first = terms.first();
    match slot {
        Slot::Act | Slot::Condition => terms.len(),
        Slot::Roles => {
            let mut count = 0;
            while let Some(Term::Word(_)) = terms.get(count) {
                count += 1;
                if !matches!(terms.get(count), Some(Term::Comma(_))) {
                    return count;
                }
                count += 1;
            }
            0
        }
        Slot::Place => usize::from(matches!(first, Some(Term::Place(_)))),
        Slot::Alias => usize::from(matches!(first, Some(Term::Text(_) | Term::Param(_)))),
        Slot::Duration => usize::from(matches!(first, Some(Term::Duration(_) | Term::Param(_)))),
        Slot::Number => usize::from(matches!(first, Some(Term::Number(_)))),
        Slot::Text => usize::from(matches!(first, Some(Term::Text(_)))),
        _ => usize::from(matches!(first, Some(Term::Word(_)))),
    }
}
