//! The words that begin a sentence of their own.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::explanation::Explanation;

/// The words and how a sentence with them is written.
const ITEMS: [(&str, &str); 24] = [
    (
        "plan",
        "`plan NAME`, then its title in quotes and `source \"...\"`; a part is `plan NAME from \"FILE\" { ... }`",
    ),
    (
        "param",
        "`param NAME : KIND = VALUE`, then perhaps `at least VALUE`, `at most VALUE` or `one of VALUE, VALUE`",
    ),
    ("role", "`role NAME \"Title\"`"),
    ("group", "`group NAME is ROLE, ROLE`"),
    ("key", "`key NAME`"),
    ("keystore", "`keystore NAME of ROLE { ... }`"),
    ("receiver", "`receiver NAME of ROLE { ... }`"),
    ("flow", "`flow NAME of ROLE { ... }`"),
    ("ask", "`ask NAME of ROLE \"...\"`, then `silence means no` or `silence means yes`"),
    ("window", "`window NAME at most 4h`"),
    ("fact", "`fact NAME of ROLE \"...\"`, then `set` where it is so at the start"),
    ("step", "`step NAME by ROLE { ... }`"),
    ("promise", "`promise FLOW never rejected`"),
    ("finally", "`finally RECEIVER accepts only KEY`"),
    ("waive", "`waive FLOW rejected because \"...\"`"),
    ("certificate", "`certificate of KEY issued by ROLE`"),
    ("type", "`type of KEY is rsa-3072`"),
    ("expect", "`expect refused CODE because \"...\"`"),
    ("table", "`table NAME with COLUMN : KIND { ... }`, a row a line"),
    ("for", "`for each TABLE { ... }`"),
    ("use", "`use \"FILE\"`"),
    ("kind", "`kind NAME is KIND`"),
    ("say", "`say \"...\" for \"...\"`"),
    ("vocabulary", "`vocabulary NAME`, then its title in quotes"),
];

/// The most edits that a near name may be away.
const NEAR: usize = 2;

/// How a sentence that begins with this word is written; `None` when no sentence does.
pub(super) fn usage(word: &str) -> Option<&'static str> {
    ITEMS.iter().find(|(known, _)| *known == word).map(|(_, usage)| *usage)
}

/// The words that begin a sentence of their own, and how each is written.
pub fn sentences() -> impl Iterator<Item = (&'static str, &'static str)> {
    ITEMS.into_iter()
}

/// Whether a sentence of its own begins with this word.
#[must_use]
pub fn begins_sentence(word: &str) -> bool {
    usage(word).is_some()
}

/// The word that was probably meant.
pub(super) fn near(word: &str) -> Option<&'static str> {
    // A word that is much longer than any of ours is near to none, and comparing it costs.
    if word.len() > 16 {
        return None;
    }
    let lower = word.to_ascii_lowercase();
    ITEMS
        .iter()
        // A text that is no plan asks this for each of its lines.
        .filter(|(known, _)| known.len().abs_diff(lower.len()) <= NEAR)
        .map(|(known, _)| (strsim::damerau_levenshtein(&lower, known), *known))
        .filter(|(distance, known)| *distance <= NEAR && *distance < known.len().div_ceil(2))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

/// A sentence that begins with a word which begins none.
#[derive(Debug, Diagnostic, Error)]
#[error("{found} begins no sentence of a plan")]
#[diagnostic(code(keyroll::unknown_item))]
pub struct UnknownItem {
    /// What was written, quoted.
    pub found: String,
    /// What to do about it.
    #[help]
    pub advice: String,
    /// Its place.
    #[label("not known here")]
    pub at: SourceSpan,
}

impl UnknownItem {
    /// The finding for `word` (empty when it is none), described by `found`.
    pub(super) fn new(word: &str, found: String, at: SourceSpan) -> Self {
        let advice = match near(word) {
            Some(known) => format!("did you mean `{known}`?"),
            None => {
                let words: Vec<String> = ITEMS.iter().map(|(known, _)| format!("`{known}`")).collect();
                let (last, rest) = words.split_last().map_or(("", String::new()), |(l, r)| (l, r.join(", ")));
                format!("begin with {rest} or {last}; what is said of one of them stands between its braces")
            }
        };
        Self { found, advice, at }
    }
}

pub(super) const UNKNOWN_ITEM: Explanation = Explanation {
    code: "unknown_item",
    title: "a sentence begins with an unknown word",
    text: "\
Outside of braces a sentence begins with one of these words: plan, param, role, group, key,
keystore, receiver, flow, window, fact, step, promise, finally, waive, certificate, type, expect,
table, for, use, kind, say and vocabulary, or with a kind that was declared. The word may be
misspelt, or the sentence may belong into a block whose brace was closed before it.

Wrong:
  setp create_key by tenant_admin {
    create new in tenant as \"$alias-next\"
  }

Right:
  step create_key by tenant_admin {
    create new in tenant as \"$alias-next\"
  }
",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_found_and_far_ones_are_not() {
        for (written, meant) in [
            ("setp", Some("step")),
            ("Step", Some("step")),
            ("roles", Some("role")),
            ("promisse", Some("promise")),
            ("reciever", Some("receiver")),
            ("create", None),
            ("accept", None),
            ("exchange", None),
            ("x", None),
        ] {
            assert_eq!(near(written), meant, "{written}");
        }
    }
}
