//! Late effects: an attempt that was given up takes effect after all, though its step is done.

use crate::{transition::moves::late, world::state::World};

use super::{Fault, Move, Rules};

impl Rules<'_> {
    /// The world in which the fault of a move shows: what goes wrong does not take place, but for a late
    /// effect, of which nobody is asked.
    #[must_use]
    pub fn shows(&self, world: &World, step: Move) -> World {
        let late = match step {
            Move::Late(step) => late(self.checked, world, step),
            _ => None,
        };
        late.unwrap_or_else(|| world.clone())
    }

    /// What a late effect breaks that only an open window allows.
    ///
    /// It may come at any later moment, also when the windows that were agreed are over. In a proof a window
    /// that has begun stays so, for nothing in a plan ends it; so it is asked what the effect would break if
    /// none were open.
    pub(super) fn untimely(&self, before: &World, after: &World) -> Option<Fault> {
        let plan = self.checked.plan();
        let land = &plan.landscape;
        let (before, after) = (before.without_windows(), after.without_windows());
        let broken = self.judged.iter().find_map(|promise| {
            promise
                .broken(land, &after)
                .filter(|_| promise.window().is_some())
                .filter(|_| promise.broken(land, &before).is_none())
        });
        let untrue = || {
            plan.statements.iter().position(|stated| {
                stated.value.is_broken(land, &after) && !stated.value.is_broken(land, &before)
            })
        };
        broken.map(Fault::Breach).or_else(|| untrue().map(Fault::Untrue))
    }
}
