//! Comments within a sentence whose parts stand on lines of their own.

use pest::iterators::Pair;

use super::grammar::Rule;
use super::lowering::{Lowering, comment};
use super::raw;

/// A comment between the parts of a sentence, such as the title and the source of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aside {
    /// The part that it belongs to, from one: what stands on the first line of the sentence is none.
    pub part: usize,
    /// Whether it stands on a line of its own before that part; otherwise it stands behind it.
    pub is_before: bool,
    /// Its text, without `#` and one blank behind it.
    pub text: String,
}

impl Lowering<'_, '_> {
    /// Keeps a comment of a sentence of which so many parts were read.
    pub(super) fn aside(&mut self, asides: &mut Vec<Aside>, parts: usize, pair: &Pair<'_, Rule>) {
        let text = comment(pair);
        let is_before = raw::first_on_line(self.words.text, self.words.span(pair).start);
        match (is_before, parts) {
            (true, _) => asides.push(Aside { part: parts + 1, is_before, text }),
            (false, 0) => self.loose.push(text),
            (false, part) => asides.push(Aside { part, is_before, text }),
        }
    }

    /// Keeps the comment behind the last part, where the sentence has one.
    pub(super) fn last_aside(&mut self, asides: &mut Vec<Aside>, part: usize) {
        if part > 0 {
            asides.extend(self.behind.take().map(|text| Aside { part, is_before: false, text }));
        }
    }
}
