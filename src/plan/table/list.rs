//! Lists within a sentence: `NAME for each TABLE`.

use crate::syntax::tree::{Every, Only, Phrase, Term};

/// A part of a phrase.
#[derive(Debug)]
pub(super) enum Piece<'a> {
    /// A word as it is.
    Term(&'a Term),
    /// A word for each row.
    Each(&'a Term, Every),
}

/// The words of a phrase, those with `for each` behind them apart.
pub(super) fn pieces(phrase: &Phrase) -> Vec<Piece<'_>> {
    let mut rest = phrase.terms.as_slice();
    let mut pieces = Vec::with_capacity(rest.len());
    while let Some((term, behind)) = rest.split_first() {
        match every(behind) {
            Some((every, behind)) => {
                pieces.push(Piece::Each(term, every));
                rest = behind;
            }
            None => {
                pieces.push(Piece::Term(term));
                rest = behind;
            }
        }
    }
    pieces
}

/// A phrase that is said for each row as a whole: what stands before `for each`, where nothing stands behind
/// it.
pub(super) fn whole(phrase: &Phrase) -> Option<(Phrase, Every)> {
    let at = phrase
        .terms
        .windows(2)
        .rposition(|two| matches!(two, [one, other] if is(one, "for") && is(other, "each")))?;
    let (said, behind) = phrase.terms.split_at_checked(at)?;
    let (every, rest) = every(behind)?;
    (rest.is_empty() && !said.is_empty()).then(|| (Phrase { terms: said.to_vec() }, every))
}

/// Whether a phrase has a list in it.
pub(super) fn has_list(phrase: &Phrase) -> bool {
    phrase.terms.windows(2).any(|two| matches!(two, [one, other] if is(one, "for") && is(other, "each")))
}

/// Whether a phrase has a list in it with a member for each row of a table.
#[must_use]
pub fn lists(phrase: &Phrase, table: &str) -> bool {
    pieces(phrase).iter().any(|piece| matches!(piece, Piece::Each(_, every) if every.table.value == table))
}

fn is(term: &Term, word: &str) -> bool {
    matches!(term, Term::Word(found) if found.value == word)
}

/// Reads `for each TABLE where COLUMN is VALUE`, and says what stands behind it.
fn every(terms: &[Term]) -> Option<(Every, &[Term])> {
    let [first, second, Term::Word(table), rest @ ..] = terms else { return None };
    if !is(first, "for") || !is(second, "each") {
        return None;
    }
    let mut every = Every { table: table.clone(), only: None };
    let [word, Term::Word(column), verb, rest_of_only @ ..] = rest else { return Some((every, rest)) };
    if !is(word, "where") || !is(verb, "is") {
        return Some((every, rest));
    }
    let (is, rest_of_only) = match rest_of_only {
        [word, rest @ ..] if !rest.is_empty() && self::is(word, "not") => (false, rest),
        all => (true, all),
    };
    let Some((value, behind)) = rest_of_only.split_first() else { return Some((every, rest)) };
    every.only = Some(Only { column: column.clone(), is, value: value.clone() });
    Some((every, behind))
}
