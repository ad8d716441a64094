//! A reason that says nothing.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    explanation::Explanation,
    source::{Finding, Spanned},
};

/// Nothing stands between the quotes.
#[derive(Debug, Diagnostic, Error)]
#[error("{what} gives a reason, and this is none")]
#[diagnostic(
    code(keyroll::no_reason),
    help("say why, in words that whoever approves the plan can judge: they stand in front of the verdict")
)]
struct NoReason {
    what: &'static str,
    #[label("says nothing")]
    at: SourceSpan,
}

/// The finding for the reason of a sentence, where it is blank.
pub(super) fn no_reason(because: &Spanned<String>, what: &'static str) -> Option<Finding> {
    let is_blank = because.value.trim().is_empty();
    is_blank.then(|| -> Finding { Box::new(NoReason { what, at: because.span.into() }) })
}

pub(super) const EXPLANATIONS: &[Explanation] = &[Explanation {
    code: "no_reason",
    title: "a waiver without a reason",
    text: "\
What a plan waives is not proved of it. Whoever approves it, and whoever reads the report years
later, sees the reason and nothing else; so there is one. The same holds for `expect refused`.

Wrong:
  waive orders rejected because \"\"

Right:
  waive orders rejected because \"the old key is known to others\"
",
}];
