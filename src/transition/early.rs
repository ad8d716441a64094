//! Steps whose time has not come: they wait so long after another step, or do not begin before a date.

use jiff::Timestamp;

use crate::{check::Checked, world::id::StepId};

use super::{ready::Blocker, state::State};

/// What keeps a step from beginning at a moment because that is too early. What waits after a step that
/// is not done waits for that step first.
///
/// A moment before the last record of the run counts as that: time does not run backwards within a run.
#[must_use]
pub fn early(checked: &Checked, state: &State, step: StepId, now: Timestamp) -> Vec<Blocker> {
    let now = now.max(state.now);
    let mut found = times(checked, state, step);
    found.retain(|blocker| blocker.until().is_some_and(|until| now < until));
    found
}

/// Not before this a step begins, as far as the steps are done after which it waits; nothing where it
/// waits for no time.
#[must_use]
pub fn due(checked: &Checked, state: &State, step: StepId) -> Option<Timestamp> {
    times(checked, state, step).iter().filter_map(Blocker::until).max()
}

fn times(checked: &Checked, state: &State, step: StepId) -> Vec<Blocker> {
    let row = &checked.plan().steps[step];
    let waits = row.extra().waits.iter().enumerate().filter(|(_, waits)| state.world.is_done(waits.after));
    let waits = waits.map(|(number, waits)| {
        // A moment that is not known, or lies outside of the calendar, does not come.
        let ended = state.steps[waits.after].ended;
        let until = ended.and_then(|ended| ended.checked_add(waits.time).ok());
        Blocker::Waits(number, until.unwrap_or(Timestamp::MAX))
    });
    let date = row.extra().not_before.map(|date| Blocker::NotBefore(date.at));
    waits.chain(date).collect()
}
