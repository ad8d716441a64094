//! Random plans: both judges must say the same of each.

#![cfg(test)]

mod doubled;
pub(crate) mod generated;
pub(crate) mod own_facts;
mod repointed;

use std::{
    collections::BTreeMap,
    ops::Range,
    panic::{AssertUnwindSafe, catch_unwind},
};

use keyroll::{condition::Asks, world::landscape::Fact};

use super::reference::{Compared, Grounds, Told, compare, read};
use generated::plan;
pub(crate) use generated::{timed, untimed};

/// How many texts are made in each run of the tests, always the same ones; `KEYROLL_RANDOM_PLANS` asks for more.
const TEXTS: u64 = 9_000;

/// More moments than a random plan is worth.
const ENOUGH: usize = 1_500;

/// The plans among the random texts that pass the checks.
pub(crate) fn sound(seeds: std::ops::Range<u64>) -> impl Iterator<Item = keyroll::check::Checked> {
    seeds.filter_map(|seed| read(&plan(seed)).ok())
}

/// How often something comes of the seeds, by two threads; all seeds are tried, also where one of them fails.
pub(crate) fn counted<K: Ord + Send>(
    seeds: Range<u64>,
    what: impl Fn(u64) -> Option<K> + Sync,
) -> BTreeMap<K, usize> {
    let middle = seeds.start + (seeds.end - seeds.start) / 2;
    let mut counts: BTreeMap<K, usize> = BTreeMap::new();
    std::thread::scope(|scope| {
        let halves = [seeds.start..middle, middle..seeds.end];
        let tried = |seed| catch_unwind(AssertUnwindSafe(|| what(seed))).map_err(|_| seed);
        let found = halves.map(|half| scope.spawn(move || half.map(tried).collect::<Vec<_>>()));
        let mut failed = Vec::new();
        for what in found.into_iter().flat_map(|half| half.join().expect("what fails is caught")) {
            match what {
                Ok(what) => what.into_iter().for_each(|what| *counts.entry(what).or_default() += 1),
                Err(seed) => failed.push(seed),
            }
        }
        assert!(failed.is_empty(), "the judges do not agree on the texts of the seeds {failed:?}");
    });
    counts
}

/// What both judges say of a text, behind what it is about; they must agree.
fn said_of(text: &str, about: &str) -> String {
    match compare(text, ENOUGH) {
        Compared::Unread(codes) => format!("unread {}", codes[0]),
        Compared::Proved(_) => format!("{about}proved"),
        Compared::Refuted(code, _) => format!("{about}refuted {code}"),
        Compared::TooMany => format!("{about}too many"),
    }
}

#[test]
fn both_judges_say_the_same_of_random_plans() {
    let asked = std::env::var("KEYROLL_RANDOM_PLANS").ok().map(|texts| texts.parse::<u64>().unwrap());
    let counts = counted(0..asked.unwrap_or(TEXTS), |seed| Some(said_of(&plan(seed), "")));
    let of =
        |kind: &str| counts.iter().filter(|(what, _)| what.starts_with(kind)).map(|(_, n)| n).sum::<usize>();
    println!("random plans: {} proved, {} refuted, {} too many", of("proved"), of("refuted"), of("too many"));
    println!("{counts:#?}");
    assert!(of("proved") >= 800 && of("refuted") >= 1_500, "too few plans reach the judges: {counts:?}");
    for code in [
        "alias_lost",
        "cannot_finish",
        "goal_missed",
        "interrupted",
        "over_capacity",
        "promise_broken",
        "promise_vacuous",
        "step_misfit",
        "trust_gap",
        "undrained",
    ] {
        assert!(of(&format!("refuted {code}")) >= 5, "{code} is hardly ever tried: {counts:?}");
    }
    assert!(
        of("unread unexpected") + of("unread unknown") + of("unread wrong") == 0,
        "made wrongly: {counts:?}"
    );
}

/// How many texts in which a flow lists two aliases are made; more are asked for by a variable.
const DOUBLED: u64 = 2_000;

