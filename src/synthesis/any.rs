//! All that any plan could do to keystores, and more than that: for the proof that no plan exists.
//!
//! There is no end of aliases, so only those are told apart of which the scenario speaks. Of each key is
//! said further whether it lies under some other alias of a keystore, as if there were always room for it.
//! So each act of a plan, at whatever alias, is one of these acts or changes nothing here.

use std::collections::BTreeSet;

use crate::{
    action::{exchange::backup_alias, restore::next_alias},
    name::Alias,
    world::{
        effect::Effect,
        id::{KeyId, PlaceId, StoreId},
    },
};

use super::{
    library::Library,
    scenario::Scenario,
    tried::{fresh, kept_of},
};

/// Adds them, and says which aliases are told apart.
pub(super) fn keystores(library: &mut Library, scenario: &Scenario) -> BTreeSet<PlaceId> {
    let plan = &scenario.plan;
    let mut apart: BTreeSet<PlaceId> = scenario.places_spoken_of();
    apart.extend(plan.landscape.channels.rows().map(|flow| flow.stamps));
    // Whatever brings a key under a backup alias is an exchange of the alias that it belongs to, or what takes
    // that back.
    let mut waiting: Vec<PlaceId> = apart.iter().copied().collect();
    while let Some(place) = waiting.pop() {
        let row = library.landscape.places[place].clone();
        if let Some(stem) = kept_of(&row.alias) {
            let stem = library.landscape.place(row.store, &stem);
            if apart.insert(stem) {
                waiting.push(stem);
            }
        }
    }
    let fresh = fresh(scenario);
    for store in library.landscape.stores.ids() {
        for key in library.landscape.keys.ids() {
            let here =
                |(place, held): (PlaceId, KeyId)| held == key && plan.landscape.places[place].store == store;
            if fresh.contains(&key) {
                for place in apart_in(library, &apart, store) {
                    library.add(Effect::Put { place, key });
                }
                if let Some(place) = library.lay_aside(store, key) {
                    library.add(Effect::Put { place, key });
                }
            } else if plan.places_in_use().any(here) {
                library.lay_aside(store, key);
            }
        }
    }
    for place in apart.iter().copied() {
        moves(library, scenario, (place, &apart), &fresh);
    }
    apart
}

fn apart_in(library: &Library, apart: &BTreeSet<PlaceId>, store: StoreId) -> Vec<PlaceId> {
    apart.iter().copied().filter(|place| library.landscape.places[*place].store == store).collect()
}

/// How an alias that is told apart comes to name another key, or none.
fn moves(
    library: &mut Library,
    scenario: &Scenario,
    (place, apart): (PlaceId, &BTreeSet<PlaceId>),
    fresh: &[KeyId],
) {
    let plan = &scenario.plan;
    let row = library.landscape.places[place].clone();
    let keys = library.aside.iter().filter(|((store, _), _)| *store == row.store);
    let keys: Vec<(KeyId, PlaceId)> = keys.map(|((_, key), aside)| (*key, *aside)).collect();
    let beside = |alias: Alias| library.landscape.entry(row.store, &alias).filter(|at| apart.contains(at));
    let (backup, next) = (backup_alias(&row.alias).map(&beside), next_alias(&row.alias).map(&beside));
    for (key, aside) in keys {
        let is_fresh = fresh.contains(&key);
        // A pair is exchanged from where it lay first.
        let mut homes: BTreeSet<PlaceId> = if is_fresh {
            apart_in(library, apart, row.store).into_iter().chain([aside]).collect()
        } else {
            let held = plan.places_in_use().filter(|(_, held)| *held == key).map(|(home, _)| home);
            let held = held.filter(|home| plan.landscape.places[*home].store == row.store);
            held.map(|home| if apart.contains(&home) { home } else { aside }).collect()
        };
        // By the exchange of another alias for it; or it was kept there, and is destroyed.
        if homes.contains(&place) || kept_of(&row.alias).is_some() {
            library.add(Effect::Remove { place, key });
        }
        homes.remove(&place);
        if let (Some(kept), Some(next)) = (backup, next) {
            let (staged, backup) = (kept.unwrap_or(aside), next.unwrap_or(aside));
            // With both aside it is like any other exchange from there.
            if kept.is_some() || next.is_some() {
                library.restored.insert((place, staged, backup));
            }
            library.add(Effect::Exchange { place, staged, key, backup });
        }
        if let Some(backup) = backup {
            for staged in homes {
                let backup = backup.unwrap_or(aside);
                library.add(Effect::Exchange { place, staged, key, backup });
            }
        }
    }
}
