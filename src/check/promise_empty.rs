//! A promise over facts that nothing can break.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    condition::Asks,
    explanation::Explanation,
    invariant::stated::Stated,
    plan::Plan,
    source::{Finding, shown},
};

use super::Subject;

/// The promise says nothing.
#[derive(Debug, Diagnostic, Error)]
#[error("nothing can break the promise `{promise}`: {why}")]
#[diagnostic(
    severity(Advice),
    code(keyroll::promise_empty),
    help("say what could be otherwise, or take it out")
)]
struct PromiseEmpty {
    promise: String,
    why: &'static str,
    #[label("it is kept whatever happens")]
    at: SourceSpan,
}

/// Finds promises that are kept whatever happens.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let plan = subject.plan;
    let empty = plan.statements.iter().filter_map(|stated| {
        let why = why(plan, &stated.value)?;
        let promise = shown(&stated.value.sentence(&plan.landscape));
        Some(Box::new(PromiseEmpty { promise, why, at: stated.span.into() }) as Finding)
    });
    empty.collect()
}

/// Why a promise is kept whatever happens; nothing where it may be broken.
fn why(plan: &Plan, stated: &Stated) -> Option<&'static str> {
    let (what, during) = (stated.what().asks(), stated.during()?.asks());
    if stated.is_before() && stated.what().holds(&plan.landscape, &plan.start) {
        return Some("the first condition holds from the start on");
    }
    let is_wanted = stated.is_always() || stated.is_before();
    if is_wanted && holds_with(&what, &during) {
        return Some("where the second condition holds, the first one does too");
    }
    (!is_wanted && is_against(&what, &during)).then_some("the two conditions never hold together")
}

/// Whether one condition holds wherever another one does, whatever the plan.
fn holds_with(one: &Asks, other: &Asks) -> bool {
    match (one, other) {
        (Asks::Facts(facts), Asks::Facts(others)) => facts.iter().all(|fact| others.contains(fact)),
        _ => one == other,
    }
}

/// Whether two conditions ask for different values of one fact.
fn is_against(one: &Asks, other: &Asks) -> bool {
    let (Asks::Facts(facts), Asks::Facts(others)) = (one, other) else { return false };
    let differs = |(fact, value): &_| others.iter().any(|(other, asked)| other == fact && asked != value);
    facts.iter().any(differs)
}

/// What `explain` says.
pub const EXPLANATION: Explanation = Explanation {
    code: "promise_empty",
    title: "advice: a promise that nothing can break",
    text: "\
`promise always A while B` asks nothing where B says all that A says, and neither does
`promise never A while B` where the two can never hold together. `promise A before B` is kept
wherever A holds from the start on, and where B says all that A says. Such a promise is proved
and says nothing: mostly a slip.

Wrong:
  promise orders undeployed before orders undeployed

Right:
  promise partner accepts new before tenant[$alias] is new
",
};
