//! Where one condition is to hold before another: a way to the second on which the first never holds.

use std::collections::{BTreeMap, VecDeque};

use crate::{
    proof::rules::{Fault, Move, Rules},
    world::state::World,
};

use super::space::Space;

/// A shortest way to a moment that breaks the first such promise of the plan that can be broken. The
/// worlds of the space are all that there are, so this walks among them, past none in which the first
/// condition holds.
pub(super) fn unprepared(rules: &Rules<'_>, space: &Space) -> Option<(Vec<Move>, World, Fault)> {
    let plan = rules.checked().plan();
    let land = &plan.landscape;
    for (number, stated) in plan.statements.iter().enumerate().filter(|(_, stated)| stated.value.is_before())
    {
        let has_come = |world: &World| stated.value.what().holds(land, world);
        let is_broken = |world: &World| stated.value.applies(land, world);
        let mut parents: BTreeMap<u32, Option<u32>> = BTreeMap::from([(0, None)]);
        let mut open = VecDeque::from([0]);
        while let Some(at) = open.pop_front() {
            let world = space.world(at);
            if has_come(&world) {
                continue;
            }
            if is_broken(&world) {
                return Some((way(space, &parents, at), world, Fault::Untrue(number)));
            }
            let mut after = Vec::new();
            space.next(at, &mut after, |_, next, _| {
                if let Some(next) = space.worlds.number(next)
                    && !parents.contains_key(&next)
                {
                    parents.insert(next, Some(at));
                    open.push_back(next);
                }
                true
            });
        }
    }
    None
}

/// The moves along the parents of a world.
fn way(space: &Space, parents: &BTreeMap<u32, Option<u32>>, last: u32) -> Vec<Move> {
    let before = |at: &u32| parents.get(at).copied().flatten();
    let mut row: Vec<u32> = std::iter::successors(Some(last), before).collect();
    row.reverse();
    space.moves_along(&row)
}
