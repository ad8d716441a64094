//! Plans with more keys than a machine word has bits: read, proved, told of, run and taken down.

#![cfg(test)]

use std::fmt::Write;

use keyroll::{
    check::Checked,
    condition::{Asks, Condition},
    proof::{
        cuts::{Unsettled, settle},
        engine::{Engine, How},
        explicit::search::{Found, explore},
        pack::Packing,
        reason::{certificate, subject},
        rules::{Fault, Rules},
        story::{form::StoryFile, replay::replay},
        verdict::{BUDGET, Proven, Refuted, Verdict, prove_by},
    },
    transition::{snapshot::Snapshot, state::State},
    world::{
        id::{Id, KeyId, KeySet},
        state::World,
    },
};

use crate::{
    random_plans::{counted, generated::Chance, generated::plan},
    reference::read,
    runs::Place,
};

const TWO_KEYS: &str = include_str!("../../plans/xml-signature/two-keys.renewal");

/// Partners with two keys each that have nothing in common.
pub(crate) fn partners(count: usize) -> String {
    let mut text = "keyroll 1\nplan partners\n".to_owned();
    for n in 0..count {
        write!(
            text,
            r#"role r{n}
key o{n}
key n{n}
keystore s{n} of r{n} {{
  alias "k" is o{n}
}}
receiver p{n} of r{n} {{
  accepts o{n}
  accepts at most 2
}}
flow f{n} of r{n} {{
  signs xml with s{n}["k"]
  sends to p{n}
  delivers within 1h
  deployed
}}
step c{n} by r{n} {{
  create n{n} in s{n} as "x"
}}
step t{n} by r{n} {{
  after c{n}
  accept n{n} at p{n}
}}
step e{n} by r{n} {{
  after t{n}
  exchange s{n}["k"] for n{n}
}}
step d{n} by r{n} {{
  after e{n}
  needs f{n} drained of o{n}
  retire o{n} at p{n}
}}
promise f{n} never rejected
finally p{n} accepts only n{n}
"#
        )
        .unwrap();
    }
    text
}

const PARTNERS: usize = 100;

const ENGINES: [Engine; 2] = [Engine::Cuts, Engine::Explicit];

fn proven(engine: Engine, text: &str) -> Box<Proven> {
    match judged(engine, read(text).unwrap(), None) {
        Verdict::Proven(proven) => proven,
        other => panic!("{other:?}"),
    }
}

fn judged(engine: Engine, checked: Checked, start: Option<&World>) -> Verdict {
    let declared = checked.plan().start.clone();
    prove_by(engine, checked, start.unwrap_or(&declared), BUDGET)
}

fn refuted(engine: Engine, text: &str) -> Box<Refuted> {
    match judged(engine, read(text).unwrap(), None) {
        Verdict::Refuted(refuted) => refuted,
        other => panic!("{other:?}"),
    }
}

#[test]
fn two_hundred_keys_are_proved_by_both_engines() {
    let text = partners(PARTNERS);
    assert_eq!(read(&text).unwrap().plan().landscape.keys.len(), 2 * PARTNERS);
    let mut asked = Vec::new();
    for count in [1, PARTNERS] {
        let How::Cuts { questions } = proven(Engine::Cuts, &partners(count)).proof().how else {
            panic!("by cuts");
        };
        asked.push(questions);
    }
    assert_eq!(asked[1], PARTNERS * asked[0], "as many questions for each as for one");
    let How::Explicit { .. } = proven(Engine::Explicit, &text).proof().how else { panic!("by a search") };
}

#[test]
fn a_certificate_of_two_hundred_keys_is_verified_and_a_false_one_is_not() {
    let text = partners(PARTNERS);
    let proven = proven(Engine::Cuts, &text);
    let checked = proven.checked();
    let start = &checked.plan().start;
    let certificate = certificate(&proven, start, BUDGET).unwrap();
    keyroll::certificate::verify(&subject(checked, start), certificate.text().as_bytes()).unwrap();
    // The same for a plan in which one of the last partners has room for one key alone.
    let full = text.replace("  accepts o90\n  accepts at most 2\n", "  accepts o90\n  accepts at most 1\n");
    let full = read(&full).unwrap();
    let mut claim = serde_json::from_str::<serde_json::Value>(&certificate.text()).unwrap();
    let genuine = claim.clone();
    for engine in ENGINES {
        assert!(!matches!(judged(engine, read(&full.plan().source.text).unwrap(), None), Verdict::Proven(_)));
    }
    let digest = full.plan().digest().to_string();
    let hold = claim.as_object_mut().unwrap();
    let field = hold.iter().find(|(_, value)| value.as_str() == Some(&checked.plan().digest().to_string()));
    if let Some(field) = field.map(|(name, _)| name.clone()) {
        hold.insert(field, digest.into());
        assert_ne!(claim, genuine);
    }
    let start = &full.plan().start;
    assert!(keyroll::certificate::verify(&subject(&full, start), claim.to_string().as_bytes()).is_err());
}

