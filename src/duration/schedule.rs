//! When each step begins at the earliest and is done at the latest, counted from the start of the plan.

use std::time::Duration;

use crate::{
    plan::Plan,
    world::id::{StepId, Table},
};

use super::{
    gate::{Gate, Gates},
    stretch::Worst,
    undeclared::{Unbounded, Undeclared},
};

/// The times of all steps.
#[derive(Debug)]
pub struct Schedule {
    /// What each step waits for.
    pub(super) gates: Table<StepId, Vec<Gate>>,
    /// Not before this a step begins.
    pub(super) begins: Table<StepId, Duration>,
    /// Not after this a step is done; nothing where that has no bound.
    pub(super) done: Table<StepId, Option<Duration>>,
    /// The step that a step waits for the longest.
    via: Table<StepId, Option<StepId>>,
    /// What is not declared, of all steps.
    missing: Option<Unbounded>,
}

impl Schedule {
    /// One pass over the steps in their order.
    #[must_use]
    pub fn of(plan: &Plan, reader: &Gates<'_>) -> Self {
        let gates: Table<StepId, Vec<Gate>> = plan.steps.ids().map(|step| reader.before(step)).collect();
        let mut begins = Table::like(&plan.steps, Duration::ZERO);
        let mut done = Table::like(&plan.steps, None);
        let mut via = Table::like(&plan.steps, None);
        let mut missing: Option<Unbounded> = None;
        for step in reader.order.sequence().iter().copied() {
            let mut ready = Some(Duration::ZERO);
            for gate in &gates[step] {
                // What is under way may arrive at once; a wait is as long as it says.
                let at_least = match *gate {
                    Gate::Done(before) | Gate::Drained(before, ..) => Some((before, Duration::ZERO)),
                    Gate::Waited(before, time) => Some((before, time)),
                    Gate::Open(_) | Gate::Unknown(_) => None,
                };
                if let Some((before, time)) = at_least {
                    let earliest: Duration = begins[before];
                    let earliest = earliest.saturating_add(reader.least(before)).saturating_add(time);
                    begins[step] = Duration::max(begins[step], earliest);
                }
                if let Some(undeclared) = lacking(*gate) {
                    missing = Some(Unbounded::and(missing, undeclared));
                }
                let until = gate.step().and_then(|(before, time)| Some((before, sum(done[before]?, time)?)));
                match (ready, until) {
                    (Some(latest), Some((before, until))) => {
                        if until >= latest {
                            (ready, via[step]) = (Some(until), Some(before));
                        }
                    }
                    _ => ready = None,
                }
            }
            done[step] = match reader.most(step) {
                Ok(most) => ready.and_then(|ready| sum(ready, most)),
                Err(undeclared) => {
                    missing = Some(Unbounded::and(missing, undeclared));
                    None
                }
            };
        }
        Self { gates, begins, done, via, missing }
    }

    /// How long the whole plan may take at most, and the steps of the longest way through it.
    ///
    /// # Errors
    /// What is not declared.
    pub fn whole(&self) -> Result<Worst, Unbounded> {
        let mut last: Option<(Duration, StepId)> = None;
        let why = || self.missing.unwrap_or(Unbounded::by(Undeclared::TooLong));
        for (step, done) in self.done.iter() {
            let done = done.ok_or_else(why)?;
            if last.is_none_or(|(latest, _)| done > latest) {
                last = Some((done, step));
            }
        }
        let (time, step) = last.ok_or_else(why)?;
        Ok(Worst { time, path: self.path(step) })
    }

    /// How long it may take until a step is done, counted from the start of the plan.
    ///
    /// # Errors
    /// What is not declared.
    pub(super) fn until(&self, step: StepId) -> Result<Worst, Unbounded> {
        let why = || self.missing.unwrap_or(Unbounded::by(Undeclared::TooLong));
        self.done[step].map(|time| Worst { time, path: self.path(step) }).ok_or_else(why)
    }

    fn path(&self, last: StepId) -> Vec<StepId> {
        let mut path: Vec<StepId> = std::iter::successors(Some(last), |step| self.via[*step]).collect();
        path.reverse();
        path
    }
}

/// A sum; nothing where it is longer than can be counted.
pub(super) const fn sum(one: Duration, other: Duration) -> Option<Duration> {
    one.checked_add(other)
}

/// What a gate lacks, without a look at the steps that it waits for.
pub(super) const fn lacking(gate: Gate) -> Option<Undeclared> {
    match gate {
        Gate::Open(window) => Some(Undeclared::Window(window)),
        Gate::Unknown(undeclared) => Some(undeclared),
        Gate::Done(_) | Gate::Drained(..) | Gate::Waited(..) => None,
    }
}
