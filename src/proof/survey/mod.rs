//! The different ways in which a refused plan fails: one story for each ending.
//!
//! Two endings differ by what is wrong (the promise, the flow and the key, the step and its need, the
//! condition) and by the step that brings it about. No story goes on behind a fault, so what shows
//! only behind another one is told when that one is mended.

mod worlds;

use crate::{
    check::Checked,
    source::Finding,
    world::{id::StepId, state::World},
};

use super::{
    cuts::{broken, walk},
    explicit::search::{LEAST, LOOKS, ROOM},
    pack::Packing,
    refusal::refusal,
    rules::{Fault, Move, Rules},
    story::Story,
    verdict::Refuted,
};

use worlds::Worlds;

/// The ways in which a plan fails.
#[derive(Debug)]
pub struct Survey {
    /// The plan, which a sandbox may still play.
    pub checked: Checked,
    /// The stories, the one that was found first before the others.
    pub stories: Vec<Told>,
    /// Why there may be more; nothing where every other story goes through one of these endings.
    pub open: Option<Open>,
}

/// One of them.
#[derive(Debug)]
pub struct Told {
    /// How it comes about.
    pub story: Story,
    /// Whether no story with this ending is shorter.
    pub shortest: bool,
    /// Its page.
    pub finding: Finding,
}

/// Why there may be more endings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Open {
    /// There are as many as were asked for.
    Enough,
    /// The search reached its bound.
    Bound,
}

/// Tells at most so many stories of a refused plan, each with another ending. The search looks at no
/// more worlds than the budget allows; where it ends there, causal cuts are asked for more.
#[must_use]
pub fn survey(refuted: Refuted, start: &World, budget: usize, most: usize) -> Survey {
    let Refuted { checked, fault, story, shortest, finding, .. } = refuted;
    let first = (fault, brought_about(&story.moves()));
    let mut found = Found { most, ends: vec![first], stories: vec![Told { story, shortest, finding }] };
    // Without the shortest one the search came to its bound already.
    let is_whole = shortest && found.search(&checked, start, budget);
    if !is_whole {
        for broken in broken(&checked, start) {
            if let Some((moves, world, fault)) = walk(&checked, start, &broken) {
                found.take(&checked, start, (&moves, &world, fault), false);
            }
        }
    }
    let open = if found.is_enough() { Some(Open::Enough) } else { (!is_whole).then_some(Open::Bound) };
    Survey { checked, stories: found.stories, open }
}

/// The step with which a story ends.
fn brought_about(moves: &[Move]) -> Option<StepId> {
    match moves.last() {
        Some(Move::Act(step) | Move::Answer(step)) => Some(*step),
        _ => None,
    }
}

struct Found {
    most: usize,
    ends: Vec<(Fault, Option<StepId>)>,
    stories: Vec<Told>,
}

impl Found {
    fn is_enough(&self) -> bool {
        self.stories.len() >= self.most
    }

    fn knows(&self, fault: Fault, last: Option<StepId>) -> bool {
        self.ends.contains(&(fault, last))
    }

    fn take(
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
    fn search(&mut self, checked: &Checked, start: &World, budget: usize) -> bool {
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
                        fresh.push((step, world.clone(), fault));
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
        // A promise that speaks of no moment is wrong only where nothing else is.
        if self.ends.iter().all(|(fault, _)| matches!(fault, Fault::Vacuous(_))) {
            for number in unspoken {
                self.take(checked, start, (&[], start, Fault::Vacuous(number)), true);
            }
        }
        true
    }
}
