//! The search over packed worlds sees what the rules of the world see, and nothing else.

#![cfg(test)]

use std::collections::{HashMap, HashSet};

use keyroll::{
    check::Checked,
    proof::{
        explicit::search::{Found, explore},
        rules::{Fault, Move, Rules},
    },
    world::{
        id::{Id, KeyId, Table},
        state::World,
    },
};

use super::random_plans::{counted, generated::plan};
use super::reference::read;
use super::slices::agreed;

/// More worlds than one plan is worth.
const ENOUGH: usize = 1_500;

/// What a walk through whole worlds comes to.
#[derive(Debug, PartialEq, Eq)]
enum Walked {
    /// So many worlds, with so many ways between them, and whether the end can be reached from each.
    Clean(usize, usize, bool),
    /// A fault after so many moves at least.
    Fault(usize),
    TooMany,
}

/// Looks at every world, each one whole, by the rules alone.
fn walk(rules: &Rules<'_>, start: &World) -> Walked {
    if rules.fault(start).is_some() {
        return Walked::Fault(0);
    }
    let mut numbers = HashMap::from([(start.clone(), 0)]);
    let (mut worlds, mut depths, mut edges) = (vec![start.clone()], vec![0], Vec::new());
    let mut at = 0;
    while at < worlds.len() {
        let mut fault = false;
        rules.next(&worlds[at].clone(), |_, next| match next {
            Err(_) => fault = true,
            Ok(after) => {
                let number = *numbers.entry(after.clone()).or_insert(worlds.len());
                edges.push((at, number));
                if number == worlds.len() {
                    fault |= rules.fault(&after).is_some();
                    worlds.push(after);
                    depths.push(depths[at] + 1);
                }
            }
        });
        if fault {
            return Walked::Fault(depths[at] + 1);
        }
        if worlds.len() > ENOUGH {
            return Walked::TooMany;
        }
        at += 1;
    }
    let mut ends: HashSet<usize> = (0..worlds.len()).filter(|n| rules.is_ended(&worlds[*n])).collect();
    loop {
        let before = ends.len();
        let more: Vec<usize> =
            edges.iter().filter(|(_, to)| ends.contains(to)).map(|(from, _)| *from).collect();
        ends.extend(more);
        if ends.len() == before {
            return Walked::Clean(worlds.len(), edges.len(), ends.len() == worlds.len());
        }
    }
}

/// How many moves lead to the first moment of a second condition up to which the first one never held,
/// for any `... before ...`; fewer than `most` moves are looked at.
fn unprepared(rules: &Rules<'_>, start: &World, most: usize) -> Option<usize> {
    let plan = rules.checked().plan();
    let land = &plan.landscape;
    if !start.done.is_clear() {
        return None;
    }
    let statements = plan.statements.iter().map(|stated| &stated.value).filter(|stated| stated.is_before());
    let depth = |stated: &keyroll::invariant::stated::Stated| {
        let (mut seen, mut level) = (HashSet::from([start.clone()]), vec![start.clone()]);
        for moves in 0..most {
            level.retain(|world| !stated.what().holds(land, world));
            if level.iter().any(|world| stated.applies(land, world)) {
                return Some(moves);
            }
            let mut next = Vec::new();
            for world in &level {
                rules.next(world, |_, after| {
                    next.extend(after.ok().filter(|after| seen.insert(after.clone())))
                });
            }
            if next.is_empty() {
                return None;
            }
            level = next;
        }
        None
    };
    statements.filter_map(depth).min()
}

