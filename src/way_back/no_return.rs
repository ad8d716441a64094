//! The point of no return: from here the world of the start cannot be reached any more.
//!
//! What the plan's verbs change can be changed back: an exchanged pair lies under its backup alias, a
//! retired certificate can be handed over and accepted again, a flow can be deployed again. Only a key
//! pair that is removed is gone, for its private half lies nowhere else, and a pair that is created in
//! its place is another one.

use std::collections::BTreeSet;

use crate::{
    graph::order::Order,
    plan::Plan,
    world::id::{KeyId, StepId, Table},
};

use super::abort::Removals;

/// The steps of which the first one to be done is the point of no return; none where there is no such
/// point.
#[must_use]
pub fn no_return(plan: &Plan, order: &Order) -> Vec<StepId> {
    let held: BTreeSet<KeyId> = plan.places_in_use().map(|(_, key)| key).collect();
    let removals = Removals::of(plan, order);
    let mut gone: Table<StepId, bool> = Table::like(&plan.steps, false);
    let mut first = Vec::new();
    for step in order.sequence() {
        let row = &plan.steps[*step];
        let before = row.after.iter().any(|before| gone[before.value]);
        let here = removals.by(*step).iter().any(|(_, key)| held.contains(key));
        if here && !before {
            first.push(*step);
        }
        gone[*step] = before || here;
    }
    first
}
