//! Rows of steps along the `after` lines of a plan.

use std::cell::Cell;

use crate::{
    certificate::number,
    plan::Plan,
    world::id::{Id, StepId},
};

/// Rows of steps, each after the one before it, and no step in two of them.
#[derive(Debug)]
pub(super) struct Lines {
    /// Which steps each step names in its `after` line, in order.
    after: Vec<Vec<StepId>>,
    /// In which row a step stands, and where in it.
    places: Vec<Option<(usize, usize)>>,
    rows: Vec<Line>,
}

/// One row.
#[derive(Debug)]
struct Line {
    steps: Vec<StepId>,
    /// The first and the last place in it that was made use of.
    used: Cell<Option<(usize, usize)>>,
}

impl Lines {
    /// Rows of a plan: no step is in two of them.
    pub(super) fn of(plan: &Plan, lines: Vec<Vec<StepId>>) -> Self {
        let mut after: Vec<Vec<StepId>> =
            plan.steps.rows().map(|row| row.after.iter().map(|before| before.value).collect()).collect();
        after.iter_mut().for_each(|row| row.sort_unstable());
        let mut places = vec![None; after.len()];
        for (row, line) in lines.iter().enumerate() {
            for (at, step) in line.iter().enumerate() {
                if let Some(place) = places.get_mut(step.index()) {
                    *place = Some((row, at));
                }
            }
        }
        let rows = lines.into_iter().map(|steps| Line { steps, used: Cell::new(None) }).collect();
        Self { after, places, rows }
    }

    /// Whether the second step names the first one in its `after` line.
    fn is_said(&self, pair: &[StepId]) -> bool {
        let [earlier, later] = pair else { return false };
        self.after.get(later.index()).is_some_and(|row| row.binary_search(earlier).is_ok())
    }

    /// Whether one step comes before another by a word of the plan, or as one row says.
    pub(super) fn leads(&self, pair: &[StepId]) -> bool {
        let place = |step: &StepId| self.places.get(step.index()).copied().flatten();
        let [earlier, later] = pair else { return false };
        if self.is_said(pair) {
            return true;
        }
        let (Some((row, from)), Some((other, to))) = (place(earlier), place(later)) else { return false };
        let Some(Line { used, .. }) = self.rows.get(row).filter(|_| row == other && from < to) else {
            return false;
        };
        used.set(used.get().map_or(Some((from, to)), |(first, last)| Some((first.min(from), last.max(to)))));
        true
    }

    /// The row in which a step stands, and the place of the step in it.
    pub(super) fn around(&self, step: StepId) -> Option<(&[StepId], usize)> {
        let (row, place) = self.places.get(step.index()).copied().flatten()?;
        Some((&self.rows.get(row)?.steps, place))
    }

    /// The parts of the rows that were made use of.
    pub(super) fn used(&self) -> Vec<Vec<u32>> {
        let part = |line: &Line| {
            let (first, last) = line.used.get()?;
            Some(line.steps.get(first..=last)?.iter().map(|step| number(*step)).collect())
        };
        self.rows.iter().filter_map(part).collect()
    }
}
