//! When a step may begin. The proof and the runner ask the same question here.

use crate::{
    action::SpeechKind,
    check::Checked,
    condition::Asks,
    world::{
        id::{DeliveryId, StepId},
        state::{WindowState, World},
    },
};

/// What a step waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Blocker {
    /// It is done.
    Done,
    /// It is proposed and not yet answered.
    Unanswered,
    /// This step of its own role comes first.
    After(StepId),
    /// Its role has not received a message that tells it of this step; any of these would.
    Unheard(StepId, Vec<DeliveryId>),
    /// Its role has not learned that this need (by number) holds.
    Unknown(usize),
    /// This need (by number) does not hold, and its role can see so.
    Unmet(usize),
    /// Its role believes that this need (by number) holds, from what it was told, and it does not.
    Stale(usize),
}

/// Everything that keeps a step from beginning in a world; nothing when it may begin.
#[must_use]
pub fn blockers(checked: &Checked, world: &World, step: StepId) -> Vec<Blocker> {
    if world.is_done(step) {
        return vec![Blocker::Done];
    }
    let plan = checked.plan();
    let row = &plan.steps[step];
    let role = row.role.value;
    let mut found = Vec::new();
    if let Some(speech) = &row.speech
        && let SpeechKind::Proposal(window) = speech.kind
        && world.windows[window] == WindowState::Proposed
    {
        found.push(Blocker::Unanswered);
    }
    for before in row.after.iter().map(|b| b.value) {
        if plan.steps[before].role.value == role {
            if !world.is_done(before) {
                found.push(Blocker::After(before));
            }
        } else if !checked.knowledge().has_learned(plan, world, role, before) {
            // Only a message that comes before this step can be what it waits for.
            let messages = checked
                .knowledge()
                .messages_about(plan, role, before)
                .filter(|id| checked.order().is_before(plan.deliveries[*id].step, step))
                .collect();
            found.push(Blocker::Unheard(before, messages));
        }
    }
    // Whoever was told of a certificate does not hold it before it is there.
    let handed = checked.provisions(step);
    if let Some(first) = handed.first()
        && !handed.iter().any(|delivery| world.is_heard(*delivery))
        && !found.iter().any(|b| matches!(b, Blocker::Unheard(s, _) if *s == plan.deliveries[*first].step))
    {
        found.push(Blocker::Unheard(plan.deliveries[*first].step, handed.to_vec()));
    }
    let needs = row.needs.iter().zip(checked.licences(step)).enumerate();
    for (number, (need, licence)) in needs {
        let holds = need.value.holds(&plan.landscape, world);
        if !licence.is_met(plan, checked.knowledge(), world, role) {
            found.push(Blocker::Unknown(number));
        } else if !holds && licence.foreign && matches!(need.value.asks(), Asks::Facts(_)) {
            found.push(Blocker::Stale(number));
        } else if !holds {
            found.push(Blocker::Unmet(number));
        }
    }
    found
}
