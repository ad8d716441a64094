//! Causal cuts and the search through the states say the same.

#![cfg(test)]

use keyroll::{
    check::Checked,
    proof::{
        cuts::{Unsettled, settle, walk},
        engine::{Engine, How},
        explicit::search::{Found, explore},
        rules::{Fault, Rules},
        verdict::{BUDGET, Verdict, prove_by},
    },
};

use super::{
    random_plans::{
        counted,
        generated::{Chance, plan},
    },
    reference::{Compared, compare, read, tiny},
};

/// How many texts are made in each run of the tests; `KEYROLL_RANDOM_PLANS` asks for more.
const TEXTS: u64 = 20_000;

/// More states than a random plan is worth.
const ENOUGH: usize = 20_000;

/// What the cuts say of a plan, held against what the search says of it.
pub(crate) fn held(checked: &Checked) -> &'static str {
    let (plan, start) = (checked.plan(), &checked.plan().start);
    let settled = settle(checked, start);
    let found = explore(&Rules::of(checked), start, ENOUGH);
    match (settled, found) {
        (Ok(_), Found::Clean(_)) => "proved",
        (Err(Unsettled::Broken(broken)), Found::Fault(shortest, ..)) => {
            let told = walk(checked, start, &broken);
            let (moves, ..) = told.unwrap_or_else(|| panic!("no story of {broken:?}\n{}", plan.source.text));
            assert!(moves.len() >= shortest.len(), "{moves:?}\n{}", plan.source.text);
            "refused"
        }
        (Err(Unsettled::Vacuous(number)), Found::Fault(_, _, Fault::Vacuous(other))) => {
            assert_eq!(number, other, "{}", plan.source.text);
            "empty"
        }
        (Err(Unsettled::Guard(..)), _) => "guard",
        (Err(Unsettled::Misfit(_)), _) => "misfit",
        (Err(Unsettled::Late(_)), _) => "late",
        (Err(Unsettled::Unordered(..)), _) => "unordered",
        (Err(Unsettled::Crowded(_) | Unsettled::Long), _) => "crowded",
        (Err(Unsettled::Before(_)), _) => "before",
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
    let counts = counted(first..first + texts, |seed| read(&plan(seed)).ok().map(|checked| held(&checked)));
    println!("causal cuts over {texts} texts: {counts:?}");
    let few = [("guard", 1), ("misfit", 1), ("empty", texts / 2_000)];
    for (what, least) in [("proved", texts / 100), ("refused", texts / 100)].into_iter().chain(few) {
        let count = counts.get(what).copied().unwrap_or_default();
        assert!(count as u64 >= least, "{what} is hardly ever tried: {counts:?}");
    }
}

/// A random plan that is all talk: reports, requests, permissions, and windows that are agreed, also
/// one behind the other.
fn talk(seed: u64) -> String {
    let mut chance = Chance::new(seed);
    let (roles, windows) = (2 + chance.below(3), 1 + chance.below(3));
    let mut text = String::from("keyroll 1\nplan talk\n");
    (0..roles).for_each(|role| text.push_str(&format!("role r{role}\n")));
    (0..windows).for_each(|window| text.push_str(&format!("window w{window}\n")));
    let mut said: Vec<(usize, usize)> = Vec::new();
    let mut agreed = 0;
    for number in 0..3 + chance.below(5) {
        let role = chance.below(roles);
        let to = (role + 1 + chance.below(roles - 1)) % roles;
        let mut after = Vec::new();
        for (earlier, (by, told)) in said.iter().enumerate() {
            if (*by == role && chance.percent(50)) || (*told == role && chance.percent(70)) {
                after.push(format!("x{earlier}"));
            }
        }
        text.push_str(&format!("step x{number} by r{role} {{\n"));
        if !after.is_empty() {
            text.push_str(&format!("  after {}\n", after.join(", ")));
        }
        if agreed > 0 && chance.percent(50) {
            text.push_str(&format!("  needs w{} open\n", chance.below(agreed)));
        }
        let act = match chance.below(6) {
            0 | 1 if agreed < windows => {
                agreed += 1;
                format!("agree w{} with r{to}", agreed - 1)
            }
            0..=3 => format!("inform r{to}"),
            4 => format!("request r{to} to inform r0"),
            _ => format!("allow r{to} to inform r0"),
        };
        text.push_str(&format!("  {act}\n}}\n"));
        said.push((role, to));
    }
    text
}

