//! Where one condition is to hold before another, no way leads to the second past the first.

use fixedbitset::FixedBitSet;

use crate::{plan::Plan, world::state::World};

/// The moves between worlds (by number), kept where a promise speaks of what comes before what.
pub(super) struct Ways {
    /// Of each such statement, by its place among all: the worlds in which what must come first holds,
    /// and those of which it speaks.
    statements: Vec<(usize, [FixedBitSet; 2])>,
    moves: Vec<Vec<usize>>,
}

impl Ways {
    pub(super) fn of(plan: &Plan, worlds: usize) -> Self {
        let none = || [FixedBitSet::with_capacity(worlds), FixedBitSet::with_capacity(worlds)];
        let before = plan.statements.iter().enumerate().filter(|(_, stated)| stated.value.is_before());
        let statements: Vec<_> = before.map(|(number, _)| (number, none())).collect();
        let moves = if statements.is_empty() { Vec::new() } else { vec![Vec::new(); worlds] };
        Self { statements, moves }
    }

    /// Notes what a world says of them.
    pub(super) fn look(&mut self, plan: &Plan, number: usize, world: &World) {
        for (statement, [first, second]) in &mut self.statements {
            let Some(stated) = plan.statements.get(*statement) else { continue };
            first.set(number, stated.value.what().holds(&plan.landscape, world));
            second.set(number, stated.value.applies(&plan.landscape, world));
        }
    }

    /// Notes a move.
    pub(super) fn lead(&mut self, from: usize, to: usize) {
        if let Some(moves) = self.moves.get_mut(from) {
            moves.push(to);
        }
    }

    /// Whether no way from there leads to what comes second past what comes first.
    pub(super) fn are_prepared(&self, start: usize) -> bool {
        self.statements.iter().all(|(_, [first, second])| {
            let mut seen = FixedBitSet::with_capacity(self.moves.len());
            let mut left = vec![start];
            while let Some(world) = left.pop() {
                if seen.put(world) || first.contains(world) {
                    continue;
                }
                if second.contains(world) {
                    return false;
                }
                left.extend(self.moves.get(world).into_iter().flatten().copied());
            }
            true
        })
    }
}
