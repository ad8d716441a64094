//! What a role can know when it acts.
//!
//! A role knows what it did itself, and what a report told it that it *received*. A report
//! conveys everything that its sender knows; a request, a permission, a proposal and a handed-over
//! certificate convey only themselves and the windows that were agreed before them.

use crate::{
    action::SpeechKind,
    plan::Plan,
    world::id::{DeliveryId, RoleId, StepId, Table},
};

use super::{
    order::{Order, ROOM},
    positions::Positions,
    step_set::StepSet,
};

/// How often a step may be looked at from another one before a plan counts as too entangled.
const LOOKS: usize = 20_000_000;

/// Who can know what.
#[derive(Clone, Debug)]
pub struct Knowledge {
    /// For each step, the steps that its role knows to be done when it acts.
    knows: Table<StepId, StepSet>,
    /// The same where every message conveys what its sender has heard of: for windows. Nothing when
    /// every message is a report: then it is the same; nor when the plan has no window.
    heard_of: Option<Table<StepId, StepSet>>,
    /// Whether a step is a report.
    reports: Table<StepId, bool>,
    /// The positions of the steps in the order.
    positions: Table<StepId, usize>,
    /// The messages to each role.
    to: Table<RoleId, Vec<DeliveryId>>,
}

impl Knowledge {
    /// The knowledge of every step; nothing when that is more than can be held.
    #[must_use]
    pub fn of(plan: &Plan, order: &Order) -> Option<Self> {
        let speech = |step: StepId| plan.steps[step].speech.as_ref();
        let is_report = |step: StepId| speech(step).is_some_and(|s| s.kind == SpeechKind::Report);
        let reports_only = plan.steps.ids().all(|step| speech(step).is_none() || is_report(step));
        let heard_of = if reports_only || plan.landscape.windows.is_empty() {
            None
        } else {
            Some(closure(plan, order, |_| true)?)
        };
        let mut to: Table<RoleId, Vec<DeliveryId>> = Table::like(&plan.landscape.roles, Vec::new());
        for (id, delivery) in plan.deliveries.iter() {
            to[delivery.to].push(id);
        }
        Some(Self {
            knows: closure(plan, order, is_report)?,
            heard_of,
            reports: plan.steps.ids().map(is_report).collect(),
            positions: plan.steps.ids().map(|step| order.position(step)).collect(),
            to,
        })
    }

    /// Whether the role of `step` knows, when it acts, that `t` is done.
    #[must_use]
    pub fn knows(&self, step: StepId, t: StepId) -> bool {
        self.knows[step].contains(self.positions[t])
    }

    /// Whether the role of `step` has heard, when it acts, of the window that `t` agreed.
    #[must_use]
    pub fn has_heard_of(&self, step: StepId, t: StepId) -> bool {
        self.heard_of.as_ref().unwrap_or(&self.knows)[step].contains(self.positions[t])
    }

    /// Whether a received message tells its receiver that `t` is done.
    #[must_use]
    pub fn conveys(&self, message: StepId, t: StepId) -> bool {
        message == t || (self.reports[message] && self.knows(message, t))
    }

    /// The messages that would tell a role that `t` is done.
    pub fn messages_about<'a>(
        &'a self,
        plan: &'a Plan,
        role: RoleId,
        t: StepId,
    ) -> impl Iterator<Item = DeliveryId> + 'a {
        let mine = self.to[role].iter().copied();
        mine.filter(move |id| self.conveys(plan.deliveries[*id].step, t))
    }
}

/// `know(s)`: every `t` with a chain `t = x0 < ... < xn = s` in which each pair has one role, or is
/// a message and a step of its receiver. Messages for which `tells_all` does not hold can only
/// begin a chain. Nothing when that is more than can be held.
fn closure(plan: &Plan, order: &Order, tells_all: impl Fn(StepId) -> bool) -> Option<Table<StepId, StepSet>> {
    let mut concerns: Table<RoleId, Concern> = Table::like(&plan.landscape.roles, Concern::default());
    let mut known: Table<StepId, StepSet> = plan.steps.ids().map(|_| StepSet::default()).collect();
    let (mut taken, mut looks) = (0, 0);
    for step in order.sequence() {
        let role = plan.steps[*step].role.value;
        let after = || plan.steps[*step].after.iter().map(|earlier| earlier.value);
        let mine = if after().all(|earlier| plan.steps[earlier].role.value == role) {
            // Whatever reached the role before is known to it at the last of its own steps.
            let mut mine = StepSet::default();
            for earlier in after() {
                looks += 1;
                mine.union_with(&known[earlier]);
                mine.insert(order.position(earlier));
            }
            mine
        } else {
            learned(order, &known, (*step, &concerns[role]), &mut looks)
        };
        taken += mine.own_bytes();
        if taken > ROOM || looks > LOOKS {
            return None;
        }
        known[*step] = mine;
        let position = order.position(*step);
        for addressee in plan.steps[*step].speech.iter().flat_map(|speech| &speech.to) {
            let concern = &mut concerns[*addressee];
            if tells_all(*step) { &mut concern.told_all } else { &mut concern.told_one }.push(position);
        }
        concerns[role].own.push(position);
    }
    Some(known)
}

/// What the role of a step knows when it acts, from what it did and what it was told before.
fn learned(
    order: &Order,
    known: &Table<StepId, StepSet>,
    (step, concern): (StepId, &Concern),
    looks: &mut usize,
) -> StepSet {
    let before = order.set_before(step);
    let mut mine = concern.told_one.within(before).into_set();
    // What still has to be looked at, the latest first. What comes before a step of the role's
    // own is known to it there already, and what a message conveys was conveyed whole.
    let (mut own, mut told) = (concern.own.within(before), concern.told_all.within(before));
    loop {
        let (last_own, last_told) = (own.last(), told.last());
        let Some(latest) = last_own.max(last_told) else { break };
        let Some(earlier) = order.sequence().get(latest).copied() else { break };
        *looks += 1;
        mine.union_with(&known[earlier]);
        mine.insert(latest);
        if last_own == Some(latest) {
            own.remove(latest);
            own.without(order.set_before(earlier));
            told.without(order.set_before(earlier));
        } else {
            told.remove(latest);
            told.without(&known[earlier]);
        }
    }
    mine
}

/// What a role does and what is said to it, as far as the order has been followed.
#[derive(Clone, Default)]
struct Concern {
    own: Positions,
    /// Messages that convey everything that their sender knows.
    told_all: Positions,
    /// Messages that convey only themselves.
    told_one: Positions,
}
