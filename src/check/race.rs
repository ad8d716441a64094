//! Two steps that write one thing in either order.

use std::collections::BTreeMap;

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    explanation::Explanation,
    source::{Finding, shown},
    world::{
        id::StepId,
        landscape::{Fact, Value},
    },
};

use super::Subject;

/// Two writers without an order.
#[derive(Debug, Diagnostic, Error)]
#[error("`{one}` and `{other}` change `{thing}` in either order")]
#[diagnostic(
    code(keyroll::race),
    help("say which comes first: `after {one}` in `{other}`, or the other way round")
)]
struct Race {
    one: String,
    other: String,
    thing: String,
    #[label("either this comes first")]
    one_at: SourceSpan,
    #[label("or this")]
    other_at: SourceSpan,
}

/// Finds unordered writers of different values.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let plan = subject.plan;
    // No value: only the world can tell it, and it counts as another one than any.
    let mut writers: BTreeMap<Fact, Vec<(StepId, Option<Value>)>> = BTreeMap::new();
    for (id, step) in plan.steps.iter() {
        for effect in step.action.value.effects() {
            for (fact, value) in effect.writes() {
                writers.entry(fact).or_default().push((id, Some(value)));
            }
            if let Some(fact) = effect.displaces() {
                writers.entry(fact).or_default().push((id, None));
            }
        }
    }
    let mut pairs: Vec<(StepId, StepId, Fact)> = Vec::new();
    for (fact, row) in &writers {
        for (number, (one, value)) in row.iter().enumerate() {
            for (other, their) in row.iter().skip(number + 1) {
                let known = pairs.iter().any(|(a, b, _)| (a, b) == (one, other));
                let differ = value.is_none() || value != their;
                if differ && subject.order.is_unordered(*one, *other) && !known {
                    pairs.push((*one, *other, *fact));
                }
            }
        }
    }
    let landscape = &plan.landscape;
    let thing = |fact: Fact| match fact {
        Fact::Place(place) => landscape.place_name(place),
        Fact::Accepts(receiver, key) => {
            format!("{} accepts {}", landscape.acceptors[receiver].name, landscape.keys[key])
        }
        Fact::Running(flow) => landscape.channels[flow].name.clone(),
        Fact::Window(window) => landscape.windows[window].name.clone(),
    };
    let finding = |(one, other, fact): (StepId, StepId, Fact)| -> Finding {
        let (one, other) = (&plan.steps[one], &plan.steps[other]);
        Box::new(Race {
            one: shown(&one.name.value),
            other: shown(&other.name.value),
            thing: shown(&thing(fact)),
            one_at: one.action.span.into(),
            other_at: other.action.span.into(),
        })
    };
    pairs.into_iter().map(finding).collect()
}

/// What `explain` says.
pub const EXPLANATION: Explanation = Explanation {
    code: "race",
    title: "two steps change one thing in either order",
    text: "A plan is what its `after` edges allow, not the order of its text. Where two steps write the same\n\
           thing with different results, the plan must say which comes first.",
};