#[test]
fn causal_cuts_and_the_search_agree_on_talk() {
    let counts = counted(0..12_000, |seed| match read(&talk(seed)) {
        Ok(checked) => Some(held(&checked)),
        Err(codes) => {
            let unlicensed = ["unknowable_need", "unannounced_step"];
            assert!(unlicensed.contains(&codes[0].as_str()), "{codes:?}\n{}", talk(seed));
            Some("unread")
        }
    });
    println!("causal cuts over talk: {counts:?}");
    assert!(counts["proved"] > 1_000 && !counts.contains_key("guard"), "{counts:?}");
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
        assert!(matches!(by(Engine::Explicit), How::Explicit { states, slices: 1, .. } if states > 12));
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

/// What random plans seldom come to: each is refused, by both engines and by the second judge.
#[test]
fn a_step_that_does_not_fit_and_an_end_that_is_not_so_are_no_proof() {
    let accepts = |text: &str| text.replace("accepts old", "accepts old\n  accepts new\n  accepts spare");
    let spare = |text: &str| text.replace("key new\n", "key new\nkey spare\n");
    let make = |key: &str, after: &str| {
        format!("step make_{key} by tenant {{\n{after}create {key} in store as \"{key}-next\"\n}}\n")
    };
    let swap = |key: &str, after: &str| {
        format!("step swap_{key} by tenant {{\nafter {after}\nexchange store[\"a\"] for {key}\n}}\n")
    };
    let wipe = |name: &str, key: &str, after: &str| {
        format!("step {name} by tenant {{\nafter {after}\ndestroy {key} in store\n}}\n")
    };
    let both = |wiped: &str| {
        tiny(
            &[
                make("new", ""),
                swap("new", "make_new"),
                wipe("wipe_old", "old", "swap_new"),
                make("spare", ""),
                swap("spare", "make_spare, wipe_old"),
                wipe("wipe_again", wiped, "swap_spare"),
            ]
            .concat(),
        )
    };
    let right = spare(&accepts(&both("new")));
    assert!(matches!(compare(&right, ENOUGH), Compared::Proved(_)), "{:?}", compare(&right, ENOUGH));
    assert!(settle_of(&right).is_ok());
    let early = tiny("step tell by tenant { inform partner }\n")
        + &swap("new", "tell")
        + &make("new", "after swap_new\n");
    let twice = tiny(
        &[
            make("new", ""),
            swap("new", "make_new"),
            swap("new", "swap_new").replace("\"a\"", "\"b\"").replace("swap_new by", "swap_b by"),
        ]
        .concat(),
    )
    .replace("alias \"a\" is old", "alias \"a\" is old\n  alias \"b\" is old");
    let window = "window pause\nstep offer by tenant { agree pause with partner }\n";
    for (text, code) in [
        // The key that is exchanged is made only afterwards.
        (spare(&accepts(&early)), "step_misfit"),
        // The key went under the other alias.
        (spare(&accepts(&twice)), "step_misfit"),
        // Another pair is kept there by then.
        (spare(&accepts(&both("old"))), "step_misfit"),
        // Nothing waits for the window, so all can be done before it begins.
        (tiny(&format!("{window}finally pause open\n")), "goal_missed"),
    ] {
        match compare(&text, ENOUGH) {
            Compared::Refuted(found, _) => assert_eq!(found, code, "{text}"),
            other => panic!("{other:?}\n{text}"),
        }
        assert!(settle_of(&text).is_err(), "{text}");
    }
}

/// Who answers a proposal has read it, and with it of the windows that were agreed before.
#[test]
fn a_proposal_passes_on_word_of_a_window() {
    let text = "keyroll 1
plan deaf
role a
role b
role c
key old
window w1 at most 4h
window w2 at most 4h
step one by a {\n  agree w1 with c\n}
step two by a {\n  after one\n  agree w2 with b\n}
step three by b {\n  after two\n  needs w1 open\n  inform a\n}\n";
    assert!(settle_of(text).is_ok());
    assert!(matches!(compare(text, ENOUGH), Compared::Proved(_)));
    let unsaid = text.replace("agree w2 with b", "inform c").replace("  after two\n", "");
    assert_eq!(read(&unsaid).unwrap_err(), ["unknowable_need"]);
    let told = text.replace("agree w2 with b", "inform b");
    assert!(settle_of(&told).is_ok());
    assert!(matches!(compare(&told, ENOUGH), Compared::Proved(_)));
}

/// What is stopped and started hundreds of times is not asked for ever.
#[test]
fn what_takes_too_long_is_left_to_the_search() {
    let mut steps = String::from("step s0 by tenant {\nundeploy orders\n}\n");
    let mut last = String::from("s0");
    for n in 0..400 {
        for (name, act) in [("up", "deploy"), ("down", "undeploy")] {
            let step = format!("step {name}{n} by tenant {{\nafter {last}\n{act} orders\n}}\n");
            steps.push_str(&step);
            last = format!("{name}{n}");
        }
    }
    steps.push_str(&format!("step tell by tenant {{\nafter {last}\ninform partner\n}}\n"));
    last = "tell".to_owned();
    for n in 0..400 {
        steps.push_str(&format!(
            "step retire{n} by partner {{\nafter {last}\nneeds orders drained of old\nretire old at gate\n}}
step accept{n} by partner {{\nafter retire{n}\naccept old at gate\n}}\n"
        ));
        last = format!("accept{n}");
    }
    assert!(matches!(settle_of(&tiny(&steps)), Err(Unsettled::Long)), "{:?}", settle_of(&tiny(&steps)));
    let mut steps = String::from("step accept0 by partner { accept old at gate }\n");
    for n in 1..5_000 {
        let last = n - 1;
        steps.push_str(&format!(
            "step retire{n} by partner {{\nafter accept{last}\nneeds gate accepts old\nretire old at gate\n}}
step accept{n} by partner {{\nafter retire{n}\naccept old at gate\n}}\n"
        ));
    }
    assert!(matches!(settle_of(&tiny(&steps)), Err(Unsettled::Long)), "{:?}", settle_of(&tiny(&steps)));
}

fn settle_of(text: &str) -> Result<(), Unsettled> {
    let checked = read(text).unwrap();
    settle(&checked, &checked.plan().start).map(|_| ())
}
