//! The messages that a role must have received before it begins a step.
//!
//! What a role can know is read off the order: a message to it that comes before its step counts as
//! known there. So the step waits until each of them has arrived, whoever sent it and however it
//! comes before the step; else the role would pass on, or act on, what it has not been told yet.

use crate::{
    plan::Plan,
    world::id::{DeliveryId, Id, RoleId, StepId, Table},
};

use super::{order::Order, positions::Positions, step_set::StepSet};

/// How many messages may be waited for in a whole plan before it counts as too entangled.
const MOST: usize = 10_000_000;

/// The messages that each step waits for.
#[derive(Clone, Debug)]
pub struct Awaited {
    messages: Vec<DeliveryId>,
    /// Where the messages of each step end.
    ends: Table<StepId, usize>,
}

impl Awaited {
    /// The messages that each step of a plan waits for; nothing when that is more than can be held.
    #[must_use]
    pub fn of(plan: &Plan, order: &Order) -> Option<Self> {
        let mut concerns: Table<RoleId, Concern> = Table::like(&plan.landscape.roles, Concern::default());
        let mut rows: Table<StepId, Vec<DeliveryId>> = plan.steps.ids().map(|_| Vec::new()).collect();
        let mut taken = 0;
        for step in order.sequence() {
            let row = &plan.steps[*step];
            let (position, role) = (order.position(*step), row.role.value);
            // What comes before a step of the role's own was waited for there.
            let is_own = |earlier: StepId| plan.steps[earlier].role.value == role;
            if !row.after.iter().all(|earlier| is_own(earlier.value)) {
                let told = fresh(order, order.set_before(*step), &concerns[role]);
                told.each(|message| rows[*step].extend(concerns[role].delivery(message)));
            }
            concerns[role].own.push(position);
            rows[*step].sort_unstable();
            taken += rows[*step].len();
            if taken > MOST {
                return None;
            }
            // A proposal is answered, not received: it is none of these.
            for (delivery, addressee) in plan.deliveries_of(*step) {
                concerns[addressee].told.push(position);
                concerns[addressee].messages.push((position, delivery));
            }
        }
        let mut messages = Vec::with_capacity(taken);
        let ends = rows.rows().map(|row| {
            messages.extend_from_slice(row);
            messages.len()
        });
        let ends = ends.collect();
        Some(Self { messages, ends })
    }

    /// The messages that must have arrived before a step begins, beside those that an earlier step
    /// of the same role waited for.
    #[must_use]
    pub fn before(&self, step: StepId) -> &[DeliveryId] {
        let start = step.index().checked_sub(1).map_or(0, |earlier| self.ends[StepId::at(earlier)]);
        self.messages.get(start..self.ends[step]).unwrap_or_default()
    }
}

/// The messages before a step that come before no earlier step of its role.
fn fresh(order: &Order, before: &StepSet, concern: &Concern) -> Positions {
    let mut told = concern.told.within(before);
    if told.is_empty() {
        return told;
    }
    let mut own = concern.own.within(before);
    while let Some(earlier) = own.last().filter(|_| !told.is_empty()) {
        let Some(step) = order.sequence().get(earlier) else { break };
        told.without(order.set_before(*step));
        own.without(order.set_before(*step));
        own.remove(earlier);
    }
    told
}

/// What a role does and what is said to it, as far as the order has been followed.
#[derive(Clone, Default)]
struct Concern {
    own: Positions,
    told: Positions,
    /// What is said to it, by the positions of the steps that say it, which rise.
    messages: Vec<(usize, DeliveryId)>,
}

impl Concern {
    /// The message to it from the step at a position.
    fn delivery(&self, position: usize) -> Option<DeliveryId> {
        let at = self.messages.binary_search_by_key(&position, |(position, _)| *position).ok()?;
        self.messages.get(at).map(|(_, delivery)| *delivery)
    }
}
