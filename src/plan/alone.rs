//! Which keys may ever lie under an alias, and which of them meet on one message.

use std::collections::{BTreeMap, BTreeSet};

use crate::world::{
    effect::Effect,
    id::{KeyId, PlaceId, StepId, Table},
    landscape::{Fact, Landscape, Value},
    state::World,
};

use super::{Plan, Step};

/// The two keys of each message that some flow of a plan may send.
///
/// Whatever the steps do in whatever order, a key comes to lie at a place from the start, because a step
/// puts it there, or because an exchange moves it there from the alias that it exchanges.
pub(super) fn pairs(
    landscape: &Landscape,
    start: &World,
    steps: &Table<StepId, Step>,
) -> BTreeSet<(KeyId, KeyId)> {
    if landscape.doubled().is_none() {
        return BTreeSet::new();
    }
    let mut held: BTreeMap<PlaceId, BTreeSet<KeyId>> = BTreeMap::new();
    for (place, key) in start.places.iter() {
        held.entry(place).or_default().extend(*key);
    }
    let mut moves = Vec::new();
    for effect in steps.rows().flat_map(|step| step.action.value.effects()) {
        for (fact, value) in effect.writes() {
            if let (Fact::Place(place), Value::Key(Some(key))) = (fact, value) {
                held.entry(place).or_default().insert(key);
            }
        }
        if let Effect::Exchange { place, backup, .. } = effect {
            moves.push((place, backup));
        }
    }
    // What is moved to a backup alias may be moved on from there.
    let mut grows = true;
    while grows {
        grows = false;
        for (place, backup) in &moves {
            let from = held.get(place).cloned().unwrap_or_default();
            let to = held.entry(*backup).or_default();
            let before = to.len();
            to.extend(from);
            grows |= to.len() > before;
        }
    }
    let keys = |place: PlaceId| held.get(&place).into_iter().flatten().copied();
    let doubled = landscape.channels.rows().filter_map(|flow| Some((flow.stamps, flow.beside?)));
    let both = doubled.flat_map(|(one, other)| keys(one).flat_map(move |a| keys(other).map(move |b| (a, b))));
    both.filter(|(one, other)| one != other).map(|(one, other)| (one.min(other), one.max(other))).collect()
}

impl Plan {
    /// Whether a key lies at a place from the start, or a step may bring it there.
    #[must_use]
    pub fn may_name(&self, place: PlaceId, key: KeyId) -> bool {
        let brings = |effect: Effect| {
            effect.writes().contains(&(Fact::Place(place), Value::Key(Some(key))))
                || effect.displaces() == Some(Fact::Place(place))
        };
        self.start.places[place] == Some(key)
            || self.steps.rows().flat_map(|step| step.action.value.effects()).any(brings)
    }
}
