//! A plan whose order does not fit into memory.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{explanation::Explanation, plan::Plan, source::Finding};

/// Too many steps that wait for too many different ones.
#[derive(Debug, Diagnostic, Error)]
#[error("the {steps} steps of this plan are too many and too entangled to be checked")]
#[diagnostic(
    code(keyroll::too_entangled),
    help("split the plan where few steps wait for many: each part is then checked by itself")
)]
struct TooEntangled {
    steps: usize,
    #[label("this plan")]
    at: SourceSpan,
}

/// The finding.
#[must_use]
pub fn finding(plan: &Plan) -> Finding {
    Box::new(TooEntangled { steps: plan.steps.len(), at: plan.declared.head.into() })
}

/// What `explain` says.
pub const EXPLANATION: Explanation = Explanation {
    code: "too_entangled",
    title: "the order of the steps does not fit into memory",
    text: "\
For each step, keyroll holds what comes before it and what its role knows. Steps that wait for
nearly the same share what they have in common, so that a hundred thousand steps of many partners
fit easily. Where every step waits for others than the next one, a plan of some forty thousand steps
is the most: the sets may take 256 MiB each, 768 MiB in all. Nothing is checked then, and nothing
proved.

Split the plan: a plan ends where everybody who goes on was told what holds.
",
};
