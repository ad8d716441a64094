//! What a role can know when it acts.
//!
//! A role knows what it did itself, and what a report told it that it *received*. A report
//! conveys everything that its sender knows; a request, a permission, a proposal and a handed-over
//! certificate convey only themselves and the windows that were agreed before them.

use fixedbitset::FixedBitSet;

use crate::{
    action::SpeechKind,
    plan::Plan,
    world::{
        id::{DeliveryId, Id, RoleId, StepId, Table},
        state::World,
    },
};

use super::order::Order;

/// Who can know what.
#[derive(Clone, Debug)]
pub struct Knowledge {
    /// For each step, the steps that its role knows to be done when it acts.
    knows: Table<StepId, FixedBitSet>,
    /// The same where every message conveys what its sender has heard of: for windows.
    heard_of: Table<StepId, FixedBitSet>,
    /// Whether a step is a report.
    reports: Table<StepId, bool>,
}

impl Knowledge {
    /// The knowledge of every step.
    #[must_use]
    pub fn of(plan: &Plan, order: &Order) -> Self {
        let is_report =
            |step: StepId| plan.steps[step].speech.as_ref().is_some_and(|s| s.kind == SpeechKind::Report);
        let reports = plan.steps.ids().map(is_report).collect();
        Self { knows: closure(plan, order, is_report), heard_of: closure(plan, order, |_| true), reports }
    }

    /// Whether the role of `step` knows, when it acts, that `t` is done.
    #[must_use]
    pub fn knows(&self, step: StepId, t: StepId) -> bool {
        self.knows[step].contains(t.index())
    }

    /// Whether the role of `step` has heard, when it acts, of the window that `t` agreed.
    #[must_use]
    pub fn has_heard_of(&self, step: StepId, t: StepId) -> bool {
        self.heard_of[step].contains(t.index())
    }

    /// Whether a received message tells its receiver that `t` is done.
    #[must_use]
    pub fn conveys(&self, message: StepId, t: StepId) -> bool {
        message == t || (self.reports[message] && self.knows(message, t))
    }

    /// Whether a role has learned by now that `t` is done: it did it itself, took part in it, or
    /// received a message that says so.
    #[must_use]
    pub fn has_learned(&self, plan: &Plan, world: &World, role: RoleId, t: StepId) -> bool {
        learned(plan, world, role, t, |message| self.conveys(message, t))
    }

    /// Whether a role has learned by now of the window that `t` agreed.
    #[must_use]
    pub fn has_learned_of_window(&self, plan: &Plan, world: &World, role: RoleId, t: StepId) -> bool {
        learned(plan, world, role, t, |message| message == t || self.has_heard_of(message, t))
    }

    /// The messages that would tell a role that `t` is done.
    pub fn messages_about<'a>(
        &'a self,
        plan: &'a Plan,
        role: RoleId,
        t: StepId,
    ) -> impl Iterator<Item = DeliveryId> + 'a {
        plan.deliveries.iter().filter(move |(_, d)| d.to == role && self.conveys(d.step, t)).map(|(id, _)| id)
    }
}

/// Whether a role did `t` itself, took part in it, or received a message that conveys it.
fn learned(plan: &Plan, world: &World, role: RoleId, t: StepId, conveys: impl Fn(StepId) -> bool) -> bool {
    let own = plan.steps[t].role.value == role;
    let party = plan.proposal(t).is_some_and(|(_, other)| other == role);
    let mut messages = plan.deliveries.iter().filter(|(_, d)| d.to == role);
    world.is_done(t) && (own || party || messages.any(|(id, d)| world.is_heard(id) && conveys(d.step)))
}

/// `know(s)`: every `t` with a chain `t = x0 < ... < xn = s` in which each pair has one role, or is
/// a message and a step of its receiver. Messages for which `tells_all` does not hold can only
/// begin a chain.
fn closure(plan: &Plan, order: &Order, tells_all: impl Fn(StepId) -> bool) -> Table<StepId, FixedBitSet> {
    let count = plan.steps.len();
    let mut concern: Table<RoleId, Concern> = Table::like(
        &plan.landscape.roles,
        Concern { steps: FixedBitSet::with_capacity(count), row: Vec::new() },
    );
    let mut known: Table<StepId, FixedBitSet> =
        (0..count).map(|_| FixedBitSet::with_capacity(count)).collect();
    for step in order.sequence() {
        let role = plan.steps[*step].role.value;
        let mut mine = FixedBitSet::with_capacity(count);
        // What still has to be looked at. What comes before a step of the role's own is known to
        // it there already, so a role's last steps stand for all that come before them.
        let mut left = order.set_before(*step).clone();
        left.intersect_with(&concern[role].steps);
        for earlier in concern[role].row.iter().rev().copied() {
            if left.is_clear() {
                break;
            }
            if !left.contains(earlier.index()) {
                continue;
            }
            left.remove(earlier.index());
            if plan.steps[earlier].role.value == role {
                mine.insert(earlier.index());
                mine.union_with(&known[earlier]);
                left.difference_with(order.set_before(earlier));
            } else {
                mine.insert(earlier.index());
                if tells_all(earlier) {
                    mine.union_with(&known[earlier]);
                }
            }
        }
        known[*step] = mine;
        let addressees = plan.steps[*step].speech.iter().flat_map(|speech| &speech.to);
        for concerned in addressees.copied().chain([role]) {
            let concern = &mut concern[concerned];
            if !concern.steps.put(step.index()) {
                concern.row.push(*step);
            }
        }
    }
    known
}

/// What a role does and what is said to it, as far as the order has been followed.
#[derive(Clone)]
struct Concern {
    steps: FixedBitSet,
    row: Vec<StepId>,
}
