//! What bars an effect, held against what the effect does in worlds of every kind.

use std::collections::{BTreeMap, BTreeSet};

use keyroll::world::{
    effect::{Applied, Effect},
    id::{KeyId, PlaceId},
    landscape::{Fact, Landscape, Value},
    state::World,
};

use crate::{
    random_plans::generated::{Chance, plan},
    reference::read,
};

/// All facts of a world that an effect can change.
fn facts(landscape: &Landscape, world: &World) -> BTreeMap<Fact, Value> {
    let accepts =
        landscape.acceptors.ids().flat_map(|at| landscape.keys.ids().map(move |key| Fact::Accepts(at, key)));
    let places = landscape.places.ids().map(Fact::Place);
    let own = landscape.own_facts.ids().map(Fact::Own);
    let all = places.chain(accepts).chain(landscape.channels.ids().map(Fact::Running)).chain(own);
    all.map(|fact| (fact, world.value(landscape, fact))).collect()
}

/// What an effect makes of these facts if it does all that it says.
fn promised(effect: &Effect, before: &BTreeMap<Fact, Value>) -> BTreeMap<Fact, Value> {
    let mut after = before.clone();
    after.extend(effect.changes(|fact| before[&fact]));
    after
}

/// A world with any keys anywhere, each at one place.
pub(super) fn scattered(landscape: &Landscape, start: &World, chance: &mut Chance) -> World {
    let mut world = start.clone();
    let mut keys: Vec<KeyId> = landscape.keys.ids().collect();
    for place in landscape.places.ids() {
        let at = chance.below(keys.len() + 2);
        world.places[place] = (at < keys.len()).then(|| keys.remove(at));
    }
    for receiver in landscape.acceptors.ids() {
        let all: Vec<KeyId> = landscape.keys.ids().collect();
        let most = landscape.acceptors[receiver].capacity.unwrap_or(all.len());
        world.accepted[receiver] = (0..chance.below(most + 1)).map(|_| chance.of(&all)).collect();
    }
    for own in landscape.own_facts.ids() {
        world.set[own] = chance.percent(50);
    }
    world
}

#[test]
fn an_effect_that_nothing_bars_does_all_that_it_says_and_no_other_does() {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for seed in 90_000..90_400 {
        let Ok(checked) = read(&plan(seed)) else { continue };
        let (plan, mut chance) = (checked.plan(), Chance::new(seed));
        let land = &plan.landscape;
        let mut effects: Vec<Effect> =
            plan.steps.rows().flat_map(|step| step.action.value.effects()).collect();
        // And some that no plan may ask for.
        let (places, keys): (Vec<PlaceId>, Vec<KeyId>) =
            (land.places.ids().collect(), land.keys.ids().collect());
        let mut any = || (chance.of(&places), chance.of(&places), chance.of(&places), chance.of(&keys));
        let (place, staged, backup, key) = any();
        effects.push(Effect::Exchange { place, staged, key, backup });
        effects.push(Effect::Put { place, key });
        effects.push(Effect::Remove { place, key });
        for channel in land.channels.ids() {
            effects.push(Effect::Try { channel, key });
        }
        for acceptor in land.acceptors.ids() {
            effects.push(Effect::Accept { acceptor, key });
            effects.push(Effect::Replace { acceptor, old: chance.of(&keys), new: key });
        }
        for _ in 0..20 {
            let world = scattered(land, &plan.start, &mut chance);
            let lies: BTreeSet<(KeyId, PlaceId)> =
                world.places.iter().filter_map(|(place, key)| Some(((*key)?, place))).collect();
            for effect in &effects {
                let where_from = |key| lies.iter().filter(|at| at.0 == key).map(|at| at.1).collect();
                let says =
                    |(fact, value, is): &(Fact, Value, bool)| (world.value(land, *fact) == *value) == *is;
                let is_barred = effect.bars(land, where_from).iter().any(|bar| bar.iter().all(says));
                let has_room = effect.needs_room().is_none_or(|(acceptor, comes, goes)| {
                    let others = world.accepted[acceptor].iter().filter(|key| *key != comes && *key != goes);
                    let is_there = world.accepted[acceptor].contains(comes);
                    land.acceptors[acceptor].capacity.is_none_or(|most| is_there || others.count() < most)
                });
                let mut after = world.clone();
                let applied = effect.apply(land, &mut after);
                let (before, after) = (facts(land, &world), facts(land, &after));
                let kind = match (is_barred, has_room) {
                    (true, _) => "barred",
                    (false, false) => "no room",
                    (false, true) => "does it",
                };
                *seen.entry(kind).or_default() += 1;
                if kind == "does it" {
                    assert!(applied.is_ok(), "{effect:?} {applied:?}\n{world:?}");
                    assert_eq!(after, promised(effect, &before), "{effect:?}\n{world:?}");
                } else if applied.is_ok() {
                    // The only thing that it may do then is nothing: it is so already, or so by chance.
                    assert_eq!(applied, Ok(Applied::AlreadySo), "{kind}: {effect:?}\n{world:?}");
                }
            }
        }
    }
    println!("{seen:?}");
    assert!(seen.values().all(|count| *count > 300) && seen.len() == 3, "{seen:?}");
}