#[test]
fn both_judges_say_the_same_where_messages_carry_two_keys() {
    let texts = std::env::var("KEYROLL_RANDOM_DOUBLED").ok().and_then(|n| n.parse().ok()).unwrap_or(DOUBLED);
    let first = 1 << 41;
    let counts = counted(first..first + texts, |seed| {
        let text = doubled::plan(seed);
        let pairs = read(&text).map_or(0, |checked| {
            let land = &checked.plan().landscape;
            land.keys.len() - land.own_keys().count()
        });
        let how = if pairs > 0 { "two " } else { "" };
        Some(said_of(&text, how))
    });
    println!("{counts:#?}");
    let of =
        |kind: &str| counts.iter().filter(|(what, _)| what.starts_with(kind)).map(|(_, n)| n).sum::<usize>();
    assert!(of("two proved") >= 100 && of("two refuted") >= 150, "two keys hardly ever meet: {counts:?}");
    for code in ["cannot_finish", "goal_missed", "step_misfit", "trust_gap", "undrained"] {
        assert!(of(&format!("two refuted {code}")) >= 3, "{code} is hardly ever tried: {counts:?}");
    }
    assert!(
        of("unread unexpected") + of("unread unknown") + of("unread wrong") == 0,
        "made wrongly: {counts:?}"
    );
}

/// How many texts with facts of their own are made; more are asked for by a variable.
const OWN_FACTS: u64 = 4_000;

#[test]
fn both_judges_say_the_same_where_plans_have_facts_of_their_own() {
    let texts = std::env::var("KEYROLL_RANDOM_FACTS").ok().and_then(|n| n.parse().ok()).unwrap_or(OWN_FACTS);
    let first = 1 << 42;
    let counts = counted(first..first + texts, |seed| {
        let text = own_facts::plan(seed);
        let is_own = |fact: Fact| matches!(fact, Fact::Own(_));
        // Whether a step waits for a fact that another one changes.
        let matters = read(&text).is_ok_and(|checked| {
            let plan = checked.plan();
            let writes = plan.steps.rows().flat_map(|step| step.action.value.effects());
            let changes: Vec<Fact> = writes.flat_map(|e| e.writes()).map(|(fact, _)| fact).collect();
            let needs =
                plan.steps.rows().flat_map(|step| &step.needs).filter_map(|need| match need.value.asks() {
                    Asks::Facts(facts) => Some(facts),
                    _ => None,
                });
            needs.flatten().any(|(fact, _)| is_own(fact) && changes.contains(&fact))
        });
        let how = if matters { "fact " } else { "" };
        Some(said_of(&text, how))
    });
    println!("{counts:#?}");
    let of =
        |kind: &str| counts.iter().filter(|(what, _)| what.starts_with(kind)).map(|(_, n)| n).sum::<usize>();
    assert!(of("fact proved") >= 40 && of("fact refuted") >= 200, "facts hardly ever matter: {counts:?}");
    for code in ["cannot_finish", "goal_missed", "promise_broken", "promise_vacuous"] {
        assert!(of(&format!("fact refuted {code}")) >= 3, "{code} is hardly ever tried: {counts:?}");
    }
    for code in ["role_without_authority", "unknowable_need", "stale_need", "race"] {
        assert!(of(&format!("unread {code}")) >= 3, "{code} is hardly ever tried: {counts:?}");
    }
    assert!(
        of("unread unexpected") + of("unread unknown") + of("unread wrong") == 0,
        "made wrongly: {counts:?}"
    );
}

/// How many texts in which flows are repointed are made; more are asked for by a variable.
const REPOINTED: u64 = 3_000;

