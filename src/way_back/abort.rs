//! What bars the way back to the world of the start, where a plan promises `can always abort`.
//!
//! Of a proved plan the steps can be taken back in reverse, each after the messages under way have
//! arrived, and the same facts come by again. Three things break that off. A pair that is destroyed is
//! gone. What may come late may do again what was taken back. And a window stays begun: what is promised of facts while it is open may be broken by facts
//! that were there before it began.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    graph::order::Order,
    invariant::stated::Literal,
    plan::Plan,
    world::{
        effect::Effect,
        id::{KeyId, PlaceId, StepId, WindowId},
    },
};

/// Something that bars the way back, or of which it is not shown that it does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bar {
    /// A step destroys a key pair.
    Destroys {
        /// The step.
        step: StepId,
        /// Which pair.
        key: KeyId,
        /// Whether the start names the key, and nothing else takes the pair from where this step finds it:
        /// without it the start is never reached again. Else there may be a way.
        for_good: bool,
    },
    /// A statement (by number) speaks of moments at which a window is open that the plan agrees on.
    Open {
        /// The statement.
        statement: usize,
        /// The window.
        window: WindowId,
    },
    /// An attempt of a step may come late, as the plan says, and do again what was taken back.
    Late {
        /// The step.
        step: StepId,
    },
}

/// All that bars the way back, in the order of the steps and of the text.
#[must_use]
pub fn bars(plan: &Plan, order: &Order) -> Vec<Bar> {
    let mut bars = Vec::new();
    let held: BTreeSet<KeyId> = plan.places_in_use().map(|(_, key)| key).collect();
    let removals = Removals::of(plan, order);
    for step in order.sequence() {
        let row = &plan.steps[*step];
        let stays = |effect: &Effect| !matches!(effect, Effect::Try { .. });
        if row.extra().comes_late.is_some() && row.action.value.effects().iter().any(stays) {
            bars.push(Bar::Late { step: *step });
        }
        for effect in row.action.value.effects() {
            let Effect::Remove { place, key } = effect else { continue };
            let is_there = !removals.by(*step).is_empty() && !is_moved_on(plan, place);
            bars.push(Bar::Destroys { step: *step, key, for_good: is_there && held.contains(&key) });
        }
    }
    let agreed: BTreeSet<WindowId> =
        plan.steps.ids().filter_map(|step| plan.proposal(step)).map(|(window, _)| window).collect();
    for (statement, stated) in plan.statements.iter().enumerate() {
        let asked = stated.value.breaches().into_iter().flatten().find_map(|literal| match literal {
            Literal::Open(window) => Some(window).filter(|window| agreed.contains(window)),
            Literal::NotOpen(_) | Literal::Is(..) | Literal::IsNot(..) => None,
        });
        bars.extend(asked.map(|window| Bar::Open { statement, window }));
    }
    bars
}

/// What the steps of a plan remove.
pub(super) struct Removals<'a> {
    plan: &'a Plan,
    order: &'a Order,
    /// The steps that may bring a key to a place.
    fills: BTreeMap<PlaceId, Vec<StepId>>,
}

impl<'a> Removals<'a> {
    pub(super) fn of(plan: &'a Plan, order: &'a Order) -> Self {
        let mut fills: BTreeMap<PlaceId, Vec<StepId>> = BTreeMap::new();
        for (step, row) in plan.steps.iter() {
            for effect in row.action.value.effects() {
                match effect {
                    Effect::Put { place, .. } => fills.entry(place).or_default().push(step),
                    Effect::Exchange { place, backup, .. } => {
                        fills.entry(place).or_default().push(step);
                        fills.entry(backup).or_default().push(step);
                    }
                    _ => {}
                }
            }
        }
        Self { plan, order, fills }
    }

    /// The pairs that a step removes, where there can be one: none where all that brings it there comes
    /// later.
    pub(super) fn by(&self, step: StepId) -> Vec<(PlaceId, KeyId)> {
        let effects = self.plan.steps[step].action.value.effects();
        let removes = effects.iter().filter_map(|effect| match *effect {
            Effect::Remove { place, key } => Some((place, key)),
            _ => None,
        });
        let comes = |place: &PlaceId| {
            let fills = self.fills.get(place).map_or(&[][..], Vec::as_slice);
            fills.iter().any(|other| !self.order.is_before(step, *other))
        };
        let lies = |place: PlaceId| self.plan.start.places[place].is_some();
        removes.filter(|(place, _)| lies(*place) || comes(place)).collect()
    }
}

/// Whether some exchange may take a key from a place to another one.
fn is_moved_on(plan: &Plan, at: PlaceId) -> bool {
    let takes = |effect: &Effect| matches!(*effect, Effect::Exchange { place, staged, .. } if place == at || staged == at);
    plan.steps.rows().any(|row| row.action.value.effects().iter().any(takes))
}
