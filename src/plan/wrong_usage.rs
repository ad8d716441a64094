//! A sentence whose words do not fit, and how it is written.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    source::{Finding, Span},
    syntax::tree::{Phrase, Term},
};

use super::{
    fit::{NOTHING_MORE, Unfit},
    lines::sentence,
    phrase::Reader,
    suggest::{Help, nearest},
};

/// A sentence whose words do not fit.
#[derive(Debug, Diagnostic, Error)]
#[error("this does not read as {what}")]
#[diagnostic(code(keyroll::wrong_usage))]
pub(super) struct WrongUsage {
    pub(super) what: &'static str,
    #[help]
    pub(super) help: String,
    #[label("{expected}")]
    pub(super) at: SourceSpan,
    pub(super) expected: String,
}

impl Reader<'_> {
    /// Speaks of the usage lines that fit furthest, and of those among them that begin with the
    /// kind of thing that the phrase begins with.
    pub(super) fn wrong_usage(
        &self,
        what: &'static str,
        mut near: Vec<(Unfit, &'static str)>,
        phrase: &Phrase,
    ) -> Finding {
        let furthest = near.iter().map(|(unfit, _)| unfit.progress).max().unwrap_or_default();
        near.retain(|(unfit, _)| unfit.progress == furthest);
        if let Some(Term::Word(first)) = phrase.terms.first()
            && let Some(thing) = self.scope.declared(&first.value)
        {
            let begins = format!("<{}>", thing.kind());
            if near.iter().any(|(_, usage)| usage.starts_with(&begins)) {
                near.retain(|(_, usage)| usage.starts_with(&begins));
            }
        }
        let at = near.first().map_or(phrase.span(), |(unfit, _)| unfit.at);
        let mut wanted: Vec<String> = Vec::new();
        for (unfit, _) in &near {
            let asked = unfit.expected();
            if !wanted.contains(&asked) {
                wanted.push(asked);
            }
        }
        let expected: Vec<&str> = wanted.iter().map(String::as_str).collect();
        let found = phrase.terms.iter().find(|term| term.span() == at);
        let slip = match found {
            Some(Term::Word(word)) => nearest(&word.value, expected.iter().map(|e| e.trim_matches('`'))),
            _ => None,
        };
        let usages: Vec<String> = near.iter().map(|(_, usage)| format!("`{}`", sentence(usage))).collect();
        let help = match usages.as_slice() {
            _ if begins(phrase, at, "only", "if") => Help::say(
                "take it out: this holds under every answer. `only if` stands in a step, behind a line of a keystore, \
                 receiver or flow, and behind a promise, an end or a waiver",
            ),
            _ if begins(phrase, at, "for", "each") => {
                Help::say("name the table behind it, as in `for each TABLE`")
            }
            [usage] => Help::or(slip, || format!("write it as {usage}")),
            _ => Help::or(slip, || format!("write one of {}", usages.join(", "))),
        };
        let expected = match expected.as_slice() {
            [NOTHING_MORE] => NOTHING_MORE.to_owned(),
            [rest @ .., last] if !rest.is_empty() => format!("{} or {last} expected", rest.join(", ")),
            _ => format!("{} expected", expected.concat()),
        };
        help.give(|help| Box::new(WrongUsage { what, help, at: at.into(), expected }))
    }
}

/// Whether two words stand at a place of a phrase.
fn begins(phrase: &Phrase, at: Span, one: &str, other: &str) -> bool {
    let is = |term: &Term, word: &str| matches!(term, Term::Word(found) if found.value == word);
    let mut pairs = phrase.terms.windows(2);
    pairs.any(|two| matches!(two, [a, b] if a.span() == at && is(a, one) && is(b, other)))
}
