//! Whether the plan can still finish from everywhere.
//!
//! Everything but traffic and late effects leads nearer to the end and never back: a step is done, a
//! message is received, a window is agreed or begins. So the plan can finish from everywhere if from each
//! world in which it is not over it can come one move nearer, perhaps after some traffic. Nobody may count
//! on a late effect, so none is part of a way to the end.

use std::collections::BTreeSet;

use crate::proof::rules::Move;

use super::{
    machine::Outcome,
    space::{Space, number},
};

/// The first world from which the end cannot be reached. `waiting` are the worlds in which nothing
/// but traffic may happen, though not every step is done.
pub(super) fn stuck(space: &Space, waiting: &[u32]) -> Option<u32> {
    let mut hopeless: BTreeSet<u32> = waiting.iter().copied().collect();
    let mut after = Vec::new();
    loop {
        let mut freed = Vec::new();
        for world in &hopeless {
            let mut is_free = false;
            space.next(*world, &mut after, |step, next, outcome| {
                let is_world = outcome != Outcome::Odd && !matches!(step, Move::Late(_));
                is_free = is_world && space.worlds.number(next).is_some_and(|next| !hopeless.contains(&next));
                !is_free
            });
            freed.extend(is_free.then_some(*world));
        }
        if freed.is_empty() {
            break;
        }
        hopeless.retain(|world| freed.binary_search(world).is_err());
    }
    if hopeless.is_empty() { None } else { first(space) }
}

/// The first world from which the end cannot be reached, by a walk back from every end.
fn first(space: &Space) -> Option<u32> {
    let mut into: Vec<(u32, u32)> = space.edges_in_time().into_iter().map(|(from, to)| (to, from)).collect();
    into.sort_unstable();
    let mut ends: Vec<bool> = (0..space.states()).map(|world| space.is_ended(number(world))).collect();
    let mut queue: Vec<u32> = (0..).zip(&ends).filter(|(_, ends)| **ends).map(|(world, _)| world).collect();
    while let Some(world) = queue.pop() {
        let begin = into.partition_point(|(to, _)| *to < world);
        for (_, from) in into.get(begin..).unwrap_or_default().iter().take_while(|(to, _)| *to == world) {
            if let Some(can_end) = ends.get_mut(*from as usize).filter(|ends| !**ends) {
                *can_end = true;
                queue.push(*from);
            }
        }
    }
    ends.iter().position(|can_end| !can_end).map(number)
}
