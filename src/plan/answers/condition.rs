//! `only if holds_two and not sends_two`: under which answers something is meant.

use crate::{
    source::{Finding, Span, Spanned},
    syntax::tree::{Phrase, Term},
};

use super::{Answers, finding::bad_only_if};

/// Under which answers something is meant: each of these questions is answered so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Condition {
    /// The questions, each with its answer.
    pub(super) all: Vec<(Spanned<String>, bool)>,
}

impl Condition {
    /// Whether it is so under these answers; a question that has none is answered so.
    pub(super) fn holds(&self, answers: &Answers) -> bool {
        self.all.iter().all(|(name, yes)| answers.get(&name.value).is_none_or(|answer| answer == yes))
    }

    /// The name of a question that it wants answered both ways.
    pub(super) fn contradicts(&self, around: &Self) -> Option<&Spanned<String>> {
        let other = |name: &str, yes: bool| {
            self.all.iter().chain(&around.all).any(|(n, y)| n.value == name && *y != yes)
        };
        self.all.iter().find(|(name, yes)| other(&name.value, *yes)).map(|(name, _)| name)
    }

    /// The same with what is asked of what it stands in.
    pub(super) fn within(&self, around: &Self) -> Self {
        Self { all: around.all.iter().chain(&self.all).cloned().collect() }
    }
}

fn is(term: &Term, word: &str) -> bool {
    matches!(term, Term::Word(found) if found.value == word)
}

/// Where `only if` stands in a phrase.
fn place(phrase: &Phrase) -> Option<usize> {
    let at = |two: &[Term]| matches!(two, [one, other] if is(one, "only") && is(other, "if"));
    phrase.terms.windows(2).rposition(at).filter(|at| *at > 0)
}

/// Whether a phrase is meant under some answers only.
pub(super) fn has_condition(phrase: &Phrase) -> bool {
    place(phrase).is_some()
}

/// Takes the condition off the end of a phrase.
pub fn without_condition(phrase: &mut Phrase) {
    if let Some(at) = place(phrase) {
        phrase.terms.truncate(at);
    }
}

/// A phrase without the condition at its end, and that condition, the words `only if` included; nothing where it
/// has none.
pub fn apart(phrase: &Phrase) -> Option<(Phrase, Phrase)> {
    let (said, condition) = phrase.terms.split_at_checked(place(phrase)?)?;
    Some((Phrase { terms: said.to_vec() }, Phrase { terms: condition.to_vec() }))
}

/// The condition at the end of a phrase; one that holds always where there is none.
///
/// # Errors
/// A finding where it cannot be read.
pub(super) fn of_phrase(phrase: &Phrase) -> Result<Condition, Finding> {
    match place(phrase).and_then(|at| phrase.terms.split_at_checked(at + 2)) {
        None => Ok(Condition::default()),
        Some((before, terms)) => {
            read(terms, before.last().map(Term::span).unwrap_or_default().to(phrase.span()))
        }
    }
}

/// Reads what stands behind `only if`; `at` is the place to point at where nothing does.
///
/// # Errors
/// A finding where it cannot be read.
pub(super) fn read(terms: &[Term], at: Span) -> Result<Condition, Finding> {
    let mut all = Vec::new();
    let mut rest = terms;
    loop {
        let (yes, behind) = match rest {
            [word, behind @ ..] if is(word, "not") => (false, behind),
            behind => (true, behind),
        };
        let [Term::Word(name), behind @ ..] = behind else {
            return Err(bad_only_if(behind.first().map_or(at, Term::span)));
        };
        all.push((name.clone(), yes));
        match behind {
            [] => return Ok(Condition { all }),
            [word, behind @ ..] if is(word, "and") => rest = behind,
            [word, ..] => return Err(bad_only_if(word.span())),
        }
    }
}
