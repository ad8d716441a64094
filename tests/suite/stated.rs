//! Promises over facts: each is proved where it holds, refused where it does not, by each engine.

#![cfg(test)]

use std::process::Command;

use jiff::Timestamp;
use keyroll::{
    evidence::{
        collect::{collect, promises},
        timeline::{Kind, PlanFacts, Timeline},
    },
    proof::{
        engine::Engine,
        rules::Fault,
        verdict::{BUDGET, Verdict, prove_by},
    },
    transition::state::State,
};

use super::reference::{Compared, LIMIT, compare, read, tiny};

const TWO_KEYS: &str = include_str!("../../plans/xml-signature/two-keys.renewal");
const ONE_KEY: &str = include_str!("../../plans/xml-signature/one-key.renewal");

/// The fault that an engine finds in a plan with one promise more; none when it is proved.
fn fault(engine: Engine, plan: &str, promise: &str) -> Option<Fault> {
    let text = format!("{plan}promise {promise}\n");
    let checked = read(&text).unwrap_or_else(|codes| panic!("{codes:?} of {promise}"));
    let start = checked.plan().start.clone();
    match prove_by(engine, checked, &start, BUDGET) {
        Verdict::Proven(proven) => {
            assert!(proven.proof().promises.contains(&(promise.to_owned(), true)), "{promise} is told");
            None
        }
        Verdict::Refuted(refuted) => Some(refuted.fault),
        Verdict::NotProven(open) => panic!("{promise}: {}", open.reason()),
    }
}

#[test]
fn each_kind_is_proved_or_refused_by_each_engine() {
    let kept = [
        (TWO_KEYS, "always partner accepts old while tenant[\"orders-signer\"] is old"),
        (TWO_KEYS, "never tenant[\"orders-signer\"] is new while partner accepts only old"),
        (TWO_KEYS, "always orders deployed"),
        (TWO_KEYS, "never orders undeployed"),
        (ONE_KEY, "always downtime open while orders undeployed"),
        (TWO_KEYS, "partner accepts new before tenant[\"orders-signer\"] is new"),
        (ONE_KEY, "downtime open before orders undeployed"),
        (ONE_KEY, "orders undeployed before partner accepts only new"),
        // They come together.
        (ONE_KEY, "partner accepts only new before partner accepts new"),
    ];
    // The moment never comes.
    let empty = "never partner accepts only old while tenant[\"orders-signer-next\"] is old";
    let broken = [
        (TWO_KEYS, "always partner accepts old"),
        (TWO_KEYS, "never partner accepts only new"),
        (TWO_KEYS, "always partner accepts only old while tenant[\"orders-signer\"] is old"),
        (TWO_KEYS, "never partner accepts old while tenant[\"orders-signer\"] is new"),
        (ONE_KEY, "always orders deployed while downtime open"),
        (ONE_KEY, "never downtime open"),
        (ONE_KEY, "always downtime open"),
        (TWO_KEYS, "tenant[\"orders-signer\"] is new before partner accepts new"),
        (ONE_KEY, "orders undeployed before downtime open"),
        (ONE_KEY, "partner accepts new before orders undeployed"),
        // It comes when all is over.
        (ONE_KEY, "never tenant[\"orders-signer\"] is new while orders deployed"),
    ];
    for engine in [Engine::Cuts, Engine::Explicit, Engine::Auto] {
        for (plan, promise) in kept {
            assert_eq!(fault(engine, plan, promise), None, "{promise}");
        }
        assert!(matches!(fault(engine, ONE_KEY, empty), Some(Fault::Vacuous(0))));
        for (plan, promise) in broken {
            assert!(matches!(fault(engine, plan, promise), Some(Fault::Untrue(0))), "{promise}");
        }
    }
}

