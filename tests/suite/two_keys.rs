//! Flows that list two aliases: what is safe only because messages carry two keys, and what breaks it.

#![cfg(test)]

use keyroll::{
    certificate::{News, Reasons, Refused, show},
    condition::Asks,
    proof::{
        engine::{Engine, How},
        verdict::{BUDGET, Verdict, prove, prove_by},
    },
    world::{
        id::StepId,
        landscape::{Fact, Value},
    },
};

use super::{
    reference::{Compared, LIMIT, compare, read},
    runs::Place,
};

const PLAN: &str = r#"keyroll 1
plan two
role tenant
role partner
key old
key new
keystore store of tenant {
  alias "a" is old
}
receiver gate of partner {
  accepts old
  accepts at most 1
}
flow orders of tenant {
  stamps with store["a"] and store["b"]
  sends to gate
  delivers within 1h
  deployed
}
step add by tenant {
  create new in store as "b"
}
step hand by tenant {
  after add
  provide new to partner
}
step tell by tenant {
  after add
  inform partner
}
step exchange by partner {
  after hand, tell
  needs orders drained of old
  replace old by new at gate
}
step confirm by partner {
  after exchange
  inform tenant
}
step remove by tenant {
  after confirm
  destroy old in store
}
promise orders never rejected
promise orders never interrupted
finally gate accepts only new
finally store["a"] empty
finally store["b"] is new
"#;

fn without(lines: &[&str]) -> String {
    lines.iter().fold(PLAN.to_owned(), |text, line| {
        assert_eq!(text.matches(line).count(), 1, "{line} is there once");
        text.replace(line, "")
    })
}

fn instead(was: &str, is: &str) -> String {
    without(&[was]);
    PLAN.replace(was, is)
}

fn code(text: &str) -> String {
    match compare(text, LIMIT) {
        Compared::Refuted(code, _) => code,
        other => panic!("{other:?}\n{text}"),
    }
}

#[test]
fn a_receiver_of_one_key_is_renewed_by_messages_with_two() {
    let Compared::Proved(moments) = compare(PLAN, LIMIT) else { panic!("{:?}", compare(PLAN, LIMIT)) };
    assert!(moments > 40, "{moments}");
    let checked = read(PLAN).unwrap();
    let start = checked.plan().start.clone();
    let Verdict::Proven(proven) = prove(checked, &start, BUDGET) else { panic!("not proved") };
    assert!(matches!(proven.proof().how, How::Explicit { .. }), "{:?}", proven.proof().how);
    let checked = read(PLAN).unwrap();
    let Verdict::NotProven(open) = prove_by(Engine::Cuts, checked, &start, BUDGET) else { panic!("cuts") };
    assert!(open.reason().contains("lists two aliases"), "{}", open.reason());
}

#[test]
fn no_order_of_steps_is_a_certificate_of_such_a_plan() {
    struct Believing;
    impl Reasons for Believing {
        fn is_before(&self, _: StepId, _: StepId) -> bool {
            true
        }
        fn chain(&self, _: News) -> Option<Vec<StepId>> {
            Some(Vec::new())
        }
        fn moment(&self, _: usize) -> Option<Vec<StepId>> {
            Some(Vec::new())
        }
    }
    let checked = read(PLAN).unwrap();
    let shown = show(&checked, &checked.plan().start, &Believing);
    assert_eq!(shown, Err(Refused::Gap("what a flow with two aliases sends".to_owned())));
}

#[test]
fn without_the_overlap_it_is_refused() {
    // One alias, whose key is exchanged: each message carries one key.
    let exchanged = PLAN
        .replace(" and store[\"b\"]", "")
        .replace("destroy old in store", "exchange store[\"a\"] for new")
        .replace("  needs orders drained of old\n", "")
        .replace("finally store[\"a\"] empty\nfinally store[\"b\"] is new\n", "");
    assert_eq!(code(&exchanged), "trust_gap");
}

#[test]
fn what_was_sent_with_the_old_key_alone_is_waited_for() {
    assert_eq!(code(&without(&["  needs orders drained of old\n"])), "undrained");
    let at_once = without(&["  needs orders drained of old\n"]).replace("within 1h", "immediately");
    assert!(matches!(compare(&at_once, LIMIT), Compared::Proved(_)), "nothing is under way then");
}

