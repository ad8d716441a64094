//! When a step may begin. The proof and the runner ask the same question here.

use jiff::Timestamp;

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
    /// This step comes first.
    After(StepId),
    /// Its role has not received this message, which comes before it.
    Unheard(DeliveryId),
    /// Its role has not learned yet that this need (by number) holds.
    Unknown(usize),
    /// This need (by number) does not hold, and its role can see so.
    Unmet(usize),
    /// Its role believes that this need (by number) holds, from what it was told, and it does not.
    Stale(usize),
    /// It waits so long after another step (by number of its waits), until then.
    Waits(usize, Timestamp),
    /// It does not begin before then.
    NotBefore(Timestamp),
    /// It had to begin by then.
    Late(Timestamp),
    /// This step of the same role was begun, has no outcome yet, and changes what this one needs.
    Unsettled(StepId),
    /// The certificate that comes to be accepted by this step is another one than the run knows: nothing begins.
    Substituted(StepId),
}

impl Blocker {
    /// The moment that ends it, where it is one that time ends by itself.
    #[must_use]
    pub const fn until(&self) -> Option<Timestamp> {
        match self {
            Self::Waits(_, until) | Self::NotBefore(until) => Some(*until),
            _ => None,
        }
    }
}

/// Everything that keeps a step from beginning in a world, whatever the time is; nothing when it may
/// begin. No world knows how late it is: what waits for a time is in [`early`](super::early).
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
    let unheard = checked.awaited(step).iter().filter(|message| !world.is_heard(**message));
    found.extend(unheard.map(|message| Blocker::Unheard(*message)));
    let has_heard = found.is_empty();
    for before in row.after.iter().map(|b| b.value).filter(|before| !world.is_done(*before)) {
        // What a message tells of is done when the message is received.
        if has_heard || plan.steps[before].role.value == role {
            found.push(Blocker::After(before));
        }
    }
    let is_informed = found.is_empty();
    let told_of = |step: &StepId| plan.steps[*step].role.value != role;
    let needs = row.needs.iter().zip(checked.licences(step)).enumerate();
    for (number, (need, licence)) in needs {
        let holds = need.value.holds(&plan.landscape, world);
        let by_news = licence.foreign || licence.learned.iter().chain(&licence.windows).any(told_of);
        if !is_informed && by_news {
            found.push(Blocker::Unknown(number));
        } else if !holds && licence.foreign && matches!(need.value.asks(), Asks::Facts(_)) {
            found.push(Blocker::Stale(number));
        } else if !holds {
            found.push(Blocker::Unmet(number));
        }
    }
    found
}