/// Two plans that differ in one edge, and only the promise tells them apart.
#[test]
fn only_the_promise_catches_what_it_is_about() {
    let plan = |after: &str, promise: &str| {
        let steps = "step make by tenant {\n create new in store as \"n\"\n}\n\
            step give by tenant {\n after make\n provide new to partner\n}\n\
            step add by partner {\n after give\n accept new at gate\n}\n";
        let last = format!("step stop by tenant {{\n{after} undeploy orders\n}}\n");
        let first = "step tell by partner {\n after add\n inform tenant\n}\n";
        tiny(&format!("{steps}{first}{last}{promise}"))
    };
    let (ordered, loose) = (" after tell\n", "");
    for promise in [
        "promise always gate accepts new while orders undeployed\n",
        "promise never gate accepts only old while orders undeployed\n",
    ] {
        assert!(matches!(compare(&plan(ordered, promise), LIMIT), Compared::Proved(_)), "{promise}");
        let refused = Compared::Refuted("promise_broken".to_owned(), 1);
        assert_eq!(compare(&plan(loose, promise), LIMIT), refused, "{promise}");
        assert!(matches!(compare(&plan(loose, ""), LIMIT), Compared::Proved(_)));
    }
    let empty = plan(ordered, "promise never gate accepts new while store[\"b\"] is old\n");
    assert_eq!(compare(&empty, LIMIT), Compared::Refuted("promise_vacuous".to_owned(), 0));
}

/// That an alias always names a key is promised of one that no flow signs with: here of the old pair, which
/// is to be kept for as long as the alias names the new one.
#[test]
fn only_the_promise_catches_an_alias_that_is_empty() {
    let promise = "never tenant[\"orders-signer-backup\"] empty while tenant[\"orders-signer\"] is new";
    let destroys = format!(
        "{TWO_KEYS}step forget by tenant_admin {{\n after announce_exchange\n destroy old in tenant\n}}\n"
    );
    for engine in [Engine::Cuts, Engine::Explicit, Engine::Auto] {
        assert_eq!(fault(engine, TWO_KEYS, promise), None);
        assert_eq!(fault(engine, TWO_KEYS, "never tenant[\"orders-signer\"] empty"), None);
        assert!(matches!(fault(engine, &destroys, promise), Some(Fault::Untrue(_))), "{engine:?}");
        assert_eq!(fault(engine, &destroys, "never tenant[\"orders-signer\"] empty"), None);
    }
    let text = format!("{destroys}promise {promise}\n");
    assert!(matches!(compare(&text, LIMIT), Compared::Refuted(code, _) if code == "promise_broken"));
    assert!(matches!(compare(&destroys, LIMIT), Compared::Proved(_)));
}

/// Two plans that differ in one edge; whatever is so afterwards is the same, and only the way differs.
#[test]
fn only_the_promise_catches_what_comes_first() {
    let plan = |after: &str, promise: &str| {
        tiny(&format!(
            "step make by tenant {{\n create new in store as \"n\"\n}}\n\
             step give by tenant {{\n after make\n provide new to partner\n}}\n\
             step add by partner {{\n after give\n accept new at gate\n}}\n\
             step drop by partner {{\n after add\n retire new at gate\n}}\n\
             step tell by partner {{\n after drop\n inform tenant\n}}\n\
             step stop by tenant {{\n{after} undeploy orders\n}}\n{promise}"
        ))
    };
    // When the flow stops, the receiver accepts the old key alone, as it did at the start.
    let promise = "promise gate accepts new before orders undeployed\n";
    assert!(matches!(compare(&plan(" after tell\n", promise), LIMIT), Compared::Proved(_)));
    let refused = Compared::Refuted("promise_broken".to_owned(), 1);
    assert_eq!(compare(&plan("", promise), LIMIT), refused);
    assert!(matches!(compare(&plan("", ""), LIMIT), Compared::Proved(_)));
    let empty = plan("", "promise gate accepts new before store[\"b\"] is old\n");
    assert_eq!(compare(&empty, LIMIT), Compared::Refuted("promise_vacuous".to_owned(), 0));
    let unsaid = plan("", "promise gate accepts new before orders drained of old\n");
    assert_eq!(compare(&unsaid, LIMIT), Compared::Unread(vec!["promise_of_traffic".to_owned()]));
}

