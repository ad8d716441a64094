//! Which endings were found, by a search through every world up to the first fault on each way.

use crate::{
    check::Checked,
    proof::{
        budget::{Budget, Reached},
        explicit::search::{LEAST, LOOKS, ROOM},
        pack::Packing,
        refusal::refusal,
        rules::{Fault, Move, Rules},
        story::Story,
    },
    world::{id::StepId, state::World},
};

use super::{Told, unprepared::Surveyed, worlds::Worlds};

/// The step with which a story ends.
pub(super) fn brought_about(moves: &[Move]) -> Option<StepId> {
    match moves.last() {
        Some(Move::Act(step) | Move::Answer(step) | Move::Late(step)) => Some(*step),
        _ => None,
    }
}

/// After so many worlds it is asked whether to go on.
pub(super) const LOOK: usize = 256;

/// What was found so far.
pub(super) struct Found {
    pub(super) most: usize,
    pub(super) ends: Vec<(Fault, Option<StepId>)>,
    pub(super) stories: Vec<Told>,
}

impl Found {
    pub(super) fn is_enough(&self) -> bool {
        self.stories.len() >= self.most
    }

    pub(super) fn knows(&self, fault: Fault, last: Option<StepId>) -> bool {
        self.ends.contains(&(fault, last))
    }

    pub(super) fn take(
        &mut self,
        checked: &Checked,
        start: &World,
        (moves, world, fault): (&[Move], &World, Fault),
        shortest: bool,
    ) {
        let last = brought_about(moves);
        if self.knows(fault, last) || self.is_enough() {
            return;
        }
        self.ends.push((fault, last));
        let story = Story::of(checked, start, moves, (world, fault));
        let finding = refusal(checked, world, fault, moves);
        self.stories.push(Told { story, shortest, finding });
    }

    /// Looks at every world up to the first fault on each way; `false` where the budget or the number
    /// of stories ended it.
    pub(super) fn search(&mut self, checked: &Checked, start: &World, whole: Budget<'_>) -> bool {
        let Budget { states: budget, goes_on } = whole;
        let rules = Rules::of(checked).within(budget.saturating_mul(LOOKS).max(LEAST));
        let room = budget.saturating_mul(ROOM).max(LEAST);
        let plan = checked.plan();
        let speaks = |number: &usize, world: &World| {
            plan.statements.get(*number).is_some_and(|s| s.value.applies(&plan.landscape, world))
        };
        let mut unspoken: Vec<usize> = (0..plan.statements.len()).collect();
        unspoken.retain(|number| !speaks(number, start));
        let faults = rules.faults(start);
        for fault in &faults {
            self.take(checked, start, (&[], start, *fault), true);
        }
        if !faults.is_empty() {
            return true;
        }
        let mut worlds = Worlds::of(Packing::of(plan), start);
        // Worlds in which something is wrong, or a step that may begin goes wrong.
        let mut ends = vec![false];
        let mut at = 0u32;
        while (at as usize) < worlds.len() {
            let index = at as usize;
            let reached = Reached { states: worlds.len(), moves: 0, stopped: false };
            if index.is_multiple_of(LOOK) && !goes_on(reached) {
                return false;
            }
            if ends.get(index).copied().unwrap_or(false) {
                at += 1;
                continue;
            }
            let world = worlds.world(at);
            let mut fresh: Vec<(Move, World, Fault)> = Vec::new();
            rules.next(&world, |step, result| {
                if worlds.bytes() > room {
                    return;
                }
                match result {
                    Err(fault) => {
                        if let Some(end) = ends.get_mut(index) {
                            *end = true;
                        }
                        fresh.push((step, rules.shows(&world, step), fault));
                    }
                    Ok(after) => {
                        if worlds.enter(&after, (at, Some(step))) {
                            let faults = rules.faults(&after);
                            ends.push(!faults.is_empty());
                            unspoken.retain(|number| !speaks(number, &after));
                            fresh.extend(faults.into_iter().map(|fault| (step, after.clone(), fault)));
                        }
                    }
                }
            });
            for (last, world, fault) in fresh {
                if self.knows(fault, brought_about(&[last])) {
                    continue;
                }
                let mut moves = worlds.path(at);
                moves.push(last);
                self.take(checked, start, (&moves, &world, fault), true);
            }
            if self.is_enough() || worlds.len() > budget || worlds.bytes() > room || rules.is_exhausted() {
                return false;
            }
            at += 1;
        }
        // What can be said only after every world was looked at.
        if let Some(state) = worlds.stuck(&Rules::of(checked), &ends) {
            let (world, moves) = (worlds.world(state), worlds.path(state));
            self.take(checked, start, (&moves, &world, Fault::Stuck), true);
        }
        // In the middle of a run the first of two moments may have passed.
        let surveyed = Surveyed { checked, start, worlds: &worlds, ends: &ends };
        if start.done.is_clear() && !surveyed.unprepared(self, whole) {
            return false;
        }
        // A promise that speaks of no moment is wrong only where nothing else is.
        if self.ends.iter().all(|(fault, _)| matches!(fault, Fault::Vacuous(_))) {
            for number in unspoken {
                self.take(checked, start, (&[], start, Fault::Vacuous(number)), true);
            }
        }
        true
    }
}
