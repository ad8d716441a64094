//! A question as the author wrote it.

use super::tree::Aside;
use crate::source::Spanned;

/// `ask NAME of ROLE "question" silence means no`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskDecl {
    /// What the question is called.
    pub name: Spanned<String>,
    /// The role that is asked.
    pub role: Spanned<String>,
    /// The question, for people.
    pub text: Spanned<String>,
    /// What it means that nobody answers: `yes` or `no`.
    pub silence: Option<Spanned<String>>,
    /// The comments between its parts.
    pub asides: Vec<Aside>,
}
