//! What the promises say of a moment word by word, held against what they say of worlds of every kind.

use std::collections::{BTreeMap, BTreeSet};

use keyroll::{
    invariant::{alias_is_lost, alias_lost},
    plan::Plan,
    world::{
        id::{Id, KeyId, Table},
        landscape::Transit,
        state::{WindowState, World},
        word::Word,
    },
};

use crate::{
    random_plans::generated::{Chance, plan},
    reference::read,
};

use super::bars::scattered;

/// Whether all of these words are true together. What can be sent was sent.
fn are_so(plan: &Plan, world: &World, words: &[Word]) -> bool {
    let mut so = true;
    for word in words {
        match *word {
            Word::Says((fact, value, is)) => so &= (world.value(&plan.landscape, fact) == value) == is,
            Word::Turn(step) => {
                so &= !world.is_done(step);
                so &= plan.steps[step].after.iter().all(|before| world.is_done(before.value));
            }
            // That it was so when the message was signed is seen by the message.
            Word::Later(flow, key) => so = world.under_way[flow].contains(key),
            Word::End => so &= plan.steps.ids().all(|step| world.is_done(step)),
        }
    }
    so
}

/// A world in which anything may be so.
fn any(plan: &Plan, chance: &mut Chance) -> World {
    let land = &plan.landscape;
    let mut world = scattered(land, &plan.start, chance);
    let keys: Vec<KeyId> = land.own_keys().collect();
    for flow in land.channels.ids() {
        world.running[flow] = chance.percent(50);
        // What arrives at once is never under way.
        if land.channels[flow].transit != Transit::Immediately {
            world.under_way[flow] = keys.iter().filter(|_| chance.percent(20)).copied().collect();
        }
    }
    let states = [WindowState::Unagreed, WindowState::Proposed, WindowState::Agreed, WindowState::Open];
    world.windows = land.windows.ids().map(|_| chance.of(&states)).collect::<Table<_, _>>();
    let share = chance.of(&[0, 50, 100]);
    plan.steps.ids().for_each(|step| world.done.set(step.index(), chance.percent(share)));
    world.send_everywhere(land);
    world
}

#[test]
fn what_is_said_in_words_is_what_a_world_breaks() {
    let mut seen: BTreeMap<(&str, bool), usize> = BTreeMap::new();
    for seed in (90_000..).filter(|seed| read(&plan(*seed)).is_ok()).take(900) {
        let checked = read(&plan(seed)).unwrap();
        let (plan, mut chance) = (checked.plan(), Chance::new(seed));
        let land = &plan.landscape;
        if land.doubled().is_some() {
            continue;
        }
        let keys: BTreeSet<KeyId> = land.own_keys().collect();
        for _ in 0..12 {
            let world = any(plan, &mut chance);
            let mut same = |what: &'static str, is_so: bool, words: &[Vec<Word>]| {
                let said = words.iter().any(|words| are_so(plan, &world, words));
                assert_eq!(said, is_so, "{what}: {words:?}\n{world:?}\n{}", plan.source.text);
                *seen.entry((what, is_so)).or_default() += 1;
            };
            for promise in plan.judged() {
                same("promise", promise.broken(land, &world).is_some(), &promise.breaches(land, &keys));
            }
            for stated in plan.statements.iter().map(|stated| &stated.value) {
                same("statement", stated.is_broken(land, &world), &stated.forbids().collect::<Vec<_>>());
                same("occasion", stated.applies(land, &world), &[stated.speaks_when()]);
            }
            let lost: Vec<Vec<Word>> = land.channels.ids().map(|flow| alias_is_lost(land, flow)).collect();
            same("alias", alias_lost(land, &world).is_some(), &lost);
            for gap in plan.gaps() {
                same("gap", gap.is_open(plan, &world), &[gap.words().to_vec()]);
            }
            let needs = plan.steps.rows().flat_map(|step| &step.needs);
            for condition in needs.chain(&plan.finals).map(|condition| &condition.value) {
                same("condition", !condition.holds(land, &world), &condition.asks().failures(land));
            }
        }
    }
    println!("{seen:?}");
    assert!(seen.len() == 12 && seen.values().all(|count| *count > 20), "{seen:?}");
}
