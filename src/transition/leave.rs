//! Acts on a run as a whole: it goes on under another plan, or tries a step again.

use crate::{check::Checked, world::id::StepId};

use super::{
    snapshot::Snapshot,
    state::{State, Status},
    why::Why,
};

/// Takes a run up where it stood under another plan.
pub(super) fn continued(checked: &Checked, state: &mut State, standing: &Snapshot) -> Result<(), Why> {
    if state.started {
        return Err(Why::Order("begun already"));
    }
    let from = standing.restore(checked).filter(|from| from.started && !from.left);
    let from = from.ok_or_else(|| Why::Unknown("place where the run stands".to_owned()))?;
    let now = state.now.max(from.now);
    *state = State { now, ..from };
    Ok(())
}

/// Lets a step be tried again that failed or was declined. Whether an attempt that failed took effect is not
/// known still, so it goes on to count as one that failed.
pub(super) fn retried(state: &mut State, step: StepId, name: &str) -> Result<(), Why> {
    let progress = &mut state.steps[step];
    match progress.status {
        Status::Failed => {}
        Status::Declined => progress.status = Status::Open,
        Status::Done(_) => return Err(Why::Closed(name.to_owned())),
        _ => return Err(Why::NotHeld(name.to_owned())),
    }
    progress.cause = None;
    Ok(())
}
