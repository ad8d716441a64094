//! Where a run stands: what is recorded, held against what is seen.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::{
    backend::{bench::Backends, observe::Observation},
    check::Checked,
    plan::Plan,
    run::difference::{Difference, compare},
    transition::{
        state::{State, Status},
        unsettled::barred_at_any_time,
    },
    world::{
        effect::Effect,
        id::{ChannelId, KeyId, StepId},
        landscape::Fact,
        state::{WindowState, World},
    },
};

/// Where a run stands.
#[derive(Clone, Debug)]
pub struct Standing {
    /// What is so, and what may be under way.
    pub world: World,
    /// From when on a flow signs no more with a key, at the latest.
    pub stopped: BTreeMap<(ChannelId, KeyId), Timestamp>,
    /// The steps of which nothing is recorded and whose effect is seen.
    pub unrecorded: Vec<StepId>,
}

/// Why it cannot be said where a run stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unclear {
    /// The world is not as recorded.
    Moved(Vec<Difference>),
    /// Whether these steps are done nobody but who does them can tell.
    Asked(Vec<StepId>),
}

/// Says where a run stands. A step that may begin, or was begun, may be done without a record of it: that is
/// looked at, and where nobody can look, `not_done` has to name it.
///
/// # Errors
/// The differences, or the steps that are to be asked for.
pub fn standing(
    checked: &Checked,
    (state, now): (&State, Timestamp),
    (seen, backends): (&Observation, &Backends),
    not_done: &BTreeSet<StepId>,
) -> Result<Standing, Unclear> {
    let plan = checked.plan();
    let may: Vec<StepId> = plan.steps.ids().filter(|step| may_be_done(checked, state, *step)).collect();
    let facts = |step: StepId| touched(plan, step);
    let open: Vec<Fact> = may.iter().flat_map(|step| facts(*step)).collect();
    let mut moved = compare(plan, &state.world, seen, &open);
    moved.extend(strange(plan, &may, seen));
    if !moved.is_empty() {
        return Err(Unclear::Moved(moved));
    }
    let is_dark = |step: &StepId| facts(*step).into_iter().any(|fact| !is_seen(plan, backends, fact));
    let asked: Vec<StepId> =
        may.iter().copied().filter(|step| is_dark(step) && !not_done.contains(step)).collect();
    if !asked.is_empty() {
        return Err(Unclear::Asked(asked));
    }
    let land = &plan.landscape;
    let mut world = state.world.clone();
    for fact in &open {
        match *fact {
            Fact::Place(place) => world.places[place] = seen.world.places[place],
            Fact::Accepts(receiver, _) | Fact::AcceptsOther(receiver) => {
                world.accepted[receiver] = seen.world.accepted[receiver].clone();
            }
            Fact::Running(flow) => world.running[flow] = seen.world.running[flow],
            Fact::Own(own) => world.set[own] = seen.world.set[own],
            Fact::Window(_) => {}
        }
    }
    let unrecorded = may.into_iter().filter(|step| is_so(plan, &state.world, &world, *step)).collect();
    // Before what is not recorded and after it a message may have been sent.
    let mut before = state.world.clone();
    before.send_everywhere(land);
    world.under_way = before.under_way;
    world.send_everywhere(land);
    let mut stopped = state.stopped.clone();
    for flow in land.channels.ids() {
        let (was, is) = (state.world.stamp(land, flow), world.stamp(land, flow));
        if let Some(key) = was.filter(|_| was != is) {
            // When that was is not known: it was before now.
            let cache =
                if world.running[flow] { land.channels[flow].cache } else { std::time::Duration::ZERO };
            stopped.insert((flow, key), now.saturating_add(cache).unwrap_or(Timestamp::MAX));
        }
    }
    // A proposal that nobody answered binds nobody.
    for window in land.windows.ids() {
        if world.windows[window] == WindowState::Proposed {
            world.windows[window] = WindowState::Unagreed;
        }
    }
    Ok(Standing { world, stopped, unrecorded })
}

/// Whether a step that changes something may be done without a record: it was begun, or may begin.
fn may_be_done(checked: &Checked, state: &State, step: StepId) -> bool {
    let row = &checked.plan().steps[step];
    if row.speech.is_some() || touched(checked.plan(), step).is_empty() {
        return false;
    }
    match state.steps[step].status {
        Status::Begun | Status::Failed => true,
        Status::Open => barred_at_any_time(checked, state, step).is_empty(),
        Status::Proposed | Status::Done(_) | Status::Declined => false,
    }
}

/// What a step may change.
fn touched(plan: &Plan, step: StepId) -> Vec<Fact> {
    let effects = plan.steps[step].action.value.effects();
    let written = effects.iter().flat_map(Effect::writes).map(|(fact, _)| fact);
    written.chain(effects.iter().filter_map(Effect::displaces)).collect()
}

/// Strange entries where a step may have put something: only where it makes a pair, which nobody knows yet.
fn strange(plan: &Plan, may: &[StepId], seen: &Observation) -> Vec<Difference> {
    let made = |fact: &Fact| {
        may.iter()
            .flat_map(|step| plan.steps[*step].action.value.effects())
            .any(|effect| matches!(effect, Effect::Put { place, .. } if Fact::Place(place) == *fact))
    };
    let touched: Vec<Fact> = may.iter().flat_map(|step| touched(plan, *step)).collect();
    let strange = seen.foreign.iter().filter(|(fact, _)| touched.contains(fact) && !made(fact));
    let difference = |(fact, what): &(Fact, String)| {
        let Fact::Place(place) = *fact else { return None };
        let recorded = "a key of the plan, or nothing".to_owned();
        Some(Difference {
            what: crate::source::shown(&plan.landscape.place_name(place)),
            recorded,
            seen: what.clone(),
        })
    };
    strange.filter_map(difference).collect()
}

/// Whether a backend can say how a fact is.
fn is_seen(plan: &Plan, backends: &Backends, fact: Fact) -> bool {
    match fact {
        Fact::Place(place) => match plan.landscape.places[place].of {
            Some(flow) => backends.flows[flow].backend().is_some(),
            None => backends.keystores[plan.landscape.places[place].store].backend().is_some(),
        },
        Fact::Accepts(receiver, _) | Fact::AcceptsOther(receiver) => {
            backends.receivers[receiver].backend().is_some()
        }
        Fact::Running(flow) => backends.flows[flow].backend().is_some(),
        Fact::Own(own) => backends.facts[own].backend().is_some(),
        Fact::Window(_) => true,
    }
}

/// Whether a step has made the one world of the other.
fn is_so(plan: &Plan, before: &World, after: &World, step: StepId) -> bool {
    let effects = plan.steps[step].action.value.effects();
    let value = |world: &World, fact| world.value(&plan.landscape, fact);
    let mut written = effects.iter().flat_map(Effect::writes).peekable();
    written.peek().is_some()
        && effects.iter().flat_map(Effect::writes).all(|(fact, is)| value(after, fact) == is)
        && written.any(|(fact, is)| value(before, fact) != is)
}
