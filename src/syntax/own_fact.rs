//! Facts of the author's own, as they are written.

use crate::source::Spanned;

/// `fact NAME of ROLE "what it says" set`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactDecl {
    /// The fact's name.
    pub name: Spanned<String>,
    /// The role that may change it.
    pub owner: Spanned<String>,
    /// What it says, for people.
    pub title: Option<Spanned<String>>,
    /// Where it is said that it is so at the start.
    pub set: Option<Spanned<()>>,
}

/// Whose a fact of a declared kind is, and whether it is so at the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactOf {
    /// The role that may change it.
    pub owner: Spanned<String>,
    /// Where it is said that it is so at the start.
    pub set: Option<Spanned<()>>,
}