/// Compares the search with the walk from one start.
fn same(checked: &Checked, start: &World) -> &'static str {
    let rules = Rules::of(checked);
    let walked = walk(&rules, start);
    let found = explore(&rules, start, ENOUGH);
    let text = &checked.plan().source.text;
    match (&found, walked) {
        (_, Walked::TooMany) => "too many",
        (Found::Clean(space), Walked::Clean(states, transitions, true)) => {
            assert_eq!((space.states(), space.transitions()), (states, transitions), "{text}");
            assert_eq!(space.edges().len(), transitions, "{text}");
            assert_eq!(unprepared(&rules, start, usize::MAX), None, "{text}");
            let mut seen = HashSet::new();
            for number in 0..u32::try_from(states).unwrap() {
                let world = space.world(number);
                assert_eq!(space.is_ended(number), rules.is_ended(&world), "{text}");
                assert!(rules.fault(&world).is_none() && seen.insert(world), "{text}");
            }
            "clean"
        }
        // What has been so up to a moment is a matter of the whole search.
        (Found::Fault(moves, world, Fault::Untrue(number)), walked)
            if checked.plan().statements[*number].value.is_before() =>
        {
            let most = match walked {
                Walked::Fault(depth) => depth,
                _ => usize::MAX,
            };
            assert_eq!(unprepared(&rules, start, most), Some(moves.len()), "{text}");
            let stated = &checked.plan().statements[*number].value;
            let (land, mut now) = (&checked.plan().landscape, start.clone());
            assert!(stated.is_before() && stated.applies(land, world), "{text}");
            for step in moves {
                assert!(!stated.what().holds(land, &now) && !stated.applies(land, &now), "{text}");
                let mut after = None;
                rules.next(&now, |candidate, next| {
                    if candidate == *step {
                        after = next.ok();
                    }
                });
                now = after.expect("a move of a story may happen");
            }
            assert_eq!((now == **world, stated.what().holds(land, world)), (true, false), "{text}");
            "unprepared"
        }
        // A statement that speaks of nothing is a matter of the whole search.
        (Found::Fault(moves, _, Fault::Vacuous(_)), Walked::Clean(_, _, true)) => {
            assert!(moves.is_empty() && *start == checked.plan().start, "{text}");
            "vacuous"
        }
        (Found::Fault(_, world, Fault::Stuck), Walked::Clean(_, _, false)) => {
            assert!(matches!(walk(&rules, world), Walked::Clean(_, _, false)), "{text}");
            "stuck"
        }
        (Found::Fault(moves, world, fault), Walked::Fault(depth)) => {
            assert_eq!(moves.len(), depth, "{fault:?}\n{text}");
            assert_eq!(unprepared(&rules, start, depth), None, "{text}");
            let mut world_now = start.clone();
            for (n, step) in moves.iter().enumerate() {
                let mut after = None;
                rules.next(&world_now, |candidate, next| {
                    if candidate == *step {
                        after = Some(next);
                    }
                });
                match after.expect("a move of a story may happen") {
                    Ok(next) => world_now = next,
                    Err(found) => {
                        assert!(found == *fault && n + 1 == moves.len(), "{text}");
                        // A late effect that comes when no window is open any more has come all the same.
                        if let Move::Late(step) = step {
                            let effects = checked.plan().steps[*step].action.value.effects();
                            let land = &checked.plan().landscape;
                            effects
                                .iter()
                                .for_each(|e| assert!(e.apply(land, &mut world_now).is_ok(), "{text}"));
                        }
                    }
                }
            }
            assert_eq!(world_now, **world, "{text}");
            "fault"
        }
        (found, walked) => panic!("{found:?}\n{walked:?}\n{text}"),
    }
}

/// The next number of a row that looks like chance.
fn chance(seed: &mut u64, of: usize) -> usize {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*seed >> 33).unwrap() % of.max(1)
}

/// A start that the plan does not declare: another key somewhere, a message under way, a step that
/// is done though one before it is not.
fn disturbed(checked: &Checked, seed: u64) -> World {
    let plan = checked.plan();
    let mut seed = seed;
    let mut world = plan.start.clone();
    let keys = plan.landscape.keys.len();
    for _ in 0..=chance(&mut seed, 3) {
        let key = KeyId::at(chance(&mut seed, keys));
        match chance(&mut seed, 7 + plan.landscape.own_facts.len()) {
            0 => {
                let place = chance(&mut seed, world.places.len());
                world.places = swapped(&world.places, place, Some(key));
            }
            1 => {
                let place = chance(&mut seed, world.places.len());
                world.places = swapped(&world.places, place, None);
            }
            2 => drop(plan.landscape.acceptors.ids().next().map(|a| world.accepted[a].insert(key))),
            3 => drop(plan.landscape.channels.ids().next().map(|c| world.under_way[c].insert(key))),
            4 => world.done.insert(chance(&mut seed, plan.steps.len())),
            5 if !plan.deliveries.is_empty() => {
                world.heard.insert(chance(&mut seed, plan.deliveries.len()));
            }
            5 | 6 => drop(plan.landscape.channels.ids().next().map(|c| world.running[c] = !world.running[c])),
            own => {
                if let Some(own) = plan.landscape.own_facts.ids().nth(own - 7) {
                    world.set[own] = !world.set[own];
                }
            }
        }
    }
    world
}

