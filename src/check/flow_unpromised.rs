//! A flow on a changed alias of which the plan promises nothing.

use std::collections::{BTreeMap, BTreeSet};

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    explanation::Explanation,
    plan::Plan,
    source::{Finding, shown},
    world::{
        id::{ChannelId, PlaceId, StepId},
        landscape::Fact,
    },
};

use super::Subject;

/// Nothing is promised of the flow.
#[derive(Debug, Diagnostic, Error)]
#[error("nothing is promised of `{flow}`, which signs with `{place}`, and `{step}` changes what lies there")]
#[diagnostic(
    severity(Advice),
    code(keyroll::flow_unpromised),
    help(
        "add `promise {flow} never rejected`, which is judged all the same, and say whether it may be \
         interrupted: `promise {flow} never interrupted`; or `waive {flow} rejected because \"...\"`"
    )
)]
struct FlowUnpromised {
    flow: String,
    place: String,
    step: String,
    #[label("no promise and no waiver speaks of it")]
    at: SourceSpan,
    #[label("changed here")]
    step_at: SourceSpan,
}

/// Finds flows with an alias that a step changes, where the plan neither promises anything of the flow nor
/// waives it.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let plan = subject.plan;
    let promised = plan.promises.iter().map(|promise| promise.value.hazard().0);
    let limited = plan.limits.iter().map(|limit| limit.value.flow);
    let waived = plan.waivers.iter().map(|waiver| waiver.flow);
    let spoken: BTreeSet<ChannelId> = promised.chain(limited).chain(waived).collect();
    let mut unspoken = plan.landscape.channels.iter().filter(|(id, _)| !spoken.contains(id)).peekable();
    let mut findings: Vec<Finding> = Vec::new();
    // Most plans speak of all their flows, and what changes is asked of every step.
    if unspoken.peek().is_none() {
        return findings;
    }
    let changed = changed(plan);
    for (id, flow) in unspoken {
        let first = flow.aliases().find_map(|place| changed.get(&place).map(|step| (place, *step)));
        let Some((place, step)) = first else { continue };
        let step = &plan.steps[step].name;
        findings.push(Box::new(FlowUnpromised {
            flow: shown(&flow.name),
            place: shown(&plan.landscape.place_name(place)),
            step: shown(&step.value),
            at: plan.declared.flows[id].into(),
            step_at: step.span.into(),
        }));
    }
    findings
}

/// The aliases that steps change, each with the first step of the text that does.
pub(super) fn changed(plan: &Plan) -> BTreeMap<PlaceId, StepId> {
    let mut changed = BTreeMap::new();
    for (id, step) in plan.steps.iter() {
        for effect in step.action.value.effects() {
            let facts = effect.writes().into_iter().map(|(fact, _)| fact).chain(effect.displaces());
            for fact in facts {
                if let Fact::Place(place) = fact {
                    changed.entry(place).or_insert(id);
                }
            }
        }
    }
    changed
}

/// The flows with an alias.
pub(super) fn flows_of(plan: &Plan, place: PlaceId) -> impl Iterator<Item = ChannelId> + '_ {
    let mine = plan.landscape.channels.iter().filter(move |(_, flow)| flow.lists(place));
    mine.map(|(id, _)| id)
}

/// What `explain` says.
pub const EXPLANATION: Explanation = Explanation {
    code: "flow_unpromised",
    title: "advice: nothing is promised of a flow whose key changes",
    text: "\
Several flows may sign with one alias, and an exchange changes the key of each. A flow of which the
plan says nothing is judged for rejected messages all the same; whether it may be interrupted is
left open. A promise says what its people are told, and a waiver says that somebody thought of it.

Right:
  promise reminders never rejected
  promise reminders interrupted only in downtime
",
};
