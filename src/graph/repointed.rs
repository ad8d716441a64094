//! Flows that steps repoint: under which alias each of them signs, and when.

use std::collections::BTreeMap;

use crate::{
    plan::Plan,
    world::{
        effect::Effect,
        id::{ChannelId, PlaceId, StepId},
        state::World,
    },
};

use super::order::Order;

/// A stretch of a plan in which a repointed flow signs with what lies under one alias.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The alias.
    pub alias: PlaceId,
    /// The step that repoints it there; none at the start.
    pub from: Option<StepId>,
    /// The step that repoints it to another one; none at the end.
    pub until: Option<StepId>,
}

/// The steps that repoint each flow, in their order, each with the alias to which it leads.
#[must_use]
pub fn repoints(plan: &Plan, order: &Order) -> BTreeMap<PlaceId, Vec<(StepId, PlaceId)>> {
    let mut found: BTreeMap<PlaceId, Vec<(StepId, PlaceId)>> = BTreeMap::new();
    // Most plans repoint nothing, and every step is asked.
    if plan.landscape.repointed().next().is_none() {
        return found;
    }
    for step in order.sequence() {
        for effect in plan.steps[*step].action.value.effects() {
            if let Effect::Repoint { own, alias, .. } = effect {
                found.entry(own).or_default().push((*step, alias));
            }
        }
    }
    found
}

/// Under which alias a flow signs, one stretch after the other, where the steps that repoint it come one
/// after the other.
#[must_use]
pub fn stretches(plan: &Plan, own: PlaceId, steps: &[(StepId, PlaceId)]) -> Vec<Stretch> {
    let land = &plan.landscape;
    let first = land.places[own].of.map_or(own, |flow| land.channels[flow].alias);
    let begins = [(None, first)].into_iter().chain(steps.iter().map(|(step, at)| (Some(*step), *at)));
    let ends = steps.iter().map(|(step, _)| Some(*step)).chain([None]);
    begins.zip(ends).map(|((from, alias), until)| Stretch { alias, from, until }).collect()
}

/// A flow of which a world says that it signs with another key than lies under the alias to which the steps
/// that are done there, or the next one, lead it.
#[must_use]
pub fn strays(plan: &Plan, order: &Order, world: &World) -> Option<ChannelId> {
    repoints(plan, order).into_iter().find_map(|(own, steps)| {
        let done = steps.iter().filter(|(step, _)| world.is_done(*step)).count();
        let stretches = stretches(plan, own, &steps);
        let mut may = stretches.iter().skip(done).take(2);
        let is_so = may.any(|stretch| world.places[stretch.alias] == world.places[own]);
        plan.landscape.places[own].of.filter(|_| !is_so)
    })
}
