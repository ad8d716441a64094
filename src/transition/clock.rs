//! How far the clock may go on between two records of a run. A clock that leaps, as where a machine comes up with a
//! wrong one, lets no time come and no certificate end that has not.

use jiff::{SignedDuration, Timestamp};

use crate::{check::Checked, plan::date::in_utc};

use super::{
    early::due,
    event::{Event, Record},
    state::State,
    why::Why,
};

/// So long nobody may have looked at a run whose time had come.
const UNSEEN: SignedDuration = SignedDuration::from_hours(366 * 24);

/// The last moment that is believed: a year after the last thing that the run waits for, and longer where its plan
/// waits longer. Nothing of a run that has not begun.
#[must_use]
pub fn horizon(checked: &Checked, state: &State) -> Option<Timestamp> {
    if !state.started {
        return None;
    }
    let (plan, land) = (checked.plan(), &checked.plan().landscape);
    let open = || plan.steps.iter().filter(|(step, _)| !state.world.is_done(*step));
    let dues = open().filter_map(|(step, _)| due(checked, state, step));
    let dates = open().filter_map(|(_, row)| row.extra().not_before.map(|date| date.at));
    let windows = state.windows.rows().flatten().map(|window| window.closes.unwrap_or(window.opens));
    let drains = state.stopped.keys().filter_map(|(flow, key)| state.drained_by(land, *flow, *key));
    let pauses = state.pauses.iter().map(|pause| pause.until);
    let all = dues.chain(dates).chain(windows).chain(drains).chain(pauses);
    // A moment that is not known does not come.
    let last = all.filter(|at| *at < Timestamp::MAX).max().map_or(state.now, |at| at.max(state.now));
    let waits = plan.steps.rows().flat_map(|step| &step.extra().waits).map(|waits| waits.time);
    let transits = land.channels.ids().map(|flow| land.drain(flow));
    let longest = waits.chain(transits).max().unwrap_or_default();
    last.checked_add(UNSEEN).ok()?.checked_add(longest).ok()
}

/// Whether the clock of a record is believed; an act that says so makes it right.
pub(super) fn believed(checked: &Checked, state: &State, record: &Record) -> Result<(), Why> {
    if matches!(record.event, Event::Resumed { .. }) {
        return Ok(());
    }
    leap(checked, state, record.at).map_or(Ok(()), Err)
}

/// Why a moment is not believed, if it is not.
#[must_use]
pub fn leap(checked: &Checked, state: &State, now: Timestamp) -> Option<Why> {
    let last = horizon(checked, state)?;
    (now > last).then(|| Why::Leap { now: in_utc(now), last: in_utc(state.now) })
}
