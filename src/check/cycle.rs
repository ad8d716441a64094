//! Steps that wait for each other in a circle.

use miette::{Diagnostic, LabeledSpan};
use thiserror::Error;

use crate::{
    explanation::Explanation,
    graph::{StepGraph, cycle::cycles},
    plan::Plan,
    source::{Finding, shown},
};

/// How many edges of a circle are told one by one.
const LEGS: usize = 12;

/// A circle; each edge of the walk has its label.
#[derive(Debug, Diagnostic, Error)]
#[error("{walk}")]
#[diagnostic(code(keyroll::cycle))]
struct Cycle {
    walk: String,
    #[help]
    help: &'static str,
    #[label(collection)]
    legs: Vec<LabeledSpan>,
}

/// Finds every circle of `after` edges.
#[must_use]
pub fn find(plan: &Plan, graph: &StepGraph) -> Vec<Finding> {
    let name = |step| shown(&plan.steps[step].name.value);
    let finding = |walk: Vec<crate::graph::cycle::Leg>| -> Finding {
        let first = walk.first().map(|leg| name(leg.step)).unwrap_or_default();
        let names = walk.iter().map(|leg| name(leg.after));
        let mut names: Vec<String> = std::iter::once(first.clone()).chain(names).collect();
        if walk.len() > LEGS {
            // The way back to the start closes the circle; what lies between is counted.
            let between = format!("({} more)", walk.len() - LEGS);
            names.splice(LEGS..walk.len(), [between]);
        }
        let text = names.join(" -> ");
        let (text, help) = if walk.len() == 1 {
            (format!("`{first}` waits for itself"), "take this `after` out; the step can never begin")
        } else {
            (
                format!("these steps wait for each other: {text}"),
                "take out one of these `after`; none of the steps can ever begin",
            )
        };
        let legs = walk.iter().take(LEGS).map(|leg| {
            let label = format!("`{}` waits for `{}`", name(leg.step), name(leg.after));
            LabeledSpan::new_with_span(Some(label), leg.at)
        });
        Box::new(Cycle { walk: text, help, legs: legs.collect() })
    };
    cycles(graph).into_iter().map(finding).collect()
}

/// What `explain` says.
pub const EXPLANATION: Explanation = Explanation {
    code: "cycle",
    title: "steps wait for each other in a circle",
    text: "`a -> b` reads: a waits for b. No step of the circle can begin. Usually one `after` says the\n\
           opposite of what is meant.",
};
