//! How a rehearsal is fitted into seconds.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::{
    check::Checked,
    condition::Asks,
    world::id::{Id, StepId, Table},
};

/// How long a rehearsal is to take on the clock of the wall.
const WALL: Duration = Duration::from_secs(14);

/// How long it takes at most for the sake of a window, on that clock.
const LONGEST: Duration = Duration::from_secs(120);

/// How long the time of a window that no step takes lasts at least on the clock of the wall.
const IN_WINDOW: Duration = Duration::from_secs(1);

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
        let (room, chain) = (room(checked), longest_chain(checked));
        // In a window there is time for each role to take its pause, beside what its steps take.
        let share = room.map(|room| room / chain.saturating_add(2));
        let pause = (transit / 12).clamp(PAUSE.0, PAUSE.1).min(share.unwrap_or(Duration::MAX));
        let margin = (transit / 4).max(pause * 2);
        let needs = plan.steps.rows().flat_map(|step| &step.needs);
        let drains = needs.filter(|need| matches!(need.value.asks(), Asks::Drained(..))).count();
        let drains = u32::try_from(drains).unwrap_or(u32::MAX);
        // Of each wait for a time as much is left as messages are under way; the rest is skipped.
        let timed = plan
            .steps
            .rows()
            .filter(|step| !step.extra().waits.is_empty() || step.extra().not_before.is_some())
            .count();
        let timed = u32::try_from(timed).unwrap_or(u32::MAX);
        // The last message is under way for its transit time when everything else is over.
        let total = margin * 2
            + pause * chain
            + transit.saturating_mul(drains.saturating_add(timed).saturating_add(1));
        let within = |wall: Duration| total.as_secs_f64() / wall.as_secs_f64();
        // What is done in a window takes its own time on the clock of the wall; a short one beside days is no
        // reason to rehearse for hours.
        let most = room.map_or(f64::MAX, |room| room.as_secs_f64() / IN_WINDOW.as_secs_f64());
        let factor = within(WALL).min(most.max(within(LONGEST))).max(1.0);
        let back = (total * 2).saturating_add(waited(checked));
        let back = SignedDuration::try_from(back).unwrap_or(SignedDuration::ZERO);
        Self { start: now.checked_sub(back).unwrap_or(now), pause, margin, factor }
    }
}

/// The time that the shortest window of a plan, or the shortest interruption that it promises, has beside what
/// its steps take at most. Nothing where neither has an end.
fn room(checked: &Checked) -> Option<Duration> {
    let plan = checked.plan();
    let windows = plan.landscape.windows.rows().filter_map(|window| window.at_most);
    let bound = windows.chain(plan.limits.iter().map(|limit| limit.value.at_most)).min()?;
    let takes = plan.steps.rows().filter_map(|step| step.extra().takes.as_ref());
    let takes = takes.fold(Duration::ZERO, |all, takes| all.saturating_add(takes.most));
    // Where the steps take more than that, it is the plan that has no time.
    Some(bound.saturating_sub(takes).max(bound / 8))
}

/// How long steps wait for each other at most, one after the other.
fn waited(checked: &Checked) -> Duration {
    let plan = checked.plan();
    let mut until: Table<StepId, Duration> = Table::like(&plan.steps, Duration::ZERO);
    for step in checked.order().sequence() {
        let row = &plan.steps[*step];
        let mut longest = row.after.iter().map(|before| until[before.value]).max().unwrap_or_default();
        for waits in &row.extra().waits {
            longest = longest.max(until[waits.after].saturating_add(waits.time));
        }
        until[*step] = longest;
    }
    until.rows().copied().max().unwrap_or_default()
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
