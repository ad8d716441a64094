//! Which key takes the place of which.

use std::collections::BTreeMap;

use crate::world::{
    effect::Effect,
    id::{KeyId, PlaceId, StepId, Table},
};

use super::{Step, resolve::Draft};

/// A key that an exchange brings under an alias takes the place of the key that lies there first, and so does
/// one to which a flow is repointed, of the one under the alias that the flow lists.
pub(super) fn predecessors(draft: &Draft, steps: &Table<StepId, Step>) -> BTreeMap<KeyId, KeyId> {
    let mut map = BTreeMap::new();
    let start: BTreeMap<PlaceId, KeyId> =
        draft.start.places.iter().rev().map(|(place, key, _)| (*place, *key)).collect();
    let land = &draft.landscape;
    for effect in steps.rows().flat_map(|step| step.action.value.effects()) {
        let (place, key) = match effect {
            Effect::Exchange { place, key, .. } => (place, key),
            Effect::Repoint { own, key, .. } => {
                (land.places[own].of.map_or(own, |flow| land.channels[flow].alias), key)
            }
            _ => continue,
        };
        if let Some(old) = start.get(&place).filter(|old| **old != key) {
            map.entry(key).or_insert(*old);
        }
    }
    map
}
