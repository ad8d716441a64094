//! Tables of a plan, and the sentences that are said for each of their rows.
//!
//! A tree with tables becomes one without: each sentence stands there once for each row, its names and
//! texts filled in. What is behind this room knows no tables; a place in the author's text is that of the
//! sentence as it was written.

mod count;
mod each;
mod file;
mod finding;
mod flat;
mod list;
mod read;
mod row;
mod value;

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

pub use each::instances;
pub use finding::EXPLANATIONS;
pub use flat::flat;
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
    /// What several rows have in common is found once.
    #[must_use]
    pub fn once(&self, findings: Vec<Finding>) -> Vec<Finding> {
        if matches!(self.tree, Cow::Borrowed(_)) { findings } else { once(findings) }
    }
}

/// Of the findings with one code at one place the first is kept.
fn once(findings: Vec<Finding>) -> Vec<Finding> {
    let mut seen = BTreeSet::new();
    let key = |finding: &Finding| {
        let at = finding.labels().and_then(|mut labels| labels.next());
        let place = at.map(|label| (label.offset(), label.len()));
        (finding.code().map(|code| code.to_string()), place)
    };
    findings.into_iter().filter(|finding| seen.insert(key(finding))).collect()
}
