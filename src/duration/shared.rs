//! Many interruptions at once: one pass from the first of their stops to the last of their starts.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use crate::{
    graph::step_set::StepSet,
    world::id::{StepId, WindowId},
};

use super::{
    gate::{Gate, Gates},
    pass::{Moment, Pass},
    schedule::Schedule,
    stretch::Worst,
    undeclared::{Unbounded, Undeclared},
};

/// How long it may take from the beginning of any of some stops until each of some starts is done.
///
/// Only what comes before every one of the stops counts as done then. So the bound holds from each of
/// them; where they all wait for the same, it is the one that each of them alone would have, and else it
/// may be longer.
#[derive(Debug)]
pub(super) struct Shared {
    pass: Pass,
}

impl Shared {
    /// From some stops to some starts.
    pub(super) fn of(
        (gates, schedule): (&Gates<'_>, &Schedule),
        openers: &BTreeMap<WindowId, StepId>,
        stops: &[StepId],
        starts: impl IntoIterator<Item = StepId>,
    ) -> Self {
        let order = gates.order;
        let first = first_of(gates, stops);
        let before = first.iter().map(|stop| order.set_before(*stop).clone());
        let done = before.reduce(|all, one| all.intersection(&one)).unwrap_or_default();
        let begins = first.iter().map(|stop| schedule.begins[*stop]).min().unwrap_or_default();
        let is_done = |step: StepId| done.contains(order.position(step));
        let mut waited: Option<BTreeSet<WindowId>> = None;
        for stop in &first {
            let mine: BTreeSet<WindowId> = schedule.gates[*stop].iter().filter_map(window).collect();
            waited = Some(waited.map_or(mine.clone(), |all| &all & &mine));
        }
        let waited = waited.unwrap_or_default();
        let moment = Moment {
            gates,
            waits: &|step| schedule.gates[step].clone(),
            is_done: &is_done,
            is_open: &|window| {
                waited.contains(&window) || openers.get(&window).is_some_and(|opener| is_done(*opener))
            },
            late: &|step| schedule.done[step].map(|done| done.saturating_sub(begins)),
        };
        Self { pass: Pass::of(&moment, starts) }
    }

    /// How many steps and waits were looked at.
    pub(super) const fn looks(&self) -> usize {
        self.pass.looks
    }

    /// Until a start is done.
    ///
    /// # Errors
    /// One thing that is not declared.
    pub(super) fn time(&self, start: StepId) -> Result<Duration, Unbounded> {
        let row = self.pass.rows.get(&start).copied().unwrap_or_default();
        row.done.ok_or(Unbounded::by(row.lack.unwrap_or(Undeclared::TooLong)))
    }

    /// The same with the way there.
    ///
    /// # Errors
    /// One thing that is not declared.
    pub(super) fn worst(&self, start: StepId) -> Result<Worst, Unbounded> {
        Ok(Worst { time: self.time(start)?, path: self.pass.path(start) })
    }
}

/// The stops that come after no other one: one of them is the first in any run.
fn first_of(gates: &Gates<'_>, stops: &[StepId]) -> Vec<StepId> {
    let mut all = StepSet::default();
    stops.iter().for_each(|stop| all.insert(gates.order.position(*stop)));
    let first = |stop: &StepId| gates.order.set_before(*stop).intersection(&all).is_empty();
    stops.iter().copied().filter(first).collect()
}

const fn window(gate: &Gate) -> Option<WindowId> {
    match gate {
        Gate::Open(window) => Some(*window),
        _ => None,
    }
}
