//! A question as the author wrote it.

use super::tree::{Aside, Term};
use crate::source::Spanned;

/// `ask NAME of ROLE "question" answers within 14d holds for 730d silence means no`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskDecl {
    /// What the question is called.
    pub name: Spanned<String>,
    /// The role that is asked.
    pub role: Spanned<String>,
    /// The question, for people.
    pub text: Spanned<String>,
    /// How long after it is asked it is to be answered.
    pub within: Option<Term>,
    /// How long an answer counts for those who ask the same again.
    pub holds: Option<Term>,
    /// What it means that nobody answers: `yes` or `no`.
    pub silence: Option<Spanned<String>>,
    /// The comments between its parts.
    pub asides: Vec<Aside>,
}
