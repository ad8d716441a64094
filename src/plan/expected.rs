//! What a plan says of itself: that it is refused, and why.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    explanation::Explanation,
    source::{Finding, Spanned},
    syntax::tree::{ExpectDecl, Item, SyntaxTree},
};

use super::no_reason::no_reason;

/// `expect refused undrained because "..."`: the plan shows a hazard, and is never to be run.
#[derive(Clone, Debug)]
pub struct Expected {
    /// The code of the finding for which it is refused, without `keyroll::`.
    pub code: Spanned<String>,
    /// Why.
    pub because: String,
}

/// A second expectation.
#[derive(Debug, Diagnostic, Error)]
#[error("a plan says once for what it is refused")]
#[diagnostic(
    code(keyroll::expected_twice),
    help("take one of them out; a plan for each hazard shows each of them")
)]
struct ExpectedTwice {
    #[label("a second one")]
    at: SourceSpan,
    #[label("the first")]
    first: SourceSpan,
}

/// Reads what a plan says of itself; what is said twice is a finding.
pub(super) fn expected(tree: &SyntaxTree, findings: &mut Vec<Finding>) -> Option<Expected> {
    let mut found = tree.items.iter().filter_map(|line| match &line.node {
        Item::Expect(expect) => Some(expect),
        _ => None,
    });
    let first = found.next()?;
    let span = |expect: &ExpectDecl| SourceSpan::from(expect.code.span);
    findings.extend(no_reason(&first.because, "a plan that is refused"));
    findings.extend(
        found.map(|again| -> Finding { Box::new(ExpectedTwice { at: span(again), first: span(first) }) }),
    );
    Some(Expected { code: first.code.clone(), because: first.because.value.clone() })
}

pub(super) const EXPLANATIONS: &[Explanation] = &[Explanation {
    code: "expected_twice",
    title: "a plan says twice for what it is refused",
    text: "\
A plan that shows a hazard says in its head for which finding it is refused, and why: a procedure as
it is documented, or an incident. `keyroll prove --library` holds it against what the proof says.
One plan shows one hazard, so it says that once. Such a plan is never run, even where it keeps its
promises.

Wrong:
  expect refused undrained because \"the old certificate goes at once\"
  expect refused rejected because \"the new one comes too late\"

Right:
  expect refused undrained because \"the old certificate goes at once\"
",
}];
