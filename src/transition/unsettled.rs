//! Steps that were begun and have no outcome, and what they keep from beginning.

use jiff::Timestamp;

use crate::{
    check::Checked,
    condition::Asks,
    plan::Step,
    world::{
        effect::Effect,
        id::StepId,
        landscape::{Fact, Landscape},
    },
};

use super::{
    compared,
    early::early,
    late::late,
    ready::{Blocker, blockers},
    state::{State, Status},
};

/// Everything that keeps a step of a run from beginning at the time of its last record; nothing when it
/// may begin.
#[must_use]
pub fn barred(checked: &Checked, state: &State, step: StepId) -> Vec<Blocker> {
    barred_at(checked, state, step, state.now)
}

/// The same at a later moment.
#[must_use]
pub fn barred_at(checked: &Checked, state: &State, step: StepId, now: Timestamp) -> Vec<Blocker> {
    let mut found = barred_at_any_time(checked, state, step);
    if !state.world.is_done(step) {
        found.extend(early(checked, state, step, now));
        found.extend(late(checked, state, step, now));
    }
    found
}

/// What of it no clock ends or brings about.
#[must_use]
pub fn barred_at_any_time(checked: &Checked, state: &State, step: StepId) -> Vec<Blocker> {
    let mut found = blockers(checked, &state.world, step);
    if found.is_empty() {
        found.extend(compared::barred(checked, state));
    }
    if found.is_empty() {
        found.extend(unsettled(checked, state, step).map(Blocker::Unsettled));
    }
    found
}

/// A step of the same role that was begun and may have taken effect without a record of it (a crash, or an
/// attempt that failed), where it changes what `step` needs. It is taken up again first: the record does
/// not say what is so.
///
/// Other roles need not wait: what they go by, they are told after it is on record, and what they own it
/// does not change.
fn unsettled(checked: &Checked, state: &State, step: StepId) -> Option<StepId> {
    let plan = checked.plan();
    let row = &plan.steps[step];
    let asked: Vec<Fact> =
        row.needs.iter().flat_map(|need| facts(&plan.landscape, need.value.asks())).collect();
    if asked.is_empty() {
        return None;
    }
    let mut others = plan.steps.iter().filter(|(id, other)| {
        *id != step
            && other.role.value == row.role.value
            && matches!(state.steps[*id].status, Status::Begun | Status::Failed)
    });
    let changes = |(_, other): &(StepId, &Step)| {
        let effects = other.action.value.effects();
        let written = effects.iter().flat_map(Effect::writes).map(|(fact, _)| fact);
        written.chain(effects.iter().filter_map(Effect::displaces)).any(|fact| asked.contains(&fact))
    };
    others.find(changes).map(|(id, _)| id)
}

/// The facts of which a condition speaks.
fn facts(landscape: &Landscape, asks: Asks) -> Vec<Fact> {
    match asks {
        Asks::Facts(facts) => facts.into_iter().map(|(fact, _)| fact).collect(),
        Asks::Drained(flow, _) => {
            let places = landscape.channels[flow].aliases().map(Fact::Place);
            [Fact::Running(flow)].into_iter().chain(places).collect()
        }
        Asks::Open(_) => Vec::new(),
    }
}