#[test]
fn the_second_key_must_be_there_first() {
    // The receiver changes at any moment: a message with the old key alone may be sent after it.
    let early = instead("  after hand, tell\n  needs orders drained of old\n", "  after early\n")
        .replace("step exchange", "step early by tenant {\n  provide new to partner\n}\nstep exchange");
    match compare(&early, LIMIT) {
        Compared::Unread(codes) => assert_eq!(codes, ["key_not_provided"]),
        other => panic!("{other:?}"),
    }
    let early = instead("  after hand, tell\n  needs orders drained of old\n", "  after ask\n")
        .replace("receiver gate", "receiver safe of partner {\n}\nreceiver gate")
        .replace("  create new in store as \"b\"", "  after hand\n  import new in store as \"b\"")
        .replace(
            "step hand by tenant {\n  after add\n  provide new to partner",
            "step hand by partner {\n  after ask\n  provide new to tenant",
        )
        .replace("step add", "step ask by partner {\n  generate new at safe\n}\nstep add");
    assert_eq!(code(&early), "trust_gap");
}

#[test]
fn a_key_is_not_taken_away_before_the_other_one_is_accepted() {
    // The old key leaves the messages before the receiver changes.
    let hasty = instead("  after confirm\n  destroy", "  after add\n  destroy");
    assert_eq!(code(&hasty), "trust_gap");
    // The second key leaves them again: what carries the old key alone is sent anew.
    let back = PLAN
        .replace("  after confirm\n  destroy old", "  after confirm\n  destroy new")
        .replace("finally store[\"a\"] empty\nfinally store[\"b\"] is new\n", "");
    assert_eq!(code(&back), "trust_gap");
    let meanwhile = PLAN
        .replace(
            "step confirm",
            "step undo by tenant {\n  after tell\n  destroy new in store\n}\nstep confirm",
        )
        .replace("finally store[\"a\"] empty\nfinally store[\"b\"] is new\n", "");
    match compare(&meanwhile, LIMIT) {
        Compared::Unread(codes) => assert!(codes.contains(&"unstable_drain".to_owned()), "{codes:?}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_flow_without_any_key_is_down() {
    let lost = instead(
        "destroy old in store\n}",
        "destroy old in store\n}\nstep lose by tenant {\n  after remove\n  destroy new in store\n}",
    )
    .replace("finally store[\"b\"] is new\n", "");
    assert_eq!(code(&lost), "interrupted");
    assert_eq!(code(&lost.replace("promise orders never interrupted\n", "")), "alias_lost");
    // One of the two is enough.
    let second = PLAN
        .replace("alias \"a\" is old", "alias \"b\" is old")
        .replace("in store as \"b\"", "in store as \"a\"");
    let second = second.replace("[\"a\"] empty", "[\"b\"] empty").replace("[\"b\"] is new", "[\"a\"] is new");
    assert!(matches!(compare(&second, LIMIT), Compared::Proved(_)), "{:?}", compare(&second, LIMIT));
}

#[test]
fn a_receiver_that_accepts_neither_key_rejects_a_message_with_both() {
    let third = PLAN
        .replace("key new\n", "key new\nkey third\n")
        .replace("  accepts at most 1\n", "")
        .replace("receiver gate", "receiver safe of partner {\n}\nreceiver gate")
        .replace("step confirm", "step make by partner {\n  generate third at safe\n}\nstep swap by partner {\n  after exchange, make\n  replace new by third at gate\n}\nstep confirm")
        .replace("only new", "only third");
    assert_eq!(code(&third), "trust_gap");
    let checked = read(&third).unwrap();
    let start = checked.plan().start.clone();
    let Verdict::Refuted(refuted) = prove(checked, &start, BUDGET) else { panic!("refused") };
    assert!(refuted.finding.to_string().contains("signed with `old and new`"), "{}", refuted.finding);
}

#[test]
fn only_the_sets_that_may_occur_have_a_number() {
    let pairs = |text: &str| {
        let checked = read(text).unwrap();
        let land = &checked.plan().landscape;
        land.keys.rows().skip(land.own_keys().count()).cloned().collect::<Vec<String>>()
    };
    assert_eq!(pairs(PLAN), ["old and new"]);
    assert_eq!(pairs(&PLAN.replace("key new\n", "key spare\nkey new\n")), ["old and new"]);
    let checked = read(PLAN).unwrap();
    let plan = checked.plan();
    let [old, new] = ["old", "new"].map(|name| plan.key(name).unwrap());
    let pair = plan.stamp("old and new").unwrap();
    assert_eq!(plan.stamp("new and old"), None);
    assert_eq!(plan.key("old and new"), None, "no plan can speak of it");
    let flow = plan.flow("orders").unwrap();
    let mut world = plan.start.clone();
    assert_eq!(world.stamp(&plan.landscape, flow), Some(old));
    assert!(!world.is_drained(&plan.landscape, flow, old));
    let place = plan.landscape.channels[flow].beside.unwrap();
    world.places[place] = Some(new);
    assert_eq!(world.stamp(&plan.landscape, flow), Some(pair));
    assert!(world.is_drained(&plan.landscape, flow, old) && world.is_drained(&plan.landscape, flow, new));
    world.send_everywhere(&plan.landscape);
    assert!(world.under_way[flow].contains(pair) && world.is_drained(&plan.landscape, flow, old));
    let gate = plan.landscape.channels[flow].acceptor;
    assert!(world.accepts(&plan.landscape, flow, pair));
    world.accepted[gate] = [new].into_iter().collect();
    assert!(world.accepts(&plan.landscape, flow, pair) && !world.accepts(&plan.landscape, flow, old));
    world.accepted[gate] = keyroll::world::id::KeySet::default();
    assert!(!world.accepts(&plan.landscape, flow, pair));
    assert!(plan.finals.iter().any(|last| {
        let wanted = (Fact::Place(place), Value::Key(Some(new)));
        matches!(last.value.asks(), Asks::Facts(facts) if facts.contains(&wanted))
    }));
}

/// The signatures of a message, where each begins and ends.
fn signatures(text: &str) -> Vec<std::ops::Range<usize>> {
    let starts = text.match_indices("<ds:Signature ").map(|(at, _)| at);
    let end = "</ds:Signature>";
    starts.map(|at| at..at + text[at..].find(end).unwrap() + end.len()).collect()
}

/// A rehearsal signs with what lies under both aliases, and drains count what carries one key alone.
#[test]
fn a_rehearsal_signs_with_the_keys_of_both_aliases() {
    let place = Place::two_keys();
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let plan =
        std::fs::read_to_string(path.join("plans/cms/signer-two-signatures-prepared.renewal")).unwrap();
    place.write("two.renewal", &plan);
    let line = "rehearse two.renewal --messages 90 --rate 60 --key-type ec-p256 --keep out";
    let said = place.keyroll(line).ends(0);
    assert!(said.out.contains("Not one message was rejected."), "{}", said.out);
    assert!(said.out.contains("  key old and new"), "{}", said.out);
    let (mut once, mut twice) = (0, 0);
    for file in std::fs::read_dir(place.folder.join("out/messages")).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        match signatures(&text).as_slice() {
            [_] => once += 1,
            [_, _] => twice += 1,
            other => panic!("{other:?}\n{text}"),
        }
    }
    assert!(once > 10 && twice > 10, "{once} with one signature, {twice} with two");
}

/// Without the drain, the receiver changes over while messages are under way that carry the old key alone.
#[test]
fn a_rehearsal_without_the_drain_loses_messages_that_carry_one_key() {
    let place = Place::two_keys();
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let plan =
        std::fs::read_to_string(path.join("plans/cms/signer-two-signatures-prepared.renewal")).unwrap();
    let hasty: String =
        plan.lines().filter(|line| !line.contains("drained of")).map(|line| format!("{line}\n")).collect();
    assert_ne!(hasty, plan);
    place.write("hasty.renewal", hasty);
    let line = "rehearse hasty.renewal --unproved --messages 90 --rate 60 --key-type ec-p256";
    let said = place.keyroll(line).ends(4);
    let of =
        |key: &str| said.out.lines().find(|line| line.contains(&format!("key {key} "))).unwrap().to_owned();
    assert!(!of("old").ends_with(" 0 rejected"), "{}", said.out);
    assert!(of("old and new").ends_with(" 0 rejected"), "{}", said.out);
}

const SITE: &str = r#"site = 1
[keystores.store]
backend = "manual"
[receivers.gate]
backend = "manual"
[flows.orders]
backend = "manual"
"#;

#[test]
fn people_carry_it_and_a_local_flow_where_signatures_are_enveloped() {
    let place = Place::two_keys();
    place.write("two.renewal", PLAN);
    place.write("by_hand.toml", SITE);
    place.keyroll("dry-run two.renewal --site by_hand.toml").says("add");
    let local = SITE.replace(
        "[flows.orders]\nbackend = \"manual\"",
        "[flows.orders]\nbackend = \"local\"\npath = \"orders\"\nstand_in = true",
    );
    place.write("local.toml", &local);
    let said = place.keyroll("dry-run two.renewal --site local.toml");
    assert!(!said.err.contains("lists two aliases"), "{}", said.err);
    place.write("enveloping.toml", format!("{local}\n[flows.orders.signature]\ntype = \"enveloping\"\n"));
    let said = place.keyroll("dry-run two.renewal --site enveloping.toml").says("keyroll::weak_binding");
    assert!(
        said.err.contains("a `local` flow puts two signatures on a message where they are"),
        "{}",
        said.err
    );
}
