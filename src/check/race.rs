//! Two steps that write one thing in either order.

use std::collections::{BTreeMap, BTreeSet};

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    explanation::Explanation,
    graph::{order::Order, step_set::StepSet},
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

/// So many pairs are told all; from there on each step is told in one pair at most for each thing.
const PAIRS: usize = 1000;

/// A step that changes a thing, and to which value. No value: only the world can tell it, and it
/// counts as another one than any.
type Writer = (StepId, Option<Value>);

/// Finds unordered writers of different values.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let plan = subject.plan;
    let mut writers: BTreeMap<Fact, Vec<Writer>> = BTreeMap::new();
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
    let mut known: BTreeSet<(StepId, StepId)> = BTreeSet::new();
    for (fact, row) in &mut writers {
        let most = if pairs.len() < PAIRS { PAIRS } else { 1 };
        for (one, other) in unordered(subject.order, row, most) {
            if known.insert((one, other)) {
                pairs.push((one, other, *fact));
            }
        }
    }
    pairs.sort();
    let landscape = &plan.landscape;
    let thing = |fact: Fact| match fact {
        Fact::Place(place) => landscape.place_name(place),
        Fact::Accepts(receiver, key) => {
            format!("{} accepts {}", landscape.acceptors[receiver].name, landscape.keys[key])
        }
        Fact::AcceptsOther(receiver) => landscape.acceptors[receiver].name.clone(),
        Fact::Running(flow) => landscape.channels[flow].name.clone(),
        Fact::Window(window) => landscape.windows[window].name.clone(),
        Fact::Own(own) => landscape.own_facts[own].name.clone(),
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

/// The pairs of unordered writers of different values, the step first that stands first in the
/// text; at most so many for each step once there are so many.
fn unordered(order: &Order, row: &mut [Writer], most: usize) -> Vec<(StepId, StepId)> {
    let mut pairs = Vec::new();
    if row.len() < 2 {
        return pairs;
    }
    row.sort_by_key(|(step, _)| order.position(*step));
    // The writers that were passed, all of them and those of each value: with sets, a long row of
    // writers in an order is passed without a look at each pair.
    let mut all = StepSet::default();
    let mut alike: Vec<(Value, StepSet)> = Vec::new();
    for (step, value) in row.iter() {
        let mut others = all.clone();
        others.difference_with(order.set_before(*step));
        others.remove(order.position(*step));
        let same = value.and_then(|value| alike.iter_mut().find(|(v, _)| *v == value));
        if let Some((_, same)) = &same {
            others.difference_with(same);
        }
        let room = if pairs.len() < most { most } else { 1 };
        for other in others.ones().take(room).filter_map(|at| order.sequence().get(at)) {
            pairs.push((*step.min(other), *step.max(other)));
        }
        let position = order.position(*step);
        all.insert(position);
        match (same, value) {
            (Some((_, same)), _) => same.insert(position),
            (None, Some(value)) => {
                let mut set = StepSet::default();
                set.insert(position);
                alike.push((*value, set));
            }
            (None, None) => {}
        }
    }
    pairs
}

/// What `explain` says.
pub const EXPLANATION: Explanation = Explanation {
    code: "race",
    title: "two steps change one thing in either order",
    text: "A plan is what its `after` edges allow, not the order of its text. Where two steps write the same\n\
           thing with different results, the plan must say which comes first.",
};