/// A message signed with key number 154 is rejected, and the story of it is told, written, read and led
/// through the rules again.
#[test]
fn a_story_tells_of_the_hundredth_key() {
    let text = partners(PARTNERS).replace("  needs f77 drained of o77\n", "");
    for engine in [Engine::Auto, Engine::Explicit] {
        let refuted = refuted(engine, &text);
        let plan = refuted.checked.plan();
        let key = plan.key("o77").unwrap();
        assert_eq!(key.index(), 2 * 77);
        assert_eq!(plan.flow("f77"), plan.landscape.channels.find(|flow| flow.name == "f77"));
        let written = StoryFile::of(&refuted.checked, &refuted.story).text();
        assert!(written.contains("\"o77\"") && !written.contains("\"o76\""), "{written}");
        let file = StoryFile::read(written.as_bytes()).unwrap();
        assert_eq!(replay(&refuted.checked, &file).unwrap(), refuted.story);
        let forged = StoryFile::read(written.replace("\"o77\"", "\"o76\"").as_bytes()).unwrap();
        assert!(replay(&refuted.checked, &forged).is_err());
    }
}

/// What the end asks of keys that the plan never brings to a receiver is asked all the same.
#[test]
fn a_key_of_another_partner_is_another_key() {
    let text = partners(PARTNERS);
    let checked = read(&text).unwrap();
    let plan = checked.plan();
    let mut start = plan.start.clone();
    let (receiver, stranger) = (plan.landscape.acceptors.ids().nth(70).unwrap(), plan.key("n3").unwrap());
    assert_eq!(plan.landscape.acceptors[receiver].named.keys().len(), 2);
    start.accepted[receiver].insert(stranger);
    // There is room for it.
    let text = text.replace("  accepts o70\n  accepts at most 2\n", "  accepts o70\n");
    let wide = || read(&text).unwrap();
    assert!(matches!(settle(&wide(), &start), Err(Unsettled::Broken(_))), "{:?}", settle(&wide(), &start));
    assert!(settle(&wide(), &wide().plan().start).is_ok());
    let small = "finally p0 accepts only n0\n";
    let (text, receiver) = (partners(2).replace("  accepts at most 2\n", ""), receiver_of(0));
    let checked = read(&text).unwrap();
    let mut start = checked.plan().start.clone();
    start.accepted[receiver].insert(checked.plan().key("o1").unwrap());
    match explore(&Rules::of(&checked), &start, BUDGET) {
        Found::Fault(_, world, Fault::Goal(number)) => {
            assert_eq!(
                checked.plan().finals[number].value.sentence(&checked.plan().landscape),
                small[8..].trim()
            );
            assert!(world.accepted[receiver].contains(checked.plan().key("o1").unwrap()));
        }
        other => panic!("{other:?}"),
    }
    // Nor may the plan itself leave another one there.
    let stays = partners(80).replace("  retire o70 at p70\n", "  retire o71 at p70\n");
    let stays = stays.replace("receiver p70 of r70 {\n", "receiver p70 of r70 {\n  accepts o71\n");
    let stays = stays.replace("  accepts o70\n  accepts at most 2\n", "  accepts o70\n  accepts at most 3\n");
    for engine in [Engine::Auto, Engine::Explicit] {
        let refuted = refuted(engine, &stays);
        assert!(matches!(refuted.fault, Fault::Goal(70)), "{:?}", refuted.fault);
    }
}

fn receiver_of(number: usize) -> keyroll::world::id::AcceptorId {
    Id::at(number)
}

