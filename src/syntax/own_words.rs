//! Words of the author's own, as they are written: vocabularies, kinds, sentences and things.

use memchr::memmem;

use super::raw;
use super::tree::{Aside, Block, FactOf, Phrase};
use crate::source::Spanned;

/// `vocabulary NAME version 1 "title"`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VocabularyHead {
    /// Its name.
    pub name: Spanned<String>,
    /// Which version of it this is.
    pub version: Option<Spanned<u64>>,
    /// What it is about.
    pub title: Option<Spanned<String>>,
    /// The comments between its parts.
    pub asides: Vec<Aside>,
}

/// `use "FILE" version 1`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UseDecl {
    /// The file, or `std/NAME` for one that keyroll brings with it.
    pub file: Spanned<String>,
    /// The version that it must have.
    pub version: Option<Spanned<u64>>,
}

/// `kind NAME is KIND`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindDecl {
    /// The new word.
    pub name: Spanned<String>,
    /// `key`, `keystore`, `receiver`, `flow` or `fact`.
    pub of: Spanned<String>,
}

/// `say "..." for "..." "title"`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SayDecl {
    /// How it is written.
    pub said: Spanned<String>,
    /// What it means, in words that are there already.
    pub means: Spanned<String>,
    /// What it is, for people.
    pub title: Option<Spanned<String>>,
    /// The comments between its parts.
    pub asides: Vec<Aside>,
}

/// Something of a kind that was declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thing {
    /// The kind.
    pub kind: Spanned<String>,
    /// The thing's name.
    pub name: Spanned<String>,
    /// What people call it.
    pub title: Option<Spanned<String>>,
    /// Whose it is, and what is said of it.
    pub owned: Option<(Spanned<String>, Block<Phrase>)>,
    /// The same where no lines follow: so a fact is declared.
    pub fact: Option<Box<FactOf>>,
}

/// Whether a line of a text begins as `kind` and `use` do.
pub(super) fn may_declare(text: &str) -> bool {
    let begins = |at: usize| {
        let before = text.get(..at).unwrap_or("").trim_end_matches(|c: char| c.is_whitespace() && c != '\n');
        before.is_empty() || before.ends_with('\n')
    };
    ["kind", "use"].into_iter().any(|word| {
        memmem::find_iter(text.as_bytes(), word)
            .any(|at| raw::rest(text, at + word.len()).starts_with([' ', '\t', '"']) && begins(at))
    })
}

#[cfg(test)]
mod tests {
    use super::may_declare;

    #[test]
    fn only_the_beginning_of_a_line_counts() {
        for text in ["kind a is key", "# x\n \t use \"a\"", "a\nkind\tb", "use\"a\"", "a\r\nuse b"] {
            assert!(may_declare(text), "{text:?}");
        }
        for text in
            ["", "a kind of", "because so", "x use \"a\"", "kinds a", "use", "\"kind \"", "# use this"]
        {
            assert!(!may_declare(text), "{text:?}");
        }
    }
}