fn swapped<I: Id, T: Clone>(table: &Table<I, T>, at: usize, value: T) -> Table<I, T> {
    table.iter().map(|(id, row)| if id.index() == at { value.clone() } else { row.clone() }).collect()
}

#[test]
fn the_search_sees_what_the_rules_see_from_the_start_of_random_plans() {
    let counts = counted(0..6_000, |seed| read(&plan(seed)).ok().map(|c| same(&c, &c.plan().start)));
    println!("the search and the rules: {counts:?}");
    assert!(counts["clean"] > 500 && counts["fault"] > 800 && counts["stuck"] > 5, "{counts:?}");
}

#[test]
fn and_from_any_other_start() {
    let counts = counted(0..9_000, |seed| {
        let checked = read(&plan(seed)).ok()?;
        let start = disturbed(&checked, seed);
        // Slices say the same from there.
        if seed.is_multiple_of(4) {
            drop(agreed(&checked, &start));
        }
        Some(same(&checked, &start))
    });
    println!("from other starts: {counts:?}");
    assert!(counts["clean"] > 200 && counts["fault"] > 800 && counts["stuck"] > 80, "{counts:?}");
}

#[test]
fn and_from_the_middle_of_a_run() {
    let counts = counted(0..1_500, |seed| {
        let checked = read(&plan(seed)).ok()?;
        let rules = Rules::of(&checked);
        let Found::Clean(space) = explore(&rules, &checked.plan().start, ENOUGH) else { return None };
        let mut seed = seed;
        for _ in 0..4 {
            let middle = space.world(u32::try_from(chance(&mut seed, space.states())).unwrap());
            assert_eq!(same(&checked, &middle), "clean", "{}", checked.plan().source.text);
            assert!(agreed(&checked, &middle).starts_with("proved"), "{}", checked.plan().source.text);
        }
        Some(())
    });
    assert!(counts[&()] > 120, "{counts:?}");
}

/// So many receivers that get a new key, each one before the alias names it, in a promise or several.
fn many_befores(receivers: usize, promises: usize) -> String {
    use std::fmt::Write as _;
    let mut text =
        "keyroll 1\nplan many\nrole op\nkey old\nkey new\nkeystore ks of op {\n  alias \"k\" is old\n}\n\
                    step c by op {\n  create new in ks as \"n\"\n}\n"
            .to_owned();
    let mut before = Vec::new();
    for number in 0..receivers {
        let _ = writeln!(text, "receiver r{number} of op {{\n  accepts old\n}}");
        let _ = writeln!(text, "step a{number} by op {{\n  after c\n  accept new at r{number}\n}}");
        before.push(format!("a{number}"));
    }
    let _ =
        writeln!(text, "step z by op {{\n  after {}\n  exchange ks[\"k\"] for new\n}}", before.join(", "));
    for number in 0..promises {
        let _ = writeln!(text, "promise r{} accepts new before ks[\"k\"] is new", number % receivers);
    }
    text
}

/// What comes before what is work like any other: one pass for all of it, which the budget bounds and which
/// ends when it is told to.
#[test]
fn the_budget_bounds_what_is_to_come_before_something() {
    use keyroll::proof::budget::Budget;
    let checked = super::reference::read(&many_befores(8, 300)).unwrap();
    let (rules, start) = (Rules::of(&checked), &checked.plan().start);
    assert!(matches!(explore(&rules, start, 100_000), Found::Clean(_)));
    // So many states are allowed, and not so much memory for what is kept of each.
    let checked = super::reference::read(&many_befores(13, 20_000)).unwrap();
    let (rules, start) = (Rules::of(&checked), &checked.plan().start);
    assert!(matches!(explore(&rules, start, 9_000), Found::Exhausted(reached) if !reached.stopped));
    let asked = std::cell::Cell::new(0);
    let goes_on = |_| {
        asked.set(asked.get() + 1);
        false
    };
    let found = explore(&rules, start, Budget { states: 2_000_000, goes_on: &goes_on });
    assert!(matches!(found, Found::Exhausted(reached) if reached.stopped));
    assert_eq!(asked.get(), 1);
}