/// What a condition asks for is so exactly where it holds, in any world whatever.
#[test]
fn conditions_ask_for_what_they_hold() {
    let kinds = counted(60_000..62_000, |seed| {
        let text = plan(seed).replace("key old\n", "key other\nkey old\nkey another\n");
        let text = format!("{text}finally p accepts only new\nfinally p accepts only old\n");
        let checked = read(&text).ok()?;
        let (plan, mut chance) = (checked.plan(), Chance::new(seed));
        let land = &plan.landscape;
        let keys: Vec<KeyId> = land.keys.ids().collect();
        let mut kinds = "none of them asks for another key";
        for _ in 0..30 {
            let mut world = plan.start.clone();
            for place in land.places.ids() {
                world.places[place] = chance.percent(60).then(|| chance.of(&keys));
            }
            for receiver in land.acceptors.ids() {
                let size = chance.below(3);
                world.accepted[receiver] = (0..size).map(|_| chance.of(&keys)).collect();
            }
            for flow in land.channels.ids() {
                world.running[flow] = chance.percent(50);
            }
            for own in land.own_facts.ids() {
                world.set[own] = chance.percent(50);
            }
            let needs = plan.steps.rows().flat_map(|step| &step.needs);
            for condition in needs.chain(&plan.finals).map(|row| row.value.as_ref() as &dyn Condition) {
                let Asks::Facts(facts) = condition.asks() else { continue };
                let all = facts.iter().all(|(fact, value)| world.value(land, *fact) == *value);
                assert_eq!(
                    all,
                    condition.holds(land, &world),
                    "{}\n{world:?}\n{text}",
                    condition.sentence(land)
                );
                if facts.iter().any(|(fact, _)| {
                    world.value(land, *fact) == keyroll::world::landscape::Value::Is(true)
                        && matches!(fact, keyroll::world::landscape::Fact::AcceptsOther(_))
                }) {
                    kinds = "another key was there";
                }
            }
        }
        Some(kinds)
    });
    println!("conditions: {kinds:?}");
    assert!(kinds.values().sum::<usize>() > 20, "{kinds:?}");
    assert!(kinds.get("another key was there").is_some_and(|count| *count > 20), "{kinds:?}");
}

/// A state with any keys anywhere is the same after it was taken down and made again; and so is a world
/// that was packed.
#[test]
fn a_state_with_high_keys_is_taken_down_and_made_again() {
    let checked = read(&partners(PARTNERS)).unwrap();
    let land = &checked.plan().landscape;
    let mut chance = Chance::new(11);
    let keys: Vec<KeyId> = land.keys.ids().collect();
    let mut some = || -> KeySet { (0..chance.below(5)).map(|_| chance.of(&keys)).collect() };
    let mut state = State::new(&checked);
    let mut high = 0;
    for id in land.acceptors.ids() {
        state.world.accepted[id] = some();
        high += state.world.accepted[id].iter().filter(|key| key.index() >= 64).count();
    }
    for id in land.channels.ids() {
        state.world.under_way[id] = some();
    }
    for (number, id) in land.places.ids().enumerate() {
        state.world.places[id] = keys.get(keys.len() - 1 - number % 3).copied();
    }
    state.certificates.insert(keys[150], "a certificate".to_owned());
    state.stopped.insert((Id::at(99), keys[199]), "2026-11-01T12:00:00Z".parse().unwrap());
    assert!(high > 50, "{high}");
    let text = serde_json::to_string(&Snapshot::of(&checked, &state)).unwrap();
    let again = serde_json::from_str::<Snapshot>(&text).unwrap();
    assert_eq!(again.restore(&checked).unwrap(), state);
    let foreign = serde_json::from_str::<Snapshot>(&text.replace("\"n99\"", "\"n100\"")).unwrap();
    assert!(foreign.restore(&checked).is_none(), "the plan has no such key");
    let packing = Packing::of(checked.plan());
    let mut words = Vec::new();
    packing.pack(&state.world, &mut words);
    assert_eq!(packing.unpack(&words), state.world);
    assert!(words.len() < 300, "{} words: not a bit for each key and receiver", words.len());
}

/// The stock plan behind seventy other keys is rehearsed and run.
#[test]
fn a_plan_with_high_keys_is_rehearsed_and_run() {
    let mut spare = String::new();
    (0..70).for_each(|n| writeln!(spare, "key spare{n}").unwrap());
    let text = TWO_KEYS.replacen("\nkey ", &format!("\n{spare}key "), 1);
    assert!(read(&text).unwrap().plan().key("new").unwrap().index() >= 70);
    let place = Place::of(&text);
    let quick = "--messages 60 --rate 300 --key-type ec-p256 --keep out";
    let said = place.keyroll(&format!("rehearse plan.renewal {quick} --format json")).ends(0);
    let summary: serde_json::Value = serde_json::from_str(said.out.lines().last().unwrap()).unwrap();
    assert_eq!(summary["messages"]["rejected"], 0);
    assert_eq!(summary["messages"]["sent"], summary["messages"]["accepted"]);
    place.run().ends(0).says("retire old at partner");
    assert_eq!(place.keyroll("status").ends(0).out.matches(" done ").count(), 7);
}
