//! Steps whose deadline has passed: they are not begun any more, until a person of their role says that they
//! are all the same.

use jiff::Timestamp;

use crate::{check::Checked, plan::Deadline, world::id::StepId};

use super::{
    ready::Blocker,
    state::{State, Status},
    why::Why,
};

/// The deadline of a step that is still to begin; nothing where a person has said that it begins all the same.
#[must_use]
pub fn deadline(checked: &Checked, state: &State, step: StepId) -> Option<Deadline> {
    let progress = &state.steps[step];
    let is_open = matches!(progress.status, Status::Open | Status::Failed | Status::Declined);
    checked.plan().steps[step].extra().not_after.filter(|_| is_open && progress.begun_late.is_none())
}

/// What keeps a step from beginning at a moment because that is too late.
///
/// As with steps that come too early, a moment before the last record of the run counts as that.
#[must_use]
pub fn late(checked: &Checked, state: &State, step: StepId, now: Timestamp) -> Option<Blocker> {
    let now = now.max(state.now);
    let passed = deadline(checked, state, step).filter(|deadline| deadline.has_passed(now))?;
    Some(Blocker::Late(passed.at))
}

/// Takes down that a person of the role lets a step begin although its deadline has passed; `false` where
/// that was said before.
pub(super) fn extended(
    checked: &Checked,
    state: &mut State,
    step: StepId,
    because: String,
) -> Result<bool, Why> {
    let name = || checked.plan().steps[step].name.value.clone();
    if state.steps[step].begun_late.is_some() {
        return Ok(false);
    }
    if late(checked, state, step, state.now).is_none() {
        return Err(match state.steps[step].status {
            Status::Done(_) => Why::Closed(name()),
            Status::Begun | Status::Proposed => Why::OtherAttempt(name()),
            _ => Why::NotLate(name()),
        });
    }
    state.steps[step].begun_late = Some(because);
    Ok(true)
}
