//! The words that begin a sentence of their own.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::explanation::Explanation;
use crate::source::{Finding, Mend};

/// The words, how a sentence with each is written, and what it says.
const ITEMS: [(&str, &str, &str); 24] = [
    (
        "plan",
        "`plan NAME`, then its title in quotes and `source \"...\"`; a part is `plan NAME from \"FILE\" { ... }`",
        "what the plan is called, and which document it follows; with `from`, another plan whose steps become steps of this one.",
    ),
    (
        "param",
        "`param NAME : KIND = VALUE`, then perhaps `at least VALUE`, `at most VALUE` or `one of VALUE, VALUE`",
        "a value that the site may change, used as `$NAME`, and which values it may have; the kinds are `alias`, `date` and `duration`.",
    ),
    ("role", "`role NAME \"Title\"`", "who acts."),
    (
        "group",
        "`group NAME is ROLE, ROLE`",
        "several roles under one name, wherever roles are listed; no group is a member of another.",
    ),
    ("key", "`key NAME`", "a key pair with its certificate, or another credential."),
    (
        "keystore",
        "`keystore NAME of ROLE { ... }`",
        "a keystore and the role that owns it; what is so at the start stands between its braces.",
    ),
    (
        "receiver",
        "`receiver NAME of ROLE { ... }`",
        "who accepts messages by their keys, and the role that owns it.",
    ),
    (
        "flow",
        "`flow NAME of ROLE { ... }`",
        "messages that are signed under an alias and sent to a receiver.",
    ),
    (
        "ask",
        "`ask NAME of ROLE \"...\"`, perhaps `answers within 14d` and `holds for 730d`, then `silence means no` or \
         `silence means yes`",
        "a question on whose answer steps, lines, promises and ends hang by `only if`.",
    ),
    ("window", "`window NAME at most 4h`", "a time that two roles agree on."),
    (
        "fact",
        "`fact NAME of ROLE \"...\"`, then `set` where it is so at the start",
        "a fact of the plan's own, such as an approval: its owner makes it so with `set` and ends that with `clear`.",
    ),
    (
        "step",
        "`step NAME by ROLE { ... }`",
        "one role does one thing, in the order and under the conditions that its lines say.",
    ),
    (
        "promise",
        "`promise FLOW never rejected`",
        "what holds at every moment, in every order of events; the proof shows it.",
    ),
    ("finally", "`finally RECEIVER accepts only KEY`", "what holds when every step is done."),
    (
        "waive",
        "`waive FLOW rejected because \"...\"`",
        "accepts a hazard, a use that nobody looks at, or a weak new key, with a reason that stands in front of the verdict.",
    ),
    (
        "certificate",
        "`certificate of KEY issued by ROLE`",
        "that a role issues the certificate of a key that is created.",
    ),
    ("type", "`type of KEY is rsa-3072`", "what kind of pair a key is."),
    (
        "expect",
        "`expect refused CODE because \"...\"`",
        "that the plan shows a hazard: it is refused with that finding, and never run.",
    ),
    (
        "table",
        "`table NAME with COLUMN : KIND { ... }`, a row a line",
        "the partners with which the same is done; the rows may lie in a file, as in `from \"partners.csv\"`.",
    ),
    ("for", "`for each TABLE { ... }`", "the sentences between the braces, once for each row of a table."),
    ("use", "`use \"FILE\"`", "takes the words of a vocabulary."),
    ("kind", "`kind NAME is KIND`", "a word for `key`, `keystore`, `receiver`, `flow` or `fact`."),
    ("say", "`say \"...\" for \"...\"`", "a sentence of the core in other words."),
    (
        "vocabulary",
        "`vocabulary NAME`, then its title in quotes",
        "the head of a file that holds words, and no plan.",
    ),
];

/// The most edits that a near name may be away.
const NEAR: usize = 2;

/// How a sentence that begins with this word is written; `None` when no sentence does.
pub(super) fn usage(word: &str) -> Option<&'static str> {
    ITEMS.iter().find(|(known, ..)| *known == word).map(|(_, usage, _)| *usage)
}

/// The words that begin a sentence of their own, how each is written, and what it says.
pub fn sentences() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
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
        .filter(|(known, ..)| known.len().abs_diff(lower.len()) <= NEAR)
        .map(|(known, ..)| (strsim::damerau_levenshtein(&lower, known), *known))
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
    pub(super) fn finding(word: &str, found: String, at: SourceSpan) -> Finding {
        let near = near(word);
        let advice = match near {
            Some(known) => format!("did you mean `{known}`?"),
            None => {
                let words: Vec<String> = ITEMS.iter().map(|(known, ..)| format!("`{known}`")).collect();
                let (last, rest) = words.split_last().map_or(("", String::new()), |(l, r)| (l, r.join(", ")));
                format!("begin with {rest} or {last}; what is said of one of them stands between its braces")
            }
        };
        let finding = Box::new(Self { found, advice, at });
        match near {
            Some(known) => Mend::Write(known.to_owned()).of(finding),
            None => finding,
        }
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
