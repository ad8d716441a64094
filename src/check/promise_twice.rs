//! A promise that is made twice.

use std::collections::BTreeMap;

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    explanation::Explanation,
    invariant::Invariant as _,
    plan::Plan,
    source::{Finding, Mend, Span, shown},
};

use super::Subject;

/// The second one says nothing.
#[derive(Debug, Diagnostic, Error)]
#[error("`{promise}` is promised twice")]
#[diagnostic(severity(Advice), code(keyroll::promise_twice), help("take one of the two out"))]
struct PromiseTwice {
    promise: String,
    #[label("again")]
    at: SourceSpan,
    #[label("promised here")]
    first: SourceSpan,
}

/// Finds promises that say what another one says word for word.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let mut promised = promised(subject.plan);
    promised.sort_by_key(|(_, at)| *at);
    let mut first: BTreeMap<String, Span> = BTreeMap::new();
    let mut findings: Vec<Finding> = Vec::new();
    for (sentence, at) in promised {
        match first.get(&sentence) {
            Some(first) => {
                let (promise, first) = (shown(&sentence), (*first).into());
                findings.push(Mend::TakeOut.of(Box::new(PromiseTwice { promise, at: at.into(), first })));
            }
            None => drop(first.insert(sentence, at)),
        }
    }
    findings
}

/// Every promise of a plan as a sentence, and where it is made.
fn promised(plan: &Plan) -> Vec<(String, Span)> {
    let land = &plan.landscape;
    let flows = plan.promises.iter().map(|promise| (promise.value.sentence(land), promise.span));
    let limits = plan.limits.iter().map(|limit| (limit.value.sentence(land), limit.span));
    let statements = plan.statements.iter().map(|stated| (stated.value.sentence(land), stated.span));
    let courses = plan.courses.iter().map(|course| (course.value.sentence().to_owned(), course.span));
    flows.chain(limits).chain(statements).chain(courses).collect()
}

/// What `explain` says.
pub const EXPLANATION: Explanation = Explanation {
    code: "promise_twice",
    title: "advice: a promise that is made twice",
    text: "A promise holds at every moment, so a second one in the same words says nothing. Often another flow\n\
           or another alias was meant.",
};
