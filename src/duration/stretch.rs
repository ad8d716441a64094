//! From a step that stops a flow to one that starts it again: the longest way between the two.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use crate::world::id::{StepId, WindowId};

use super::{
    gate::{Gate, Gates},
    schedule::{Schedule, lacking, sum},
    undeclared::{Unbounded, Undeclared},
};

/// A longest way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worst {
    /// How long it takes at most.
    pub time: Duration,
    /// The steps on it, in their order.
    pub path: Vec<StepId>,
}

/// What a stretch comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// How long it may last, or what is not declared.
    pub worst: Result<Worst, Unbounded>,
    /// How many acts there are on the longest chain from its first step to its last, both counted.
    pub hops: Option<usize>,
}

/// One step of a stretch.
#[derive(Clone, Copy, Debug, Default)]
struct Row {
    /// Done not later than this, counted from the moment at which the first step begins.
    done: Option<Duration>,
    /// What it waits for the longest.
    via: Option<StepId>,
    /// Acts from the first step to this one; none where it does not come after the first.
    hops: Option<usize>,
}

/// Follows stretches.
#[derive(Debug)]
pub struct Follower<'a> {
    gates: &'a Gates<'a>,
    schedule: &'a Schedule,
    /// The first step that waits for each window.
    openers: BTreeMap<WindowId, StepId>,
}

impl<'a> Follower<'a> {
    /// For a plan.
    #[must_use]
    pub fn of(gates: &'a Gates<'a>, schedule: &'a Schedule) -> Self {
        let mut openers = BTreeMap::new();
        for step in gates.order.sequence() {
            for gate in &schedule.gates[*step] {
                if let Gate::Open(window) = gate {
                    openers.entry(*window).or_insert(*step);
                }
            }
        }
        Self { gates, schedule, openers }
    }

    /// From the moment at which `stop` begins to the one at which `start` is done.
    ///
    /// A step that comes before `stop` is done when it begins. One that has no order with it may still be
    /// under way then; it was ready at the start of the plan at the latest, and counts from there.
    /// Nothing where more than `most` steps and waits would be looked at; else also how many were.
    pub fn follow(&self, stop: StepId, start: StepId, most: usize) -> Option<(Stretch, usize)> {
        let (mut region, looks) = self.region(stop, start, most)?;
        region.sort_by_key(|step| self.gates.order.position(*step));
        let mut rows: BTreeMap<StepId, Row> = BTreeMap::new();
        let mut missing = None;
        for step in &region {
            let (row, lacks) = self.row(stop, *step, &rows);
            for undeclared in lacks {
                missing = Some(Unbounded::and(missing, undeclared));
            }
            rows.insert(*step, row);
        }
        let last = rows.get(&start).copied().unwrap_or_default();
        let why = missing.unwrap_or(Unbounded::by(Undeclared::TooLong));
        let worst = last.done.ok_or(why).map(|time| {
            let via = |step: &StepId| rows.get(step).and_then(|row| row.via);
            let mut path: Vec<StepId> = std::iter::successors(Some(start), via).collect();
            path.reverse();
            Worst { time, path }
        });
        Some((Stretch { worst, hops: last.hops }, looks))
    }

    /// The first step that waits for each window.
    pub(super) const fn openers(&self) -> &BTreeMap<WindowId, StepId> {
        &self.openers
    }

    /// The steps that `start` waits for and that are not done when `stop` begins, both included.
    fn region(&self, stop: StepId, start: StepId, most: usize) -> Option<(Vec<StepId>, usize)> {
        let mut seen = BTreeSet::from([start, stop]);
        let mut open = if start == stop { Vec::new() } else { vec![start] };
        let (mut region, mut looks) = (vec![stop], 0);
        while let Some(step) = open.pop() {
            region.push(step);
            for before in
                self.schedule.gates[step].iter().filter_map(|gate| gate.step()).map(|(step, _)| step)
            {
                looks += 1;
                if looks > most {
                    return None;
                }
                if !self.gates.order.is_before(before, stop) && seen.insert(before) {
                    open.push(before);
                }
            }
        }
        Some((region, looks))
    }

    fn row(&self, stop: StepId, step: StepId, rows: &BTreeMap<StepId, Row>) -> (Row, Vec<Undeclared>) {
        let mut lacks = Vec::new();
        let (mut ready, mut via, mut hops) = (Some(Duration::ZERO), None, (step == stop).then_some(0));
        for gate in self.schedule.gates[step].iter().filter(|_| step != stop) {
            if let Some(lack) = lacking(*gate).filter(|lack| !self.is_open_by(*lack, stop)) {
                lacks.push(lack);
                ready = None;
            }
            let Some((before, time)) = gate.step() else { continue };
            let row = rows.get(&before);
            // What comes before the stop is done when that begins.
            let done = row.map_or(Some(Duration::ZERO), |row| row.done);
            hops = hops.max(row.and_then(|row| row.hops));
            match (ready, done.and_then(|done| sum(done, time))) {
                (Some(latest), Some(until)) if until >= latest => {
                    (ready, via) = (Some(until), row.map(|_| before));
                }
                (Some(_), Some(_)) => {}
                _ => ready = None,
            }
        }
        let path = match self.gates.most(step) {
            Ok(most) => ready.and_then(|ready| sum(ready, most)),
            Err(lack) => {
                lacks.push(lack);
                None
            }
        };
        // The same from the start of the plan: so long after it the step is done, and not before so long
        // after it the stop begins. It says nothing of the steps after the stop: it holds for all, and is
        // better for those that have long been ready.
        let late = self.schedule.done[step].map(|done| done.saturating_sub(self.schedule.begins[stop]));
        let row = match (path, late) {
            (Some(path), Some(late)) if late < path => Row { done: Some(late), via: None, hops },
            (Some(path), _) => Row { done: Some(path), via, hops },
            (None, late) => Row { done: late, via: None, hops },
        };
        (
            Row { hops: row.hops.map(|hops| hops + 1), ..row },
            if row.done.is_some() { Vec::new() } else { lacks },
        )
    }

    /// Whether what is lacking is the time at which a window opens that is open when `stop` begins.
    fn is_open_by(&self, lack: Undeclared, stop: StepId) -> bool {
        let Undeclared::Window(window) = lack else { return false };
        let opener = self.openers.get(&window);
        let waits = || self.schedule.gates[stop].contains(&Gate::Open(window));
        opener.is_some_and(|opener| self.gates.order.is_before(*opener, stop)) || waits()
    }
}
