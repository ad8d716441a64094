//! How a rehearsal is fitted into seconds.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::{
    check::Checked,
    condition::Asks,
    world::id::{Id, StepId},
};

/// How long a rehearsal is to take on the clock of the wall.
const WALL: Duration = Duration::from_secs(14);

/// The longest and the shortest time that a role takes before it acts.
const PAUSE: (Duration, Duration) = (Duration::from_secs(30), Duration::from_secs(2 * 3600));

/// The times of a rehearsal, on its own clock unless said otherwise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Schedule {
    /// When it begins: so long ago that it ends before now.
    pub start: Timestamp,
    /// How long each role takes before it acts.
    pub pause: Duration,
    /// How long there is traffic before the plan begins, and at least after it ended.
    pub margin: Duration,
    /// How many times faster than the clock of the wall its clock runs.
    pub factor: f64,
}

impl Schedule {
    /// The times for a plan.
    #[must_use]
    pub fn of(checked: &Checked, now: Timestamp) -> Self {
        let plan = checked.plan();
        let land = &plan.landscape;
        let transit = land.channels.ids().map(|flow| land.drain(flow)).max().unwrap_or_default();
        let pause = (transit / 12).clamp(PAUSE.0, PAUSE.1);
        let margin = (transit / 4).max(pause * 2);
        let needs = plan.steps.rows().flat_map(|step| &step.needs);
        let drains = needs.filter(|need| matches!(need.value.asks(), Asks::Drained(..))).count();
        let drains = u32::try_from(drains).unwrap_or(u32::MAX);
        // The last message is under way for its transit time when everything else is over.
        let total = margin * 2 + pause * longest_chain(checked) + transit.saturating_mul(drains + 1);
        let factor = (total.as_secs_f64() / WALL.as_secs_f64()).max(1.0);
        let back = SignedDuration::try_from(total * 2).unwrap_or(SignedDuration::ZERO);
        Self { start: now.checked_sub(back).unwrap_or(now), pause, margin, factor }
    }
}

/// How many steps follow each other at most.
fn longest_chain(checked: &Checked) -> u32 {
    let mut length: Vec<u32> = vec![0; checked.plan().steps.len()];
    for step in checked.order().sequence() {
        let before = checked.plan().steps[*step].after.iter();
        let at = |id: StepId| length.get(id.index()).copied().unwrap_or(0);
        let longest = before.map(|b| at(b.value)).max().unwrap_or(0);
        if let Some(slot) = length.get_mut(step.index()) {
            *slot = longest + 1;
        }
    }
    length.into_iter().max().unwrap_or(0)
}
