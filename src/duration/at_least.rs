//! What an interruption may take at worst by what is declared of it alone: where a step does not say how
//! long it takes, its drain may still be longer than the window.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use crate::world::id::StepId;

use super::{gate::Gates, schedule::sum, stretch::Worst};

/// So many looks at steps and waits are taken. A plan that is larger is not looked at to its end.
const LOOKS: usize = 2_000_000;

/// Follows the steps from a stop to a start, as far as they say how long they take.
#[derive(Debug)]
pub struct AtLeast<'a> {
    gates: &'a Gates<'a>,
    looks: usize,
}

impl<'a> AtLeast<'a> {
    /// For a plan.
    #[must_use]
    pub const fn of(gates: &'a Gates<'a>) -> Self {
        Self { gates, looks: LOOKS }
    }

    /// The longest way over the steps between two: each takes as long as it says at most, and nothing
    /// where it does not say. Only what comes after `stop` counts, so it may really take so long.
    ///
    /// Nothing where `start` does not come after `stop`, or where too much was looked at.
    pub fn between(&mut self, stop: StepId, start: StepId) -> Option<Worst> {
        let takes = |step| self.gates.most(step).unwrap_or_default();
        let mut done = BTreeMap::from([(stop, (takes(stop), None))]);
        for step in self.region(stop, start)? {
            let mut latest: Option<(Duration, StepId)> = None;
            for gate in self.gates.before(step) {
                let Some((before, time)) = gate.step() else { continue };
                let Some((until, _)) = done.get(&before) else { continue };
                let until = sum(*until, time)?;
                if latest.is_none_or(|(latest, _)| until >= latest) {
                    latest = Some((until, before));
                }
            }
            if let Some((ready, via)) = latest {
                done.insert(step, (sum(ready, takes(step))?, Some(via)));
            }
        }
        let (time, _) = *done.get(&start)?;
        let via = |step: &StepId| done.get(step).and_then(|(_, via)| *via);
        let mut path: Vec<StepId> = std::iter::successors(Some(start), via).collect();
        path.reverse();
        Some(Worst { time, path })
    }

    /// The steps that come after `stop` and for which `start` waits, in their order, `start` included.
    fn region(&mut self, stop: StepId, start: StepId) -> Option<Vec<StepId>> {
        let (mut seen, mut open) = (BTreeSet::from([start]), vec![start]);
        while let Some(step) = open.pop() {
            for gate in self.gates.before(step) {
                self.looks = self.looks.checked_sub(1)?;
                if let Some((before, _)) = gate.step()
                    && self.gates.order.is_before(stop, before)
                    && seen.insert(before)
                {
                    open.push(before);
                }
            }
        }
        let mut region: Vec<StepId> = seen.into_iter().collect();
        region.sort_by_key(|step| self.gates.order.position(*step));
        Some(region)
    }
}
