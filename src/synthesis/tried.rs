//! The acts on keystores that a plan is made of.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    action::{exchange::backup_alias, restore::next_alias},
    invariant::course::Course,
    name::Alias,
    world::{
        effect::Effect,
        id::{KeyId, PlaceId, StoreId},
        landscape::{Fact, Value},
    },
};

use super::{
    library::{Library, Reach},
    scenario::Scenario,
};

/// From where an exchange can take a key, by keystore.
type Homes = BTreeMap<(StoreId, KeyId), BTreeSet<PlaceId>>;

/// Adds them. All aliases are told apart.
pub(super) fn keystores(library: &mut Library, scenario: &Scenario) -> BTreeSet<PlaceId> {
    let (targets, mut fresh) = (targets(scenario), fresh(scenario));
    if library.reach == Reach::Usual {
        fresh.retain(|key| is_wanted(scenario, *key));
    }
    let mut homes = Homes::new();
    for (place, key) in scenario.plan.places_in_use() {
        let store = library.landscape.places[place].store;
        homes.entry((store, key)).or_insert_with(|| BTreeSet::from([place]));
    }
    create(library, scenario, (&targets, &fresh), &mut homes);
    let mut places = targets;
    if library.reach == Reach::Wide {
        places.extend(homes.values().flatten());
        places.extend(scenario.places_spoken_of());
    }
    let kept = exchange(library, &places, &homes);
    // Whatever is destroyed bars the way back.
    if library.reach == Reach::Wide && scenario.plan.promised(Course::CanAbort).is_none() {
        destroy(library, scenario, &kept);
    }
    library.landscape.places.ids().collect()
}

/// The aliases that flows sign with or that the end speaks of.
fn targets(scenario: &Scenario) -> BTreeSet<PlaceId> {
    let plan = &scenario.plan;
    let mut targets: BTreeSet<PlaceId> = plan.landscape.channels.rows().map(|flow| flow.stamps).collect();
    targets.extend(scenario.wanted().filter_map(|wanted| match wanted {
        (Fact::Place(place), Value::Key(Some(_))) => Some(place),
        _ => None,
    }));
    targets
}

/// Whether the end wants a key, or a receiver knows it.
fn is_wanted(scenario: &Scenario, key: KeyId) -> bool {
    let wants = |(fact, value): (Fact, Value)| {
        value == Value::Key(Some(key))
            || matches!(fact, Fact::Accepts(_, accepted) if accepted == key && value == Value::Is(true))
    };
    scenario.wanted().any(wants) || scenario.plan.start.accepted.rows().any(|keys| keys.contains(key))
}

/// The keys that lie nowhere yet.
pub(super) fn fresh(scenario: &Scenario) -> Vec<KeyId> {
    let plan = &scenario.plan;
    let lies = |key: &KeyId| plan.places_in_use().any(|(_, held)| held == *key);
    plan.landscape.keys.ids().filter(|key| !lies(key)).collect()
}

/// Keys that lie nowhere yet are created at the aliases that could name them where these are free, beside
/// those, and in the keystores without such aliases too: a receiver may want them.
fn create(
    library: &mut Library,
    scenario: &Scenario,
    (targets, fresh): (&BTreeSet<PlaceId>, &[KeyId]),
    homes: &mut Homes,
) {
    let mut put = |library: &mut Library, place: PlaceId, key: KeyId| {
        let store = library.landscape.places[place].store;
        homes.entry((store, key)).or_default().insert(place);
        library.add(Effect::Put { place, key });
    };
    let mut staged: BTreeSet<(StoreId, KeyId)> = BTreeSet::new();
    for target in targets {
        let store = library.landscape.places[*target].store;
        for key in fresh {
            if scenario.plan.start.places[*target].is_none() || library.reach == Reach::Wide {
                put(library, *target, *key);
            }
            if !staged.contains(&(store, *key))
                && let Some(place) = beside(library, *target, *key, fresh.len() > 1)
            {
                staged.insert((store, *key));
                put(library, place, *key);
            }
        }
    }
    for store in library.landscape.stores.ids() {
        for key in fresh.iter().filter(|key| !staged.contains(&(store, **key))) {
            let name = library.landscape.keys[*key].clone();
            if let Some(place) = library.free_alias(store, &name) {
                put(library, place, *key);
            }
        }
    }
}

/// A free alias beside another one.
fn beside(library: &mut Library, target: PlaceId, key: KeyId, several: bool) -> Option<PlaceId> {
    let place = library.landscape.places[target].clone();
    let suffix = if several { format!("-{}", library.landscape.keys[key]) } else { "-next".to_owned() };
    let staged = library.free_alias(place.store, &format!("{}{suffix}", place.alias))?;
    let written = library.landscape.places[staged].alias.as_str().strip_prefix(place.alias.as_str());
    let suffix = written.unwrap_or_default().to_owned();
    library.spelling.beside(&library.landscape, (target, staged), &suffix);
    Some(staged)
}

/// An alias comes to name any other key of its keystore. Says which key is kept under which alias.
fn exchange(
    library: &mut Library,
    places: &BTreeSet<PlaceId>,
    homes: &Homes,
) -> BTreeMap<PlaceId, BTreeSet<KeyId>> {
    let mut kept: BTreeMap<PlaceId, BTreeSet<KeyId>> = BTreeMap::new();
    for place in places {
        let row = library.landscape.places[*place].clone();
        let Some(alias) = backup_alias(&row.alias) else { continue };
        for ((_, key), homes) in homes.iter().filter(|((store, _), _)| *store == row.store) {
            for staged in homes.iter().copied().filter(|staged| staged != place) {
                let mut backup = library.landscape.place(row.store, &alias);
                if staged == backup {
                    // It lies where an exchange of this alias has left it: that one is taken back.
                    let Some(next) = next_alias(&row.alias) else { continue };
                    backup = library.landscape.place(row.store, &next);
                    library.spelling.beside(&library.landscape, (*place, backup), "-next");
                    library.restored.insert((*place, staged, backup));
                }
                library.add(Effect::Exchange { place: *place, staged, key: *key, backup });
                kept.entry(backup).or_default().insert(*key);
            }
            if homes.contains(place) {
                let backup = library.landscape.place(row.store, &alias);
                kept.entry(backup).or_default().insert(*key);
            }
        }
    }
    kept
}

/// What an exchange left under a backup alias is destroyed.
fn destroy(library: &mut Library, scenario: &Scenario, kept: &BTreeMap<PlaceId, BTreeSet<KeyId>>) {
    for (backup, keys) in kept {
        let store = library.landscape.places[*backup].store;
        let lies = |key: KeyId| scenario.plan.places_in_use().any(|at| at == (*backup, key));
        for key in keys.iter().copied().filter(|key| !lies(*key)) {
            if library.lay_aside(store, key).is_some() {
                library.add(Effect::Remove { place: *backup, key });
            }
        }
    }
}

/// The alias of which another one is the backup alias, or the one at which a pair waits that it was restored
/// from; nothing where it is neither.
pub(super) fn kept_of(alias: &Alias) -> Option<Alias> {
    let folded = alias.folded();
    let stem = folded.strip_suffix("-backup").or_else(|| folded.strip_suffix("-next"));
    stem.and_then(|stem| Alias::new(stem).ok())
}
