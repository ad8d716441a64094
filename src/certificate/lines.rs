//! Rows of steps along the `after` lines of a plan.

use std::cell::Cell;

use crate::{
    plan::Plan,
    world::id::{Id, StepId},
};

use super::Refused;

/// Rows of steps, each after the one before it, and no step in two of them.
#[derive(Debug)]
pub struct Lines {
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
    /// These rows of a plan.
    ///
    /// # Errors
    /// When they are no such rows.
    pub fn of(plan: &Plan, lines: &[Vec<u32>]) -> Result<Self, Refused> {
        let mut after: Vec<Vec<StepId>> =
            plan.steps.rows().map(|row| row.after.iter().map(|before| before.value).collect()).collect();
        after.iter_mut().for_each(|row| row.sort_unstable());
        let mut found = Self { places: vec![None; after.len()], after, rows: Vec::new() };
        for (row, line) in lines.iter().enumerate() {
            let line: Vec<StepId> = line.iter().map(|step| StepId::at(*step as usize)).collect();
            for (place, step) in line.iter().enumerate() {
                let fresh = found.places.get_mut(step.index()).filter(|place| place.is_none());
                *fresh.ok_or_else(|| Refused::gap("a line of the steps of this plan"))? = Some((row, place));
            }
            if line.len() < 3 || !line.windows(2).all(|pair| found.is_said(pair)) {
                return Err(Refused::gap("a line of steps that come one after the other"));
            }
            found.rows.push(Line { steps: line, used: Cell::new(None) });
        }
        Ok(found)
    }

    /// Whether the second step names the first one in its `after` line.
    fn is_said(&self, pair: &[StepId]) -> bool {
        let [earlier, later] = pair else { return false };
        self.after.get(later.index()).is_some_and(|row| row.binary_search(earlier).is_ok())
    }

    /// Whether one step comes before another by a word of the plan, or as one row says.
    #[must_use]
    pub fn leads(&self, pair: &[StepId]) -> bool {
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
    #[must_use]
    pub fn around(&self, step: StepId) -> Option<(&[StepId], usize)> {
        let (row, place) = self.places.get(step.index()).copied().flatten()?;
        Some((&self.rows.get(row)?.steps, place))
    }

    /// The parts of the rows that were made use of.
    #[must_use]
    pub fn used(&self) -> Vec<Vec<u32>> {
        let part = |line: &Line| {
            let (first, last) = line.used.get()?;
            Some(line.steps.get(first..=last)?.iter().map(|step| number(*step)).collect())
        };
        self.rows.iter().filter_map(part).collect()
    }

    /// Whether every row was made use of from end to end.
    pub(super) fn all_asked_for(&self) -> bool {
        self.rows.iter().all(|line| line.used.get() == Some((0, line.steps.len().saturating_sub(1))))
    }
}

/// The number of a step.
pub(super) fn number(step: StepId) -> u32 {
    u32::try_from(step.index()).unwrap_or(u32::MAX)
}
