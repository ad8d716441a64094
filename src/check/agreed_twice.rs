//! A window that two steps agree on.

use std::collections::BTreeMap;

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    explanation::Explanation,
    source::{Finding, Span, shown},
    world::id::WindowId,
};

use super::Subject;

/// A second agreement.
#[derive(Debug, Diagnostic, Error)]
#[error("the window `{window}` is agreed twice")]
#[diagnostic(
    code(keyroll::agreed_twice),
    help("agree on it in one step, and let others hear of it by `inform` or `request`")
)]
struct AgreedTwice {
    window: String,
    #[label("again")]
    at: SourceSpan,
    #[label("it is agreed here")]
    first: SourceSpan,
}

/// Finds windows that more than one step proposes.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let plan = subject.plan;
    let mut first: BTreeMap<WindowId, Span> = BTreeMap::new();
    let mut findings: Vec<Finding> = Vec::new();
    for (id, step) in plan.steps.iter() {
        let Some((window, _)) = plan.proposal(id) else { continue };
        if let Some(earlier) = first.get(&window) {
            let (window, at) = (shown(&plan.landscape.windows[window].name), step.action.span.into());
            findings.push(Box::new(AgreedTwice { window, at, first: (*earlier).into() }));
        } else {
            first.insert(window, step.action.span);
        }
    }
    findings
}

/// What `explain` says.
pub const EXPLANATION: Explanation = Explanation {
    code: "agreed_twice",
    title: "a window is agreed twice",
    text: "A window is one time span, agreed between two roles by one proposal and one answer. A second\n\
           agreement could name another time. Other roles hear of the window by a message that comes after\n\
           the agreement.",
};
