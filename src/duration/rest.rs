//! What is left of a run: the longest way from a moment of it to the end of some of its steps.

use std::{collections::BTreeSet, time::Duration};

use crate::world::{
    effect::Effect,
    id::{StepId, WindowId},
    state::{WindowState, World},
};

use super::{
    gate::Gates,
    interruption::{Interruption, alternatives, interruptions, windows},
    pass::{Moment, Pass},
    stretch::Worst,
    undeclared::{Unbounded, Undeclared},
};

/// How long it may take from a moment on until all of some steps are done.
///
/// What is done in the world of that moment takes no more time, and a window that is open is not waited
/// for. A step that is under way may take as long as one that is not begun, and a drain as long as one
/// whose stop is done just now: nothing here reads a clock.
///
/// # Errors
/// What is not declared of the steps that are left.
pub fn rest(
    gates: &Gates<'_>,
    world: &World,
    ends: impl IntoIterator<Item = StepId>,
) -> Result<Worst, Unbounded> {
    let moment = Moment {
        gates,
        waits: &|step| gates.before(step),
        is_done: &|step| world.is_done(step),
        is_open: &|window| world.windows[window] == WindowState::Open,
        late: &|_| None,
    };
    let pass = Pass::of(&moment, ends);
    let why = || pass.missing.unwrap_or(Unbounded::by(Undeclared::TooLong));
    let mut last: Option<(Duration, StepId)> = None;
    for (step, row) in &pass.rows {
        let done = row.done.ok_or_else(why)?;
        if last.is_none_or(|(latest, _)| done > latest) {
            last = Some((done, *step));
        }
    }
    Ok(match last {
        Some((time, step)) => Worst { time, path: pass.path(step) },
        None => Worst { time: Duration::ZERO, path: Vec::new() },
    })
}

/// The interruptions that begin with a step, each with the windows in which it lies.
#[must_use]
pub fn begun_by(gates: &Gates<'_>, step: StepId) -> Vec<(Interruption, BTreeSet<WindowId>)> {
    let mut found = Vec::new();
    for effect in gates.plan.steps[step].action.value.effects() {
        if let Effect::Stop(flow) = effect {
            let all = interruptions(gates, flow).or_else(|| {
                let all = alternatives(gates, flow)?.into_iter();
                // Of several starts any may be the next one.
                Some(all.filter(|starts| starts.len() == 1).flatten().collect())
            });
            let own = all.unwrap_or_default().into_iter().filter(|one| one.stop == Some(step));
            found.extend(own.map(|one| (one, windows(gates, &one))));
        }
    }
    found
}
