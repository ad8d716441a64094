//! How far each world is from the end.

use std::collections::VecDeque;

use crate::proof::explicit::space::Space;

/// The fewest moves from each world, by number, to one in which every step is done.
pub(super) fn ranks(space: &Space) -> Vec<u32> {
    let mut edges: Vec<(u32, u32)> = space.edges_in_time().into_iter().map(|(from, to)| (to, from)).collect();
    edges.sort_unstable();
    let mut ranks = vec![u32::MAX; space.states()];
    let mut queue = VecDeque::new();
    for (state, rank) in (0..).zip(&mut ranks) {
        if space.is_ended(state) {
            *rank = 0;
            queue.push_back((state, 0));
        }
    }
    while let Some((state, rank)) = queue.pop_front() {
        let first = edges.partition_point(|(to, _)| *to < state);
        let into = edges.get(first..).unwrap_or_default().iter().take_while(|(to, _)| *to == state);
        for (_, from) in into {
            if let Some(slot) = ranks.get_mut(*from as usize).filter(|slot| **slot == u32::MAX) {
                *slot = rank + 1;
                queue.push_back((*from, rank + 1));
            }
        }
    }
    ranks
}
