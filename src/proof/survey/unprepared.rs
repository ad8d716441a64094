//! The ends at which a second condition holds and a first one, which was to hold before, never did.

use std::collections::{HashMap, VecDeque};

use crate::{
    check::Checked,
    proof::{
        budget::{Budget, Reached},
        explicit::search::{LEAST, LOOKS},
        rules::{Fault, Move, Rules},
    },
    world::state::World,
};

use super::{
    found::{Found, LOOK, brought_about},
    worlds::Worlds,
};

/// What a look at a world costs, whatever it is looked at for.
const ONE: usize = 64;

/// The worlds of a survey.
pub(super) struct Surveyed<'a> {
    pub(super) checked: &'a Checked,
    pub(super) start: &'a World,
    pub(super) worlds: &'a Worlds<'a>,
    /// Whether a story ends in a world.
    pub(super) ends: &'a [bool],
}

impl Surveyed<'_> {
    /// Takes a story for each such end; `false` where the budget or the number of stories ended that.
    pub(super) fn unprepared(&self, found: &mut Found, budget: Budget<'_>) -> bool {
        let statements = self.checked.plan().statements.iter().enumerate();
        let mut left = budget.states.saturating_mul(LOOKS).max(LEAST);
        for (number, _) in statements.filter(|(_, stated)| stated.value.is_before()) {
            if !self.before(number, found, (budget, &mut left)) {
                return false;
            }
        }
        true
    }

    /// The same for one promise. No way goes on behind the second condition, or behind another end.
    fn before(&self, number: usize, found: &mut Found, (budget, left): (Budget<'_>, &mut usize)) -> bool {
        let plan = self.checked.plan();
        let Some(stated) = plan.statements.get(number).map(|stated| &stated.value) else { return true };
        let mut parents: HashMap<u32, Option<u32>> = HashMap::from([(0, None)]);
        let (mut open, mut count) = (VecDeque::from([0]), 0usize);
        while let Some(at) = open.pop_front() {
            let reached = Reached { states: self.worlds.len(), moves: 0, stopped: false };
            let after = self.worlds.after(at);
            *left = left.saturating_sub(ONE + after.len());
            if count.is_multiple_of(LOOK) && !(budget.goes_on)(reached) || *left == 0 {
                return false;
            }
            count += 1;
            let world = self.worlds.world(at);
            if stated.what().holds(&plan.landscape, &world) {
                continue;
            }
            if stated.applies(&plan.landscape, &world) {
                let before = |at: &u32| parents.get(at).copied().flatten();
                let row: Vec<u32> = std::iter::successors(Some(at), before).collect();
                self.tell(&row, &world, (Fault::Untrue(number), found));
                if found.is_enough() {
                    return false;
                }
                continue;
            }
            if self.ends.get(at as usize).copied().unwrap_or(false) {
                continue;
            }
            for (_, next) in after {
                parents.entry(*next).or_insert_with(|| {
                    open.push_back(*next);
                    Some(at)
                });
            }
        }
        true
    }

    /// Takes the story along a row of worlds, the last one first, unless its end is known.
    fn tell(&self, row: &[u32], world: &World, (fault, found): (Fault, &mut Found)) {
        let last = row.get(..2).map(|pair| self.moves(pair)).unwrap_or_default();
        if found.knows(fault, brought_about(&last)) {
            return;
        }
        found.take(self.checked, self.start, (&self.moves(row), world, fault), true);
    }

    /// The moves along a row of worlds, the last one of which comes first.
    fn moves(&self, row: &[u32]) -> Vec<Move> {
        let rules = Rules::of(self.checked);
        let between = |pair: &[u32]| {
            let [to, from] = pair else { return None };
            let (from, to) = (self.worlds.world(*from), self.worlds.world(*to));
            let mut chosen = None;
            rules.next(&from, |step, after| {
                if chosen.is_none() && after.is_ok_and(|after| after == to) {
                    chosen = Some(step);
                }
            });
            chosen
        };
        let mut moves: Vec<Move> = row.windows(2).filter_map(between).collect();
        moves.reverse();
        moves
    }
}
