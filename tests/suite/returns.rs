//! The point of no return, held against a second judge: over small plans, every world that a plan can
//! come to is searched for a way back to the start, by the plan's acts and what undoes them.
#![cfg(test)]

use std::collections::{BTreeSet, HashSet};

use keyroll::{
    check::{Checked, read},
    plan::given::Given,
    source::Source,
    way_back::no_return,
    world::{
        effect::{Applied, Effect},
        id::{Id, KeyId, StepId},
        state::World,
    },
};

use crate::{random_plans::generated, runs::plan};

/// What can be done in a world of a plan: its acts again, and what undoes them.
fn moves(checked: &Checked, held: &BTreeSet<KeyId>, world: &World) -> Vec<Effect> {
    let plan = checked.plan();
    let mut found = Vec::new();
    for effect in plan.steps.rows().flat_map(|step| step.action.value.effects()) {
        match effect {
            // A pair that is made again is another one.
            Effect::Put { key, .. } if held.contains(&key) => {}
            Effect::Put { place, key } => found.push(Effect::Remove { place, key }),
            // What is removed lies nowhere else.
            Effect::Remove { .. } => {}
            Effect::Exchange { place, staged, backup, .. } => {
                found.extend(world.places[backup].map(|key| Effect::Exchange {
                    place,
                    staged: backup,
                    key,
                    backup: staged,
                }));
            }
            // What it was before tells what undoes it; a full receiver takes another one only instead.
            Effect::Accept { acceptor, key } | Effect::Retire { acceptor, key } => {
                found.extend([Effect::Accept { acceptor, key }, Effect::Retire { acceptor, key }]);
            }
            Effect::Replace { acceptor, old, new } => {
                found.push(Effect::Replace { acceptor, old: new, new: old });
                found.push(Effect::Accept { acceptor, key: old });
                found.push(Effect::Retire { acceptor, key: new });
            }
            Effect::Repoint { own, .. } => {
                let land = &plan.landscape;
                let alias = land.places[own].of.map_or(own, |flow| land.channels[flow].alias);
                found.extend(world.places[alias].map(|key| Effect::Repoint { own, alias, key }));
            }
            Effect::Start(channel) => found.push(Effect::Stop(channel)),
            Effect::Stop(channel) => found.push(Effect::Start(channel)),
            Effect::Set(own) => found.push(Effect::Clear(own)),
            Effect::Clear(own) => found.push(Effect::Set(own)),
            Effect::Try { .. } | Effect::Propose(_) | Effect::Agree(_) => {}
        }
        if !matches!(effect, Effect::Put { key, .. } if held.contains(&key)) {
            found.push(effect);
        }
    }
    found
}

/// The world of the start as far as there is a way back to it: what was said and agreed stays so.
fn is_start(checked: &Checked, world: &World) -> bool {
    let start = &checked.plan().start;
    world.places == start.places
        && world.accepted == start.accepted
        && world.running == start.running
        && world.set == start.set
}

fn can_return(checked: &Checked, held: &BTreeSet<KeyId>, from: &World) -> bool {
    let mut seen = HashSet::from([from.clone()]);
    let mut open = vec![from.clone()];
    while let Some(world) = open.pop() {
        if is_start(checked, &world) {
            return true;
        }
        for effect in moves(checked, held, &world) {
            let mut next = world.clone();
            if effect.apply(&checked.plan().landscape, &mut next) == Ok(Applied::Changed)
                && seen.insert(next.clone())
            {
                open.push(next);
            }
        }
    }
    false
}

/// Every world that the plan comes to, with the steps that are done there. What does not fit is left
/// out: a plan in which that can be is refused.
fn reachable(checked: &Checked) -> Vec<World> {
    let plan = checked.plan();
    let mut seen = HashSet::from([plan.start.clone()]);
    let mut open = vec![plan.start.clone()];
    let mut found = Vec::new();
    while let Some(world) = open.pop() {
        for (step, row) in plan.steps.iter() {
            let ready = row.after.iter().all(|before| world.is_done(before.value));
            if world.is_done(step) || !ready {
                continue;
            }
            let mut next = world.clone();
            let fits = row.action.value.effects().iter().all(|e| e.apply(&plan.landscape, &mut next).is_ok());
            next.done.insert(step.index());
            if fits && seen.insert(next.clone()) {
                open.push(next);
            }
        }
        found.push(world);
    }
    found
}

/// How many worlds have a way back, and how many have none.
fn judged(text: &str) -> Option<(usize, usize)> {
    let checked = read(&Source::new("plan", text), &Given::default()).ok()?;
    let plan = checked.plan();
    let held: BTreeSet<KeyId> = plan.places_in_use().map(|(_, key)| key).collect();
    let last: Vec<StepId> = no_return(plan, checked.order());
    let (mut back, mut gone) = (0, 0);
    for world in reachable(&checked) {
        let passed = last.iter().any(|step| world.is_done(*step));
        let returns = can_return(&checked, &held, &world);
        let done: Vec<&str> = plan
            .steps
            .iter()
            .filter(|(step, _)| world.is_done(*step))
            .map(|(_, row)| row.name.value.as_str())
            .collect();
        assert_eq!(passed, !returns, "after {done:?}, told {last:?} in\n{text}");
        if returns { back += 1 } else { gone += 1 }
    }
    Some((back, gone))
}

/// The stock plans, with the old pair destroyed at every place at which it can be.
#[test]
fn the_way_back_of_the_stock_plans_ends_where_the_old_pair_is_destroyed() {
    for (name, after) in [
        ("two-keys.renewal", vec!["exchange_key", "announce_exchange", "told"]),
        ("one-key.renewal", vec!["exchange_key", "allow_deploy"]),
    ] {
        let text = plan(name);
        let (back, gone) = judged(&text).unwrap();
        assert!(back > 7 && gone == 0, "{name}: {back} with a way back, {gone} without");
        for after in after {
            let more = "step told by receiver_admin {\n  after retire_old\n  inform tenant_admin\n}\n";
            let more = if after == "told" { more } else { "" };
            let text = format!(
                "{text}\n{more}step destroy_old by tenant_admin {{\n  after {after}\n  destroy old in tenant\n}}\n"
            );
            let (back, gone) = judged(&text).unwrap_or_else(|| panic!("{text}"));
            assert!(back > 4 && gone > 0, "{name} after {after}: {back} with a way back, {gone} without");
        }
    }
}

/// The same plan, whose old pair is destroyed at some time after it is exchanged.
pub(crate) fn destroying(text: &str) -> Option<String> {
    let (before, _) = text.split_once("  exchange s[\"a\"]")?;
    let (_, step) = before.rsplit_once("step ")?;
    let (name, role) = step.split_once('\n')?.0.strip_suffix(" {")?.split_once(" by ")?;
    Some(format!("{text}\nstep z by {role} {{\n  after {name}\n  destroy old in s\n}}\n"))
}

#[test]
fn the_point_of_no_return_of_random_plans_is_where_no_way_leads_back() {
    let (mut plans, mut with, mut worlds) = (0, 0, 0);
    for seed in 0..1_500 {
        let text = generated::plan(seed);
        let more = destroying(&text);
        for (back, gone) in [Some(text), more].into_iter().flatten().filter_map(|text| judged(&text)) {
            plans += 1;
            with += usize::from(gone > 0);
            worlds += back + gone;
        }
    }
    println!("{plans} plans, {with} with a point of no return, {worlds} worlds");
    assert!(plans >= 500 && with >= 100, "{plans} plans, {with} with a point of no return");
}
