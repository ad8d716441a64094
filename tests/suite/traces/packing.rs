//! A world and its few words.

use std::collections::HashMap;

use keyroll::{
    check::Checked,
    proof::pack::Packing,
    world::{
        id::{KeyId, KeySet},
        state::{WindowState, World},
    },
};

use super::{ONE_KEY, TWO_KEYS};
use crate::{
    random_plans::{generated::Chance, sound},
    reference::read,
};

#[test]
fn a_world_is_the_same_after_it_was_packed() {
    let mut chance = Chance::new(7);
    let mut worlds = 0;
    let mut wide = String::from("keyroll 1\nplan wide\nrole one\nrole two\n");
    for key in 0..130 {
        wide.push_str(&format!("key k{key}\n"));
    }
    wide.push_str("window w\nkeystore s of one {\n");
    for place in 0..9 {
        wide.push_str(&format!("alias \"a{place}\" is k{}\n", place * 16));
    }
    wide.push_str("}\nreceiver p of two {\naccepts k0\naccepts k129\n}\n");
    for flow in 0..3 {
        wide.push_str(&format!("flow f{flow} of one {{\nsigns xml with s[\"a{flow}\"]\nsends to p\ndelivers within 1h\ndeployed\n}}\n"));
    }
    for step in 0..70 {
        wide.push_str(&format!("step x{step} by one {{\ninform two\n}}\n"));
    }
    let plans = [read(TWO_KEYS), read(ONE_KEY), read(&wide)].map(Result::unwrap);
    for checked in plans.into_iter().chain(sound(50_000..50_400)) {
        let plan = checked.plan();
        let packing = Packing::of(plan);
        let mut seen: HashMap<Vec<u64>, World> = HashMap::new();
        for _ in 0..40 {
            let world = any_world(&mut chance, &checked);
            let mut words = vec![u64::MAX];
            packing.pack(&world, &mut words);
            assert_eq!(words[0], u64::MAX, "it is written behind what is there");
            assert_eq!(packing.unpack(&words[1..]), world);
            if let Some(other) = seen.insert(words, world.clone()) {
                assert_eq!(other, world, "two worlds are packed alike");
            }
            worlds += 1;
        }
    }
    println!("packing: {worlds} worlds");
}

fn any_world(chance: &mut Chance, checked: &Checked) -> World {
    let plan = checked.plan();
    let land = &plan.landscape;
    let mut world = World::empty(land, plan.steps.len(), plan.deliveries.len());
    let keys: Vec<KeyId> = land.keys.ids().collect();
    let some =
        |chance: &mut Chance| -> KeySet { keys.iter().copied().filter(|_| chance.percent(50)).collect() };
    for place in land.places.ids() {
        world.places[place] = chance.percent(70).then(|| chance.of(&keys));
    }
    for set in land.acceptors.ids() {
        world.accepted[set] = some(chance);
    }
    for flow in land.channels.ids() {
        world.under_way[flow] = some(chance);
        world.running[flow] = chance.percent(50);
    }
    let states = [WindowState::Unagreed, WindowState::Proposed, WindowState::Agreed, WindowState::Open];
    for window in land.windows.ids() {
        world.windows[window] = chance.of(&states);
    }
    for own in land.own_facts.ids() {
        world.set[own] = chance.percent(50);
    }
    for step in 0..plan.steps.len() {
        world.done.set(step, chance.percent(50));
    }
    for delivery in 0..plan.deliveries.len() {
        world.heard.set(delivery, chance.percent(50));
    }
    world
}