#[test]
fn both_judges_say_the_same_where_flows_are_repointed() {
    let texts =
        std::env::var("KEYROLL_RANDOM_REPOINTED").ok().and_then(|n| n.parse().ok()).unwrap_or(REPOINTED);
    let first = 1 << 43;
    let counts = counted(first..first + texts, |seed| {
        let text = repointed::plan(seed);
        let is_repointed = read(&text).is_ok_and(|c| c.plan().landscape.repointed().next().is_some());
        Some(said_of(&text, if is_repointed { "repointed " } else { "" }))
    });
    println!("{counts:#?}");
    let of =
        |kind: &str| counts.iter().filter(|(what, _)| what.starts_with(kind)).map(|(_, n)| n).sum::<usize>();
    assert!(
        of("repointed proved") >= 60 && of("repointed refuted") >= 150,
        "flows are hardly ever repointed: {counts:?}"
    );
    for code in ["cannot_finish", "goal_missed", "over_capacity", "trust_gap", "undrained"] {
        assert!(of(&format!("repointed refuted {code}")) >= 3, "{code} is hardly ever tried: {counts:?}");
    }
    for code in ["alias_changed", "cannot_repoint"] {
        assert!(of(&format!("unread {code}")) >= 10, "{code} is hardly ever tried: {counts:?}");
    }
    assert!(
        of("unread unexpected") + of("unread unknown") + of("unread wrong") == 0,
        "made wrongly: {counts:?}"
    );
}

/// How many texts with steps that may come late are made; more are asked for by a variable.
const LATE: u64 = 6_000;

#[test]
fn both_judges_say_the_same_where_attempts_come_late() {
    let texts = std::env::var("KEYROLL_RANDOM_LATE").ok().and_then(|n| n.parse().ok()).unwrap_or(LATE);
    let first = 1 << 40;
    let counts = counted(first..first + texts, |seed| {
        let text = generated::late(seed);
        let matters = read(&text).is_ok_and(|checked| !checked.late().moves().is_empty());
        let how = if matters { "late " } else { "" };
        Some(said_of(&text, how))
    });
    println!("{counts:#?}");
    let of =
        |kind: &str| counts.iter().filter(|(what, _)| what.starts_with(kind)).map(|(_, n)| n).sum::<usize>();
    assert!(
        of("late proved") >= 10 && of("late refuted") >= 30,
        "attempts hardly ever matter late: {counts:?}"
    );
    assert!(of("proved") >= 200 && of("unread cannot_come_late") >= 1, "{counts:?}");
}

#[test]
fn knowledge_is_the_second_law() {
    let (mut pairs, mut known, mut needs, mut heard) = (0, 0, 0, 0);
    for checked in sound(0..3_000) {
        let (plan, told) = (checked.plan(), Told::of(checked.plan()));
        for s in plan.steps.ids() {
            for t in plan.steps.ids() {
                let text = &plan.source.text;
                assert_eq!(
                    checked.order().is_before(t, s),
                    told.is_before(t, s),
                    "{t:?} before {s:?}\n{text}"
                );
                assert_eq!(checked.knowledge().knows(s, t), told.knows(s, t), "{s:?} knows {t:?}\n{text}");
                // Nothing but windows is heard of.
                if !plan.landscape.windows.is_empty() {
                    let has_heard = checked.knowledge().has_heard_of(s, t);
                    assert_eq!(has_heard, told.has_heard_of(s, t), "{s:?} has heard of {t:?}\n{text}");
                    heard += usize::from(has_heard);
                }
                let unordered = s != t && !told.is_before(s, t) && !told.is_before(t, s);
                assert_eq!(checked.order().is_unordered(s, t), unordered);
                pairs += 1;
                known += usize::from(told.knows(s, t));
            }
            for (need, licence) in plan.steps[s].needs.iter().zip(checked.licences(s)) {
                needs += 1;
                let grounds = told.grounds(s, &need.value.asks());
                match &grounds {
                    Grounds::None => panic!("{s:?} may not rely on {need:?}\n{}", plan.source.text),
                    Grounds::Sees => assert!(!licence.foreign && licence.learned.is_empty()),
                    Grounds::SeesAfter(stops) => assert!(licence.learned.iter().all(|s| stops.contains(s))),
                    Grounds::Agreed(all) => assert!(licence.windows.iter().all(|a| all.contains(a))),
                    Grounds::Told(facts) => {
                        assert!(licence.foreign);
                        let sources: Vec<_> = facts.iter().flatten().flatten().collect();
                        assert!(licence.learned.iter().all(|s| sources.contains(&s)));
                    }
                }
            }
        }
    }
    println!("knowledge: {pairs} pairs of steps, {known} known, {heard} heard of, {needs} needs");
    assert!(
        pairs > 20_000 && known > 5_000 && heard > 1_000 && needs > 300,
        "{pairs} {known} {heard} {needs}"
    );
}