#[test]
fn a_promise_that_the_start_breaks_has_an_empty_story() {
    let text =
        tiny("step tell by tenant {\n inform partner\n}\npromise orders undeployed before orders deployed\n");
    assert_eq!(compare(&text, LIMIT), Compared::Refuted("promise_broken".to_owned(), 0));
    let text = tiny("step tell by tenant {\n inform partner\n}\npromise never orders deployed\n");
    assert_eq!(compare(&text, LIMIT), Compared::Refuted("promise_broken".to_owned(), 0));
}

#[test]
fn a_promise_that_cannot_be_read_has_a_finding() {
    let step = "step tell by tenant {\n inform partner\n}\n";
    for (promise, code) in [
        ("always orders drained of old", "promise_of_traffic"),
        ("never gate accepts old while orders drained of old", "promise_of_traffic"),
        ("always", "wrong_usage"),
        ("always while gate accepts old", "wrong_usage"),
        ("never gate accepts old while", "wrong_usage"),
        ("always gate accepts nothing", "unknown_name"),
        ("always gate accepts store", "wrong_kind"),
        ("never orders rejected", "wrong_usage"),
        ("orders deployed before", "wrong_usage"),
        ("before orders deployed", "wrong_usage"),
        ("gate accepts old before orders drained of old", "promise_of_traffic"),
    ] {
        let codes = read(&tiny(&format!("{step}promise {promise}\n"))).unwrap_err();
        assert_eq!(codes, [code], "{promise}");
    }
    // What is called like a word of the language is still found.
    let named = tiny(&format!("{step}promise always never rejected\n")).replace("orders", "always");
    assert!(read(&named).is_ok(), "{:?}", read(&named).err());
    let named = tiny(&format!("{step}promise always gate accepts while while gate accepts old\n"));
    let named = named.replace("key new", "key while");
    assert!(read(&named).is_ok(), "{:?}", read(&named).err());
}

/// The last act of both stock plans is reported to nobody: whoever wants to hear of it says so.
#[test]
fn what_is_to_be_known_at_the_end_must_be_told() {
    let codes = |text: &str| read(text).map(drop).err().unwrap_or_default();
    for (plan, last, by, end) in [
        (TWO_KEYS, "retire_old", "receiver_admin", "partner accepts only new"),
        (ONE_KEY, "deploy", "integration_developer", "orders deployed"),
    ] {
        let to = if plan == ONE_KEY { "tenant_admin, receiver_admin" } else { "tenant_admin" };
        let asked = format!("{plan}finally {end} known to {to}\n");
        let expected = vec!["not_known_at_end"; if plan == ONE_KEY { 2 } else { 1 }];
        assert_eq!(codes(&asked), expected, "{end}");
        let told = format!("{asked}step tell by {by} {{\n  after {last}\n  inform {to}\n}}\n");
        assert!(read(&told).is_ok(), "{end}: {:?}", codes(&told));
        // A report of something else, or one to somebody else, tells nothing of it.
        let early = told.replace(&format!("  after {last}\n  inform"), "  inform");
        assert!(codes(&early).contains(&"not_known_at_end".to_owned()), "{early}");
        let owner = format!("{plan}finally {end} known to {by}\n");
        assert!(read(&owner).is_ok(), "who does it knows it");
        let checked = read(&told).unwrap();
        let start = checked.plan().start.clone();
        let Verdict::Proven(proven) = prove_by(Engine::Auto, checked, &start, BUDGET) else {
            panic!("{end} is proved")
        };
        assert!(
            proven.proof().finals.contains(&format!("{end} known to {to}")),
            "{:?}",
            proven.proof().finals
        );
    }
    let drained = format!("{TWO_KEYS}finally orders drained of old known to receiver_admin\n");
    assert_eq!(codes(&drained), ["not_known_at_end"]);
}

