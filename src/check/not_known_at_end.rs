//! Something that a role is to know at the end, and that nobody tells it.

use miette::{Diagnostic, LabeledSpan};
use thiserror::Error;

use crate::{
    explanation::Explanation,
    graph::ended::{Ending, Unknown},
    source::{Finding, shown},
};

use super::Subject;

/// The role does not know it.
#[derive(Debug, Diagnostic, Error)]
#[error("`{role}` does not know at the end that `{what}`")]
#[diagnostic(code(keyroll::not_known_at_end))]
struct NotKnownAtEnd {
    role: String,
    what: String,
    #[help]
    help: String,
    #[label(collection)]
    labels: Vec<LabeledSpan>,
}

/// Finds what a role is to know at the end and is not told.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let plan = subject.plan;
    if plan.known.is_empty() {
        return Vec::new();
    }
    let ending = Ending::of(plan, subject.order, subject.knowledge);
    let mut findings: Vec<Finding> = Vec::new();
    for known in &plan.known {
        let Some(condition) = plan.finals.get(known.value.what) else { continue };
        for role in &known.value.roles {
            let Err(why) = ending.knows_at_the_end(*role, &condition.value.asks()) else { continue };
            let name = shown(&plan.landscape.roles[*role]);
            let mut labels = vec![LabeledSpan::new_primary_with_span(
                Some("it is to be known at the end".to_owned()),
                known.span,
            )];
            let help = match why {
                Unknown::Untold(step) => {
                    let row = &plan.steps[step];
                    let text = "this makes it so, and no report of it reaches the role".to_owned();
                    labels.push(LabeledSpan::new_with_span(Some(text), row.name.span));
                    let teller = shown(&plan.landscape.roles[row.role.value]);
                    let step = shown(&row.name.value);
                    format!("add a step by `{teller}` after `{step}` that does `inform {name}`")
                }
                Unknown::Unsettled => {
                    "let one step be the last to make it so, after all that change it, and let it be reported"
                        .to_owned()
                }
                Unknown::Traffic => {
                    "name what can be looked up: what an alias names, what a receiver accepts, what is deployed"
                        .to_owned()
                }
            };
            findings.push(Box::new(NotKnownAtEnd {
                role: name,
                what: shown(&condition.value.sentence(&plan.landscape)),
                help,
                labels,
            }));
        }
    }
    findings
}

/// What `explain` says.
pub const EXPLANATION: Explanation = Explanation {
    code: "not_known_at_end",
    title: "something that a role is to know at the end and is not told",
    text: "`finally ... known to ROLE` asks that the role has learned at the end what is so: it did the step\n\
           that makes it so, it owns the thing, or a report that conveys it reaches it. A request, a permission\n\
           or a certificate that is handed over conveys only itself.",
};
