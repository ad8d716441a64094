//! Late effects: an attempt that was given up takes effect after all, though its step is done.

use crate::world::{
    id::StepId,
    state::{WindowState, World},
};

use super::{Fault, Move, Rules};

impl Rules<'_> {
    /// The late effects that may come next. False where all looks were taken before the last of them.
    pub(super) fn come_late(
        &self,
        world: &World,
        wanted: impl Fn(Move) -> bool,
        found: &mut impl FnMut(Move, Result<World, Fault>),
    ) -> bool {
        let moves = self.checked.late().moves().iter().copied();
        for step in moves.filter(|step| world.is_done(*step) && wanted(Move::Late(*step))) {
            if !self.look(2 * self.weight) {
                return false;
            }
            let Some(after) = self.late(world, step) else { continue };
            let fault = self.untimely(world, &after);
            found(Move::Late(step), fault.map_or(Ok(after), Err));
        }
        true
    }

    /// The world after a late effect, whatever is wrong with it; nothing where it does not fit or changes
    /// nothing.
    #[must_use]
    pub fn late(&self, world: &World, step: StepId) -> Option<World> {
        let plan = self.checked.plan();
        let mut after = world.clone();
        for effect in plan.steps[step].action.value.effects() {
            effect.apply(&plan.landscape, &mut after).ok()?;
        }
        (after != *world).then_some(after)
    }

    /// The world in which the fault of a move shows: what goes wrong does not take place, but for a late
    /// effect, of which nobody is asked.
    #[must_use]
    pub fn shows(&self, world: &World, step: Move) -> World {
        let late = match step {
            Move::Late(step) => self.late(world, step),
            _ => None,
        };
        late.unwrap_or_else(|| world.clone())
    }

    /// What a late effect breaks that only an open window allows.
    ///
    /// It may come at any later moment, also when the windows that were agreed are over. In a proof a window
    /// that has begun stays so, for nothing in a plan ends it; so it is asked what the effect would break if
    /// none were open.
    fn untimely(&self, before: &World, after: &World) -> Option<Fault> {
        let plan = self.checked.plan();
        let land = &plan.landscape;
        let over = |world: &World| {
            let mut over = world.clone();
            land.windows.ids().for_each(|window| over.windows[window] = WindowState::Unagreed);
            over
        };
        let (before, after) = (over(before), over(after));
        let broken = self.judged.iter().map(super::Judged::invariant).find_map(|promise| {
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
