//! Words that a plan should give to nothing: the language has them.

use crate::{
    action::{
        VOCABULARY,
        usage::{Piece, pieces},
    },
    condition::{CONDITIONS, known},
    invariant::promises,
    syntax::begins_sentence,
};

use super::lines::{FLOW_LINES, ISSUED, KEYSTORE_LINES, RECEIVER_LINES, TYPED, WAIVERS};

/// The words of sentences that no usage line holds.
const OTHERS: [&str; 24] = [
    "after", "answers", "at", "because", "by", "come", "each", "from", "holds", "if", "keyroll", "late",
    "may", "needs", "of", "people", "silence", "source", "takes", "to", "two", "version", "where", "with",
];

/// Whether the language has this word: one that begins a sentence, or is written as it stands in one.
#[must_use]
pub fn is_reserved(word: &str) -> bool {
    let verbs = VOCABULARY.iter().map(|verb| verb.usage);
    let conditions = CONDITIONS.iter().map(|form| form.usage).chain([known::USAGE]);
    let lines = KEYSTORE_LINES
        .into_iter()
        .chain(RECEIVER_LINES)
        .chain(FLOW_LINES)
        .chain(WAIVERS)
        .chain([ISSUED, TYPED]);
    let mut usages = verbs.chain(conditions).chain(promises().map(|(usage, _)| usage)).chain(lines);
    let is_it = |piece: Piece| matches!(piece, Piece::Keyword(keyword) if keyword == word);
    OTHERS.contains(&word)
        || begins_sentence(word)
        || usages.any(|usage| pieces(usage).into_iter().any(is_it))
}
