//! One pass over the steps that are left from a moment on: when each of them is done at the latest,
//! counted from that moment.

use std::{collections::BTreeMap, time::Duration};

use crate::world::id::{StepId, WindowId};

use super::{
    gate::{Gate, Gates},
    schedule::{lacking, sum},
    undeclared::{Unbounded, Undeclared},
};

/// What is so at a moment.
pub(super) struct Moment<'a> {
    /// The plan's gates.
    pub(super) gates: &'a Gates<'a>,
    /// What a step waits for.
    pub(super) waits: &'a dyn Fn(StepId) -> Vec<Gate>,
    /// Whether a step is done.
    pub(super) is_done: &'a dyn Fn(StepId) -> bool,
    /// Whether a window is open.
    pub(super) is_open: &'a dyn Fn(WindowId) -> bool,
    /// Not later than this a step is done for another reason.
    pub(super) late: &'a dyn Fn(StepId) -> Option<Duration>,
}

/// One step that is left.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Row {
    /// Done not later than this, counted from the moment.
    pub(super) done: Option<Duration>,
    /// The step that it waits for the longest.
    pub(super) via: Option<StepId>,
    /// What is not declared, of it or of a step that it waits for, where it has no bound.
    pub(super) lack: Option<Undeclared>,
}

/// The steps that are left.
#[derive(Debug, Default)]
pub(super) struct Pass {
    /// Each of them.
    pub(super) rows: BTreeMap<StepId, Row>,
    /// What is not declared, of all of them.
    pub(super) missing: Option<Unbounded>,
    /// How many steps and waits were looked at.
    pub(super) looks: usize,
}

impl Pass {
    /// From a moment to the end of some steps.
    pub(super) fn of(moment: &Moment<'_>, ends: impl IntoIterator<Item = StepId>) -> Self {
        let mut pass = Self::default();
        let mut left: BTreeMap<usize, (StepId, Vec<Gate>)> = BTreeMap::new();
        let mut open: Vec<StepId> = ends.into_iter().collect();
        while let Some(step) = open.pop() {
            let position = moment.gates.order.position(step);
            if (moment.is_done)(step) || left.contains_key(&position) {
                continue;
            }
            let waits = (moment.waits)(step);
            pass.looks += 1 + waits.len();
            open.extend(waits.iter().filter_map(|gate| gate.step()).map(|(step, _)| step));
            left.insert(position, (step, waits));
        }
        for (step, waits) in left.values() {
            let row = pass.row(moment, *step, waits);
            pass.rows.insert(*step, row);
        }
        pass
    }

    fn row(&mut self, moment: &Moment<'_>, step: StepId, waits: &[Gate]) -> Row {
        let (mut ready, mut via, mut lack) = (Some(Duration::ZERO), None, None);
        let mut own = Vec::new();
        for gate in waits {
            if let Some(undeclared) = lacking(*gate).filter(|lack| !opened(moment, *lack)) {
                own.push(undeclared);
                ready = None;
            }
            let Some((before, time)) = gate.step() else { continue };
            let row = self.rows.get(&before);
            let until = row.map_or(Some(Duration::ZERO), |row| row.done).and_then(|done| sum(done, time));
            match (ready, until) {
                (Some(latest), Some(until)) if until >= latest => {
                    (ready, via) = (Some(until), row.map(|_| before));
                }
                (Some(_), Some(_)) => {}
                _ => ready = None,
            }
            lack = lack.or(row.and_then(|row| row.lack));
        }
        let path = match moment.gates.most(step) {
            Ok(most) => ready.and_then(|ready| sum(ready, most)),
            Err(undeclared) => {
                own.push(undeclared);
                None
            }
        };
        let late = (moment.late)(step);
        match (path, late) {
            (Some(path), Some(late)) if late < path => Row { done: Some(late), via: None, lack: None },
            (Some(path), _) => Row { done: Some(path), via, lack: None },
            (None, Some(late)) => Row { done: Some(late), via: None, lack: None },
            (None, None) => {
                for undeclared in &own {
                    self.missing = Some(Unbounded::and(self.missing, *undeclared));
                }
                Row { done: None, via, lack: lack.or(own.first().copied()) }
            }
        }
    }

    /// The steps of the longest way to a step, in their order.
    pub(super) fn path(&self, last: StepId) -> Vec<StepId> {
        let via = |step: &StepId| self.rows.get(step).and_then(|row| row.via);
        let mut path: Vec<StepId> = std::iter::successors(Some(last), via).collect();
        path.reverse();
        path
    }
}

/// Whether what is lacking is the time at which a window opens that is open already.
fn opened(moment: &Moment<'_>, lack: Undeclared) -> bool {
    matches!(lack, Undeclared::Window(window) if (moment.is_open)(window))
}
