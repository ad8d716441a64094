//! Exchanges that leave their alias without a key for a moment.

use crate::world::{
    effect::Effect,
    id::{ChannelId, PlaceId, StepId},
    state::World,
    word::Word,
};

use super::Plan;

/// A step that exchanges in two acts, and a flow that signs with what lies under the alias. A flow that lists
/// a second alias is one too: whether it has something to sign with meanwhile is not asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The step.
    pub step: StepId,
    /// The flow.
    pub flow: ChannelId,
}

impl Gap {
    /// Whether a moment is one at which the flow may look its alias up in vain: it runs, all that the
    /// step comes after is done, and the step is not.
    ///
    /// What the step needs is not asked. It holds when the step begins, and may not do so any more
    /// while the step is under way.
    #[must_use]
    pub fn is_open(&self, plan: &Plan, world: &World) -> bool {
        let before = &plan.steps[self.step].after;
        world.running[self.flow]
            && !world.is_done(self.step)
            && before.iter().all(|earlier| world.is_done(earlier.value))
    }
}

impl Gap {
    /// The same, in words.
    #[must_use]
    pub fn words(self) -> [Word; 2] {
        [Word::Turn(self.step), Word::runs(self.flow, true)]
    }
}

impl Plan {
    /// The place whose key a step exchanges.
    #[must_use]
    pub fn exchanged(&self, step: StepId) -> Option<PlaceId> {
        self.steps[step].action.value.effects().into_iter().find_map(|effect| match effect {
            Effect::Exchange { place, .. } => Some(place),
            _ => None,
        })
    }

    /// The exchanges with a gap, each with each flow that signs with its alias.
    #[must_use]
    pub fn gaps(&self) -> Vec<Gap> {
        let land = &self.landscape;
        let mut gaps = Vec::new();
        for (step, row) in self.steps.iter() {
            for effect in row.action.value.effects() {
                let Effect::Exchange { place, .. } = effect else { continue };
                if land.stores[land.places[place].store].has_gap {
                    let flows = land.channels.iter().filter(|(_, channel)| channel.lists(place));
                    gaps.extend(flows.map(|(flow, _)| Gap { step, flow }));
                }
            }
        }
        gaps
    }
}
