//! A parameter as the author wrote it.

use crate::source::Spanned;

use super::tree::Term;

/// `param NAME : KIND = VALUE`, then which values it may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParamDecl {
    /// What `$NAME` stands for.
    pub name: Spanned<String>,
    /// `alias`, `date` or `duration`.
    pub kind: Spanned<String>,
    /// Its value unless the site gives another.
    pub default: Option<Term>,
    /// Which values it may have; apart, for most may have any.
    pub range: Option<Box<RangeDecl>>,
}

/// `at least VALUE at most VALUE one of VALUE, VALUE`: at least one of them is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RangeDecl {
    /// The least value.
    pub least: Option<Term>,
    /// The greatest value.
    pub most: Option<Term>,
    /// All values that there are.
    pub one_of: Vec<Term>,
}
