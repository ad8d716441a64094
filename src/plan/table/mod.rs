//! Tables of a plan, and the sentences that are said for each of their rows.
//!
//! A tree with tables becomes one without: each sentence stands there once for each row, its names and
//! texts filled in. What is behind this room knows no tables; a place in the author's text is that of the
//! sentence as it was written.

mod again;
mod count;
mod declared;
mod each;
mod file;
mod finding;
mod flat;
mod list;
mod of_tables;
mod once;
mod one_row;
mod read;
mod row;
mod sentences;
mod value;

use std::{borrow::Cow, collections::BTreeMap};

pub use again::Extent;
pub use count::{LIMIT, total};
pub use each::{instances, sentences};
pub use finding::EXPLANATIONS;
pub use flat::flat;
pub use list::lists;
pub use once::once;
pub use one_row::OneRow;
pub use sentences::{Rows, Sentences};
pub use value::Kind;

use crate::source::Finding;
use crate::syntax::tree::SyntaxTree;

/// A tree in which no table is left, and what its tables were read from.
#[derive(Debug)]
pub struct Instances<'a> {
    /// The sentences.
    pub tree: Cow<'a, SyntaxTree>,
    /// The texts of the files with tables, by the names that the plan gives them.
    pub files: BTreeMap<String, String>,
}

impl Instances<'_> {
    /// Whether it has sentences that are said for each row of a table.
    #[must_use]
    pub const fn has_rows(&self) -> bool {
        matches!(self.tree, Cow::Owned(_))
    }

    /// What several rows have in common is found once.
    #[must_use]
    pub fn once(&self, findings: Vec<Finding>) -> Vec<Finding> {
        if self.has_rows() { once(findings) } else { findings }
    }
}
