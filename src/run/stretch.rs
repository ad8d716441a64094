//! What a partner does without waiting for another one: the stretches into which the steps of a plan fall.
//!
//! Where one alias serves many partners, each of them first accepts the new key and says so, then all wait for one
//! moment, and then each retires the old one: two stretches of each partner. A step lies in a later stretch than
//! any step of another partner that comes before it, so that what is to be done in a stretch waits for earlier
//! ones alone.

use std::collections::BTreeMap;

use crate::{
    check::Checked,
    transition::state::State,
    world::id::{RoleId, StepId, Table},
};

/// The steps of a partner between two moments at which it waits for others.
#[derive(Clone, Debug)]
pub(super) struct Stretch {
    /// The partner.
    pub(super) role: RoleId,
    /// How many earlier stretches of others it may wait for, one after the other.
    pub(super) round: usize,
    /// Its steps, in the order of the plan.
    pub(super) steps: Vec<StepId>,
}

/// All of them.
#[derive(Debug)]
pub(super) struct Stretches {
    /// By their rounds, and then by their partners.
    pub(super) rows: Vec<Stretch>,
    /// That of each step that is a partner's.
    pub(super) of: Table<StepId, Option<usize>>,
    /// Whether a step of another partner comes before it that is not done.
    pub(super) is_after_others: Table<StepId, bool>,
}

/// What comes before a step. Of what concerns two partners at least one is another than the step's own, so two of
/// each are kept.
#[derive(Clone, Debug, Default)]
struct Before {
    /// The latest rounds, the latest first.
    rounds: Vec<(RoleId, usize)>,
    /// Partners with steps that are not done.
    open: Vec<RoleId>,
}

impl Before {
    fn take(&mut self, other: &Self) {
        other.rounds.iter().for_each(|(role, round)| self.reaches(*role, *round));
        other.open.iter().for_each(|role| self.opens(*role));
    }

    fn reaches(&mut self, role: RoleId, round: usize) {
        match self.rounds.iter_mut().find(|(known, _)| *known == role) {
            Some((_, known)) => *known = round.max(*known),
            None => self.rounds.push((role, round)),
        }
        self.rounds.sort_by_key(|(role, round)| (std::cmp::Reverse(*round), *role));
        self.rounds.truncate(2);
    }

    fn opens(&mut self, role: RoleId) {
        if self.open.len() < 2 && !self.open.contains(&role) {
            self.open.push(role);
        }
    }

    /// In which round a step of a partner is.
    fn round(&self, role: RoleId) -> usize {
        let rounds = self.rounds.iter().map(|(other, round)| if *other == role { *round } else { round + 1 });
        rounds.max().unwrap_or(0)
    }
}

impl Stretches {
    /// Those of a plan, where each step is of that partner.
    pub(super) fn of(checked: &Checked, state: &State, whose: &Table<StepId, Option<RoleId>>) -> Self {
        let plan = checked.plan();
        let mut before: Table<StepId, Before> = Table::like(&plan.steps, Before::default());
        let mut is_after_others: Table<StepId, bool> = Table::like(&plan.steps, false);
        let mut found: BTreeMap<(usize, RoleId), Vec<StepId>> = BTreeMap::new();
        for step in checked.order().sequence() {
            let mut mine = Before::default();
            plan.steps[*step].after.iter().for_each(|earlier| mine.take(&before[earlier.value]));
            is_after_others[*step] = mine.open.iter().any(|role| Some(*role) != whose[*step]);
            if let Some(role) = whose[*step] {
                let round = mine.round(role);
                found.entry((round, role)).or_default().push(*step);
                mine.reaches(role, round);
                if !state.world.is_done(*step) {
                    mine.opens(role);
                }
            }
            before[*step] = mine;
        }
        let mut of: Table<StepId, Option<usize>> = Table::like(&plan.steps, None);
        let mut rows = Vec::with_capacity(found.len());
        for ((round, role), mut steps) in found {
            steps.sort();
            steps.iter().for_each(|step| of[*step] = Some(rows.len()));
            rows.push(Stretch { role, round, steps });
        }
        Self { rows, of, is_after_others }
    }
}
