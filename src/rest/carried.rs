//! Where a run stands, in the names of another plan.

use std::collections::BTreeSet;

use crate::{
    check::Checked,
    graph::repointed::strays,
    plan::Plan,
    source::shown,
    transition::{
        snapshot::{Agreed, Snapshot},
        state::{Progress, State, Status},
    },
    world::{id::StepId, state::World},
};

use super::standing::Standing;

/// Takes a run over to another plan. The steps that `keeps` names stay as they are; all others are open.
/// Nothing where the other plan cannot say where the run stands.
#[must_use]
pub fn carried(
    (old, state): (&Checked, &State),
    standing: &Standing,
    new: &Checked,
    keeps: &BTreeSet<String>,
) -> Option<State> {
    let mut from = state.clone();
    from.world = World { done: from.world.done, heard: from.world.heard, ..standing.world.clone() };
    from.stopped.clone_from(&standing.stopped);
    for (window, agreed) in standing.world.windows.iter() {
        if *agreed == crate::world::state::WindowState::Unagreed {
            from.windows[window] = None;
        }
    }
    let (mut told, fresh) = (Snapshot::of(old, &from), Snapshot::of(new, &State::new(new)));
    // Of what only the other plan speaks, it says how it is.
    let (before, plan) = (old.plan(), new.plan());
    let known: BTreeSet<String> = {
        let land = &before.landscape;
        land.places.ids().map(|place| land.place_name(place)).collect()
    };
    told.places.extend(fresh.places.into_iter().filter(|(place, _)| !known.contains(place)));
    for (name, keys) in fresh.accepted {
        told.accepted.entry(name).or_insert(keys);
    }
    for channel in plan.landscape.channels.rows() {
        if before.flow(&channel.name).is_none() && fresh.deployed.contains(&channel.name) {
            told.deployed.insert(channel.name.clone());
        }
        told.under_way.entry(channel.name.clone()).or_default();
    }
    let own_before: BTreeSet<&String> = before.landscape.own_facts.rows().map(|own| &own.name).collect();
    told.set.extend(fresh.set.into_iter().filter(|own| !own_before.contains(own)));
    for window in plan.landscape.windows.rows() {
        told.windows.entry(window.name.clone()).or_insert((Agreed::No, None));
    }
    let progress = |step: StepId| {
        let name = &plan.steps[step].name.value;
        told.steps.get(name).filter(|_| keeps.contains(name)).cloned().unwrap_or_else(Progress::default)
    };
    told.steps = plan.steps.ids().map(|step| (plan.steps[step].name.value.clone(), progress(step))).collect();
    told.received.retain(|(step, _)| keeps.contains(step));
    told.certificates.retain(|key, _| plan.key(key).is_some());
    told.stopped.retain(|(flow, key, _)| plan.flow(flow).is_some() && plan.stamp(key).is_some());
    (told.started, told.left) = (true, false);
    // What it stood still for is of the plan that it leaves.
    told.pauses.clear();
    // What was not seen to still is, where the step is still to come.
    told.substituted.retain(|one| plan.step(&one.step).is_some());
    let state = told.restore(new)?;
    let is_told =
        signs_with_the_same(before, &from.world, plan) && strays(plan, new.order(), &state.world).is_none();
    is_told.then_some(state)
}

/// Whether each flow that was repointed signs with what lies under the alias that another plan declares for it,
/// where that plan does not repoint it.
fn signs_with_the_same(before: &Plan, world: &World, plan: &Plan) -> bool {
    let was = &before.landscape;
    was.repointed().all(|(flow, own)| {
        let Some(here) = plan.flow(&was.channels[flow].name) else { return true };
        let declared = &plan.landscape.places[plan.landscape.channels[here].alias];
        let is_repointed = plan.landscape.places[plan.landscape.channels[here].stamps].of.is_some();
        is_repointed
            || was
                .entry(was.places[own].store, &declared.alias)
                .is_some_and(|place| world.places[place] == world.places[own])
    })
}

/// The steps of a plan that are done under another one and count there: the same role does the same, and all
/// that comes before them counts too.
#[must_use]
pub fn unchanged((old, state): (&Checked, &State), new: &Checked) -> BTreeSet<String> {
    let (before, plan) = (old.plan(), new.plan());
    let said = |plan: &Plan, step: StepId| {
        let row = &plan.steps[step];
        let land = &plan.landscape;
        (land.roles[row.role.value].clone(), row.action.value.words(land), row.extra().two_people.is_some())
    };
    let mut keeps: BTreeSet<String> = BTreeSet::new();
    for step in new.order().sequence() {
        let row = &plan.steps[*step];
        let name = &row.name.value;
        let Some(was) = before.step(name) else { continue };
        let is_done = matches!(state.steps[was].status, Status::Done(_));
        let comes_first = |earlier: StepId| keeps.contains(&plan.steps[earlier].name.value);
        if is_done
            && said(before, was) == said(plan, *step)
            && row.after.iter().all(|earlier| comes_first(earlier.value))
        {
            keeps.insert(name.clone());
        }
    }
    keeps
}

/// Where the world that a plan declares as its start is not the one in which a run stands.
#[must_use]
pub fn otherwise_declared(new: &Checked, state: &State) -> Vec<String> {
    let (plan, land) = (new.plan(), &new.plan().landscape);
    let mut found = Vec::new();
    for place in land.places.ids().filter(|place| plan.start.places[*place] != state.world.places[*place]) {
        found.push(shown(&land.place_name(place)));
    }
    for (receiver, row) in land.acceptors.iter() {
        if plan.start.accepted[receiver] != state.world.accepted[receiver] {
            found.push(shown(&row.name));
        }
    }
    for (flow, row) in land.channels.iter() {
        if plan.start.running[flow] != state.world.running[flow] {
            found.push(shown(&row.name));
        }
    }
    for (own, row) in land.own_facts.iter() {
        if plan.start.set[own] != state.world.set[own] {
            found.push(shown(&row.name));
        }
    }
    found
}
