//! What is left of a run: the longest way from a moment of it to the end of some of its steps.

use std::{collections::BTreeSet, time::Duration};

use jiff::Timestamp;

use crate::world::{
    effect::Effect,
    id::{StepId, WindowId},
    state::{WindowState, World},
};

use super::{
    gate::{Gate, Gates},
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
    left(gates, world, &|step| gates.before(step), ends)
}

/// The same at a time of the clock: of a wait counts what is left of it, and of a date how far off it is.
/// `ended` tells when a step was done.
///
/// # Errors
/// What is not declared of the steps that are left.
pub fn rest_at(
    gates: &Gates<'_>,
    (world, now): (&World, Timestamp),
    ended: &dyn Fn(StepId) -> Option<Timestamp>,
    ends: impl IntoIterator<Item = StepId>,
) -> Result<Worst, Unbounded> {
    let until = |at: Timestamp| Duration::try_from(at.duration_since(now)).unwrap_or_default();
    // What is done takes no more time: what counts from the clock is said to come after it.
    let done = gates.order.sequence().iter().copied().find(|step| world.is_done(*step));
    let waits = |step: StepId| {
        let on_clock = |gate: Gate| match gate {
            Gate::Waited(before, time) if world.is_done(before) => {
                let end = ended(before).and_then(|ended| ended.checked_add(time).ok());
                Some(Gate::Waited(before, end.map_or(time, until)))
            }
            Gate::Unknown(Undeclared::Date(_, at)) if at <= now => None,
            Gate::Unknown(Undeclared::Date(_, at)) => {
                Some(done.map_or(gate, |done| Gate::Waited(done, until(at))))
            }
            _ => Some(gate),
        };
        gates.before(step).into_iter().filter_map(on_clock).collect()
    };
    left(gates, world, &waits, ends)
}

fn left(
    gates: &Gates<'_>,
    world: &World,
    waits: &dyn Fn(StepId) -> Vec<Gate>,
    ends: impl IntoIterator<Item = StepId>,
) -> Result<Worst, Unbounded> {
    let moment = Moment {
        gates,
        waits,
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
