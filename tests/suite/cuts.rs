//! Causal cuts and the search through the states say the same.

#![cfg(test)]

use std::collections::BTreeMap;

use keyroll::{
    check::Checked,
    proof::{
        cuts::{Unsettled, settle, walk},
        engine::{Engine, How},
        explore::{Found, explore},
        rules::Rules,
        verdict::{BUDGET, Verdict, prove_by},
    },
};

use super::{random_plans::sound, reference::read};

/// How many texts are made in each run of the tests; `KEYROLL_RANDOM_PLANS` asks for more.
const TEXTS: u64 = 20_000;

/// More states than a random plan is worth.
const ENOUGH: usize = 20_000;

/// What the cuts say of a plan, held against what the search says of it.
fn held(checked: &Checked) -> &'static str {
    let (plan, start) = (checked.plan(), &checked.plan().start);
    let settled = settle(checked, start);
    let found = explore(Rules::of(checked), start, ENOUGH);
    match (settled, found) {
        (Ok(_), Found::Clean(_)) => "proved",
        (Err(Unsettled::Broken(broken)), Found::Fault(shortest, ..)) => {
            let told = walk(checked, start, &broken);
            let (moves, ..) = told.unwrap_or_else(|| panic!("no story of {broken:?}\n{}", plan.source.text));
            assert!(moves.len() >= shortest.len(), "{moves:?}\n{}", plan.source.text);
            "refused"
        }
        (Err(Unsettled::Guard(..)), _) => "guard",
        (Err(Unsettled::Misfit(_)), _) => "misfit",
        (Err(Unsettled::Unordered(..)), _) => "unordered",
        (Err(Unsettled::Crowded(_)), _) => "crowded",
        (Err(Unsettled::Begun), _) => panic!("a declared start is a beginning"),
        (_, Found::Exhausted(_)) => "too many",
        (settled, found) => panic!("{settled:?}\nagainst {found:?}\n{}", plan.source.text),
    }
}

#[test]
fn causal_cuts_and_the_search_agree() {
    let asked = std::env::var("KEYROLL_RANDOM_PLANS").ok().map(|texts| texts.parse::<u64>().unwrap());
    let texts = asked.unwrap_or(TEXTS);
    // Other texts than those that the second judge reads.
    let first = 1_000_000;
    let halves = [first..first + texts / 2, first + texts / 2..first + texts];
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    std::thread::scope(|scope| {
        let runs = halves.map(|seeds| {
            scope.spawn(move || {
                let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
                sound(seeds).for_each(|checked| *counts.entry(held(&checked)).or_default() += 1);
                counts
            })
        });
        for run in runs {
            for (what, count) in run.join().expect("both engines agree") {
                *counts.entry(what).or_default() += count;
            }
        }
    });
    println!("causal cuts over {texts} texts: {counts:?}");
    for (what, least) in [("proved", texts / 100), ("refused", texts / 100), ("guard", 1), ("misfit", 1)] {
        let count = counts.get(what).copied().unwrap_or_default();
        assert!(count as u64 >= least, "{what} is hardly ever tried: {counts:?}");
    }
}

fn judged(engine: Engine, text: &str, budget: usize) -> Verdict {
    let checked = read(text).unwrap();
    let start = checked.plan().start.clone();
    prove_by(engine, checked, &start, budget)
}

const TWO_KEYS: &str = include_str!("../../plans/xml-signature/two-keys.renewal");
const ONE_KEY: &str = include_str!("../../plans/xml-signature/one-key.renewal");

#[test]
fn both_stock_plans_are_proved_by_each_engine() {
    for text in [TWO_KEYS, ONE_KEY] {
        let by = |engine| match judged(engine, text, BUDGET) {
            Verdict::Proven(proven) => proven.proof().how,
            other => panic!("{other:?}"),
        };
        assert!(
            matches!(by(Engine::Cuts), How::Cuts { questions } if questions >= 6),
            "{:?}",
            by(Engine::Cuts)
        );
        assert_eq!(by(Engine::Auto), by(Engine::Cuts));
        assert!(matches!(by(Engine::Explicit), How::Explicit { states, .. } if states > 20));
    }
}

#[test]
fn where_the_search_is_too_short_a_cut_tells_the_story() {
    let drainless = TWO_KEYS.replace("  needs orders drained of old", "");
    assert_ne!(drainless, TWO_KEYS);
    let told = |engine, budget| match judged(engine, &drainless, budget) {
        Verdict::Refuted(refuted) => {
            let code = refuted.finding.code().unwrap().to_string();
            assert_eq!(code, "keyroll::undrained");
            (refuted.shortest, refuted.story.moments.len())
        }
        other => panic!("{other:?}"),
    };
    let (shortest, moments) = told(Engine::Auto, BUDGET);
    assert!(shortest);
    for (engine, budget) in [(Engine::Auto, 3), (Engine::Cuts, BUDGET)] {
        let (is_shortest, told) = told(engine, budget);
        assert!(!is_shortest && told >= moments, "{told} moments, {moments} are enough");
    }
    assert!(matches!(judged(Engine::Explicit, &drainless, 3), Verdict::NotProven(_)));
}

#[test]
fn a_plan_that_cuts_cannot_judge_is_left_to_the_search() {
    // Whether the step may begin hangs on a step that it does not come after.
    let text = TWO_KEYS.replace(
        "promise orders never rejected",
        "step see by tenant_admin {\n  needs orders deployed\n  inform receiver_admin\n}
step halt by tenant_admin { undeploy orders }
step resume by tenant_admin {\n  after halt\n  deploy orders\n}
promise orders never rejected",
    );
    let text = text.replace("promise orders never interrupted", "");
    match judged(Engine::Cuts, &text, BUDGET) {
        Verdict::NotProven(open) => {
            let reason = open.reason();
            assert!(
                reason.contains("see may have to wait") && reason.contains("orders deployed"),
                "{reason}"
            );
        }
        other => panic!("{other:?}"),
    }
    match judged(Engine::Auto, &text, BUDGET) {
        Verdict::Proven(proven) => assert!(matches!(proven.proof().how, How::Explicit { .. })),
        other => panic!("{other:?}"),
    }
}
