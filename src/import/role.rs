//! Who acts: roles as prose names them.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    lexicon::verb,
    word::{Form, Word},
};

/// The longest name of a role, in words.
const LONGEST: usize = 6;

/// So many roles are told apart; a text with more names something else.
const MOST_ROLES: usize = 200;

/// What people are called who do such work.
const HEADS: [&str; 26] = [
    "administrator",
    "admin",
    "developer",
    "operator",
    "operations",
    "team",
    "owner",
    "manager",
    "department",
    "engineer",
    "officer",
    "provider",
    "partner",
    "customer",
    "sender",
    "receiver",
    "group",
    "desk",
    "office",
    "unit",
    "vendor",
    "supplier",
    "client",
    "audit",
    "ops",
    "job",
];

/// Words that stand before a colon and name nobody.
const NOBODY: [&str; 22] = [
    "note",
    "caution",
    "result",
    "important",
    "hint",
    "tip",
    "warning",
    "example",
    "prerequisite",
    "remark",
    "optional",
    "action",
    "then",
    "step",
    "attention",
    "background",
    "reason",
    "effect",
    "outcome",
    "precondition",
    "aim",
    "info",
];

/// Words that stand between others, and in no name.
const JOINS: [&str; 24] = [
    "from", "now", "on", "to", "in", "for", "with", "that", "this", "and", "when", "if", "is", "at", "as",
    "than", "by", "or", "it", "once", "after", "then", "are", "be",
];

/// The roles of a procedure.
#[derive(Clone, Debug, Default)]
pub(super) struct Roles {
    /// What people call them, in the order in which they are met.
    titles: Vec<String>,
    /// Their words in small letters and in one spelling.
    known: BTreeMap<String, usize>,
    /// First words that only one of them has.
    short: BTreeMap<String, Option<usize>>,
}

impl Roles {
    /// What people call them.
    pub(super) fn titles(&self) -> &[String] {
        &self.titles
    }

    /// How many there are.
    pub(super) const fn len(&self) -> usize {
        self.titles.len()
    }

    /// Takes words as a role; the one that it is already, where it is.
    pub(super) fn add(&mut self, words: &[Word], sentence: &str) -> Option<usize> {
        let words = without_article(words);
        let (first, last) = (words.first()?, words.last()?);
        let key = spelt(words);
        if let Some(role) = self.known.get(&key) {
            return Some(*role);
        }
        if words.len() > LONGEST || self.titles.len() >= MOST_ROLES {
            return None;
        }
        let title = sentence.get(first.at.0..last.at.1)?;
        let mut letters = title.chars();
        let title: String = letters.next()?.to_uppercase().chain(letters).collect();
        self.titles.push(title);
        let role = self.titles.len() - 1;
        self.known.insert(key, role);
        let short = self.short.entry(first.text.clone()).or_insert(Some(role));
        if *short != Some(role) {
            *short = None;
        }
        Some(role)
    }

    /// A role whose name begins at a word, and how many words it has.
    pub(super) fn at(&self, words: &[Word], from: usize) -> Option<(usize, usize)> {
        (1..=LONGEST).rev().find_map(|length| {
            let name = words.get(from..from + length)?;
            Some((*self.known.get(&spelt(name))?, length))
        })
    }

    /// A role that is called by its first word alone, as `the receiver` for the receiver administrator.
    pub(super) fn short(&self, words: &[Word], from: usize) -> Option<usize> {
        let word = words.get(from)?;
        self.short.get(word.text.trim_end_matches("'s")).copied().flatten()
    }

    /// All roles that are named from a word on, each once, in order.
    pub(super) fn named(&self, words: &[Word], from: usize) -> Vec<usize> {
        let mut found = Vec::new();
        let mut seen = BTreeSet::new();
        let mut at = from;
        while at < words.len() {
            let (role, length) = self.at(words, at).map_or((None, 1), |(role, length)| (Some(role), length));
            found.extend(role.filter(|role| seen.insert(*role)));
            at += length;
        }
        found
    }
}

/// Words without an article, and without a number or a possessive before them.
fn without_article(words: &[Word]) -> &[Word] {
    let skipped = words.iter().take_while(|word| is_article(&word.text)).count();
    words.get(skipped..).unwrap_or_default()
}

/// Whether a word is an article or the like.
pub(super) fn is_article(word: &str) -> bool {
    ["the", "a", "an", "each", "every", "all", "our", "your", "their", "its"].contains(&word)
}

/// Words in one spelling: small letters, one number, one word for administrators.
fn spelt(words: &[Word]) -> String {
    let spelling = |word: &Word| match word.text.trim_end_matches("'s").trim_end_matches("’s") {
        "administrator" | "administrators" | "admins" => "admin".to_owned(),
        "developers" => "developer".to_owned(),
        "operators" => "operator".to_owned(),
        other => other.to_owned(),
    };
    words.iter().map(spelling).collect::<Vec<_>>().join(" ")
}

/// Whether words may name somebody: they end with what people are called, or begin with it and go on
/// with `of`.
pub(super) fn names_somebody(words: &[Word]) -> bool {
    let is_head =
        |word: &Word| HEADS.contains(&word.text.trim_end_matches('s')) || HEADS.contains(&word.text.as_str());
    let words = without_article(words);
    let plain = words.len() <= LONGEST
        && words.iter().all(|word| !matches!(verb(word), Some((_, Form::Third))) || is_head(word));
    // A comma ends a name.
    let before = words.split_last().map_or(&[][..], |(_, before)| before);
    let plain = plain && before.iter().all(|word| !word.ends_part);
    let plain = plain && words.iter().all(|word| !JOINS.contains(&word.text.as_str()));
    let of = words.get(1).is_some_and(|word| word.text == "of") && words.len() > 2;
    plain && (words.last().is_some_and(is_head) || (of && words.first().is_some_and(is_head)))
}

/// Whether words that stand before a colon may name somebody: short, no verb among them, no word for a note.
pub(super) fn may_stand_before_a_colon(words: &[Word]) -> bool {
    let words = without_article(words);
    let is_somebody = |word: &Word| !NOBODY.contains(&word.text.as_str());
    let is_named = words.iter().all(|word| !matches!(verb(word), Some((_, Form::Third))));
    let is_act =
        words.len() > 1 && words.first().is_some_and(|word| verb(word).is_some() && !names_somebody(words));
    let joins =
        |word: &Word| JOINS.contains(&word.text.as_str()) && !["and", "or"].contains(&word.text.as_str());
    let is_short = !words.is_empty() && words.len() <= LONGEST;
    is_short && words.iter().all(is_somebody) && is_named && !is_act && !words.iter().any(joins)
}