#[test]
fn a_rehearsal_says_whether_each_was_kept() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let (plan, report) = (folder.path().join("p.renewal"), folder.path().join("r.html"));
    let kept = "promise always partner accepts old while tenant[\"orders-signer\"] is old\n";
    let broken = "promise always partner accepts old\n";
    let course = "promise finishes\npromise can always abort\n";
    std::fs::write(&plan, format!("{TWO_KEYS}{kept}{broken}{course}")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyroll"));
    command.args(["rehearse", "--unproved", "--messages", "50", "--rate", "50", "--key-type", "ec-p256"]);
    let output = command.arg("--report").arg(&report).arg(&plan).output().unwrap();
    let page = std::fs::read_to_string(&report)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    for row in [
        "<span class=\"good\">✓ kept</span> always partner accepts old while",
        "<span class=\"bad\">✗ broken</span> always partner accepts old<",
        "<span class=\"good\">✓ kept</span> finishes<",
    ] {
        assert!(page.contains(row), "{row} is not in the report");
    }
    assert!(!page.contains("</span> can always abort"), "one run does not show that");
    assert_ne!(output.status.code(), Some(0));
}

#[test]
fn a_run_that_stops_on_its_way_has_not_finished() {
    let course = "promise can always finish\npromise finishes\npromise can always abort\n";
    let checked = read(&tiny(&format!("step tell by tenant {{\n inform partner\n}}\n{course}"))).unwrap();
    let facts = PlanFacts { name: String::new(), title: String::new(), document: None };
    let mut timeline = Timeline::new("r", Kind::Rehearsal, facts, Timestamp::UNIX_EPOCH);
    collect(&mut timeline, &checked, &[], &State::new(&checked));
    let said = promises(&checked, &timeline, &[]);
    let said: Vec<_> = said.iter().map(|promise| (promise.sentence.as_str(), promise.kept)).collect();
    assert!(said.ends_with(&[("can always finish", false), ("finishes", false)]), "{said:?}");
}

/// An exchange in two acts is safe where the order keeps the flow from running, and not where only a need
/// does, for that may cease to hold half-way.
#[test]
fn no_flow_runs_while_an_exchange_is_half_done() {
    let gap = |plan: &str| {
        plan.replace("  alias $alias is old\n", "  alias $alias is old\n  exchanges with a gap\n")
    };
    let (one, two) = (gap(ONE_KEY), gap(TWO_KEYS));
    assert_ne!((one.as_str(), two.as_str()), (ONE_KEY, TWO_KEYS));
    assert!(matches!(compare(&one, LIMIT), Compared::Proved(_)));
    assert!(matches!(compare(TWO_KEYS, LIMIT), Compared::Proved(_)));
    assert!(matches!(compare(&two, LIMIT), Compared::Refuted(code, _) if code == "alias_lost"));
    for engine in [Engine::Cuts, Engine::Explicit, Engine::Auto] {
        assert_eq!(fault(engine, &one, "orders deployed before orders undeployed"), None);
        let promise = "orders deployed before partner accepts new";
        assert!(matches!(fault(engine, &two, promise), Some(Fault::Gap(_))));
    }
    let needed = |order: &str, need: &str| {
        tiny(&format!(
            "step make by tenant {{\n create new in store as \"n\"\n}}\n\
             step stop by tenant {{\n undeploy orders\n}}\n\
             step swap by tenant {{\n after make{order}\n{need} exchange store[\"a\"] for new\n}}\n\
             step forget by tenant {{\n after swap\n inform partner\n}}\n"
        ))
        .replace("alias \"a\" is old", "\nalias \"a\" is old\nexchanges with a gap\n")
    };
    let (by_order, by_need) = (needed(", stop", ""), needed("", " needs orders undeployed\n"));
    assert!(matches!(compare(&by_order, LIMIT), Compared::Proved(_)), "{:?}", compare(&by_order, LIMIT));
    assert_eq!(compare(&by_need, LIMIT), Compared::Refuted("alias_lost".to_owned(), 1));
    let atomic = by_need.replace("exchanges with a gap\n", "");
    assert!(matches!(compare(&atomic, LIMIT), Compared::Proved(_)));
}
