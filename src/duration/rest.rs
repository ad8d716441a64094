//! What is left of a run: the longest way from a moment of it to the end of some of its steps.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use crate::world::{
    effect::Effect,
    id::{StepId, WindowId},
    state::{WindowState, World},
};

use super::{
    gate::{Gate, Gates},
    interruption::{Interruption, interruptions, windows},
    schedule::{lacking, sum},
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
    let left = left(gates, world, ends);
    let mut rows: BTreeMap<StepId, Row> = BTreeMap::new();
    let mut missing = None;
    for (step, before) in left.values() {
        let row = row(gates, world, (*step, before), &rows, &mut missing);
        rows.insert(*step, row);
    }
    let why = || missing.unwrap_or(Unbounded::by(Undeclared::TooLong));
    let mut last: Option<(Duration, StepId)> = None;
    for (step, row) in &rows {
        let done = row.done.ok_or_else(why)?;
        if last.is_none_or(|(latest, _)| done > latest) {
            last = Some((done, *step));
        }
    }
    let Some((time, step)) = last else { return Ok(Worst { time: Duration::ZERO, path: Vec::new() }) };
    let via = |step: &StepId| rows.get(step).and_then(|row| row.via);
    let mut path: Vec<StepId> = std::iter::successors(Some(step), via).collect();
    path.reverse();
    Ok(Worst { time, path })
}

/// The interruptions that begin with a step, each with the windows in which it lies.
#[must_use]
pub fn begun_by(gates: &Gates<'_>, step: StepId) -> Vec<(Interruption, BTreeSet<WindowId>)> {
    let mut found = Vec::new();
    for effect in gates.plan.steps[step].action.value.effects() {
        if let Effect::Stop(flow) = effect {
            let all = interruptions(gates, flow).unwrap_or_default();
            let own = all.into_iter().filter(|one| one.stop == Some(step));
            found.extend(own.map(|one| (one, windows(gates, &one))));
        }
    }
    found
}

#[derive(Clone, Copy, Debug)]
struct Row {
    /// Done not later than this, counted from the moment.
    done: Option<Duration>,
    /// The step that it waits for the longest.
    via: Option<StepId>,
}

/// The steps that are left, by their position, each with what it waits for.
fn left(
    gates: &Gates<'_>,
    world: &World,
    ends: impl IntoIterator<Item = StepId>,
) -> BTreeMap<usize, (StepId, Vec<Gate>)> {
    let mut left: BTreeMap<usize, (StepId, Vec<Gate>)> = BTreeMap::new();
    let mut open: Vec<StepId> = ends.into_iter().collect();
    while let Some(step) = open.pop() {
        let position = gates.order.position(step);
        if world.is_done(step) || left.contains_key(&position) {
            continue;
        }
        let before = gates.before(step);
        open.extend(before.iter().filter_map(|gate| gate.step()).map(|(step, _)| step));
        left.insert(position, (step, before));
    }
    left
}

fn row(
    gates: &Gates<'_>,
    world: &World,
    (step, before): (StepId, &[Gate]),
    rows: &BTreeMap<StepId, Row>,
    missing: &mut Option<Unbounded>,
) -> Row {
    let mut lack = |undeclared| *missing = Some(Unbounded::and(*missing, undeclared));
    let (mut ready, mut via) = (Some(Duration::ZERO), None);
    for gate in before {
        if let Some(undeclared) = lacking(*gate).filter(|undeclared| !is_open(world, *undeclared)) {
            lack(undeclared);
            ready = None;
        }
        let Some((before, time)) = gate.step() else { continue };
        let row = rows.get(&before).copied().unwrap_or(Row { done: Some(Duration::ZERO), via: None });
        let until = row.done.and_then(|done| sum(done, time));
        match (ready, until) {
            (Some(latest), Some(until)) if until >= latest => {
                (ready, via) = (Some(until), rows.contains_key(&before).then_some(before));
            }
            (Some(_), Some(_)) => {}
            _ => ready = None,
        }
    }
    let done = match gates.most(step) {
        Ok(most) => ready.and_then(|ready| sum(ready, most)),
        Err(undeclared) => {
            lack(undeclared);
            None
        }
    };
    Row { done, via }
}

/// Whether what is lacking is the time at which a window opens that is open already.
fn is_open(world: &World, undeclared: Undeclared) -> bool {
    matches!(undeclared, Undeclared::Window(window) if world.windows[window] == WindowState::Open)
}
