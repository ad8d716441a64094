//! Steps behind which two people stand: nothing takes effect before a second one has confirmed it.

#![cfg(test)]

use std::collections::BTreeMap;

use jiff::Timestamp;
use keyroll::{
    check::{self, Checked},
    compare::{Weight, differences},
    plan::given::Given,
    proof::verdict::{BUDGET, Verdict as Judged, prove},
    source::Source,
    transition::{
        event::{Actor, Event, Record},
        next::{Verdict, Why, next},
        people::is_same,
        snapshot::Snapshot,
        state::State,
    },
    world::material::Fingerprint,
};

use crate::runs::{Place, plan};

const HEAD: &str = "keyroll 1\nplan two\nrole ops\nkey k\nkeystore s of ops {\n alias \"a\" is k\n}\n\
    receiver r of ops {\n accepts k\n}\n";
const FLOW: &str = "{\n signs xml with s[\"a\"]\n sends to r\n delivers immediately\n undeployed\n}\n";

/// The two-key plan, in which two people trust the new key and report it.
fn two() -> String {
    let text = plan("two-keys.renewal");
    let told = text.replacen("  accept new at", "  two people\n  accept new at", 1);
    let told = told.replacen("  after trust_both\n", "  after trust_both\n  two people\n", 1);
    assert_eq!(told.matches("two people").count(), 2);
    told
}

fn checked(text: &str) -> Checked {
    check::read(&Source::new("plan", text), &Given::default())
        .unwrap_or_else(|refusal| panic!("{:?}\n{text}", refusal.error_codes()))
}

fn by(person: Option<&str>, automatic: bool) -> Actor {
    Actor { role: "ops".to_owned(), person: person.map(str::to_owned), automatic }
}

fn agreed(step: &str, person: Option<&str>) -> Event {
    Event::Agreed { step: step.to_owned(), by: by(person, false) }
}

fn begun(attempt: u32) -> Event {
    Event::Begun { step: "go".to_owned(), attempt }
}

fn confirmed(step: &str, by: Actor) -> Event {
    Event::Confirmed { step: step.to_owned(), by, opens: None, certificates: BTreeMap::new() }
}

/// A run that has begun, of a plan with a step of two people and one that tells of it.
fn run() -> (Checked, State) {
    let checked = checked(&format!(
        "{HEAD}role audit\nflow f of ops {FLOW}step go by ops {{\n two people\n deploy f\n}}\n\
         step tell by ops {{\n after go\n two people\n inform audit\n}}\nflow g of ops {FLOW}step done by ops {{\n deploy g\n}}\n"
    ));
    let mut state = State::new(&checked);
    let digest = Fingerprint::of(b"a digest");
    let started = Event::Started { plan: digest, site: digest, certificates: BTreeMap::new() };
    assert!(matches!(take(&checked, &mut state, started), Verdict::Applied(_)));
    (checked, state)
}

fn take(checked: &Checked, state: &mut State, event: Event) -> Verdict {
    let before = state.clone();
    let verdict = next(checked, state, &Record { at: Timestamp::UNIX_EPOCH, event });
    assert!(matches!(verdict, Verdict::Applied(_)) || *state == before, "what is refused changes nothing");
    verdict
}

fn refused(checked: &Checked, state: &mut State, event: Event) -> Why {
    match take(checked, state, event) {
        Verdict::Refused(why) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_step_of_two_people_begins_when_two_different_ones_have_confirmed_it() {
    let (checked, mut state) = run();
    let go = || "go".to_owned();
    let done = |checked: &Checked, state: &mut State, event: Event| {
        assert!(matches!(take(checked, state, event.clone()), Verdict::Applied(_)), "{event:?}");
    };
    assert_eq!(refused(&checked, &mut state, begun(1)), Why::Alone { step: go(), open: 2 });
    for nobody in [None, Some(""), Some("  ")] {
        assert_eq!(refused(&checked, &mut state, agreed("go", nobody)), Why::Nameless(go()));
    }
    done(&checked, &mut state, agreed("go", Some("Ann")));
    assert_eq!(refused(&checked, &mut state, begun(1)), Why::Alone { step: go(), open: 1 });
    for again in ["Ann", " ann ", "ANN"] {
        let same = Why::SamePerson { step: go(), person: again.trim().to_owned() };
        assert_eq!(refused(&checked, &mut state, agreed("go", Some(again))), same);
    }
    let foreign =
        Event::Agreed { step: go(), by: Actor { role: "audit".to_owned(), ..by(Some("Ben"), false) } };
    assert_eq!(refused(&checked, &mut state, foreign), Why::WrongRole("ops".to_owned()));
    // What is kept of a run keeps who has confirmed.
    let kept = Snapshot::of(&checked, &state);
    let kept: Snapshot = serde_json::from_str(&serde_json::to_string(&kept).unwrap()).unwrap();
    assert_eq!(kept.restore(&checked).unwrap(), state);
    done(&checked, &mut state, agreed("go", Some("Ben")));
    assert_eq!(refused(&checked, &mut state, agreed("go", Some("Cid"))), Why::NoSecond(go()));
    done(&checked, &mut state, begun(1));
    assert!(matches!(refused(&checked, &mut state, agreed("go", Some("Cid"))), Why::OtherAttempt(_)));
}

#[test]
fn whoever_does_it_by_hand_is_the_second_person_and_no_site_is_one() {
    let (checked, mut state) = run();
    let alone = |open| Why::Alone { step: "go".to_owned(), open };
    assert_eq!(refused(&checked, &mut state, confirmed("go", by(Some("Ann"), false))), alone(2));
    assert_eq!(refused(&checked, &mut state, confirmed("go", by(None, true))), alone(2));
    assert!(matches!(take(&checked, &mut state, agreed("go", Some("Ann"))), Verdict::Applied(_)));
    assert_eq!(refused(&checked, &mut state, confirmed("go", by(None, true))), alone(1));
    assert_eq!(
        refused(&checked, &mut state, confirmed("go", by(None, false))),
        Why::Nameless("go".to_owned())
    );
    let same = refused(&checked, &mut state, confirmed("go", by(Some("Ann"), false)));
    assert!(matches!(same, Why::SamePerson { .. }), "{same}");
    // What nobody can do yet nobody agrees to, and what needs one person asks for no second one.
    let early = refused(&checked, &mut state, agreed("tell", Some("Ann")));
    assert!(matches!(early, Why::NotYet { .. }), "{early}");
    assert_eq!(refused(&checked, &mut state, agreed("done", Some("Ann"))), Why::NoSecond("done".to_owned()));
    assert!(matches!(
        take(&checked, &mut state, confirmed("go", by(Some("Ben"), false))),
        Verdict::Applied(_)
    ));
    let go = checked.plan().step("go").unwrap();
    assert!(state.world.is_done(go));
    assert_eq!(state.steps[go].people, ["Ann", "Ben"]);
    assert!(matches!(refused(&checked, &mut state, agreed("go", Some("Cid"))), Why::Closed(_)));
}

#[test]
fn a_no_takes_back_what_others_have_confirmed() {
    let (checked, mut state) = run();
    let no = Event::Declined { step: "go".to_owned(), by: by(Some("Ben"), false), because: "no".to_owned() };
    for event in [agreed("go", Some("Ann")), no, agreed("go", Some("Ann"))] {
        assert!(matches!(take(&checked, &mut state, event), Verdict::Applied(_)));
    }
    assert_eq!(refused(&checked, &mut state, begun(1)), Why::Alone { step: "go".to_owned(), open: 1 });
    assert!(is_same("Ann  Lee", " ann lee") && !is_same("Ann", "Anne"));
}

#[test]
fn a_run_waits_for_two_people_and_says_for_whom() {
    let place = Place::of(&two());
    place.played_by_a_person("receiver_admin");
    let trusted = || std::fs::read_dir(place.folder.join("partner-trust")).unwrap().count();
    let before = trusted();
    place.run().ends(3);
    place
        .keyroll("confirm trust_both --as receiver_admin --person Ann")
        .ends(0)
        .says("another person of the role");
    // Whoever agrees has taken the message on which the step rests.
    let waits = "another person than Ann confirms trust_both (accept new at partner)";
    place.run().ends(3).says(waits);
    place.keyroll("why trust_both").ends(0).says(waits);
    place.keyroll("status").ends(0).says("trust_both");
    let inbox = place
        .keyroll("inbox --as receiver_admin")
        .ends(0)
        .says("approval trust_both")
        .says("Ann has done so");
    assert!(inbox.out.contains("--person NAME"), "{}", inbox.out);
    let inbox = place.keyroll("inbox --as receiver_admin --format json").ends(0);
    let inbox: serde_json::Value = serde_json::from_str(&inbox.out).unwrap();
    assert_eq!(inbox["waits"][0]["what"], "approval");
    assert_eq!(inbox["waits"][0]["confirmed"], serde_json::json!(["Ann"]));
    place.keyroll("confirm trust_both --as receiver_admin").ends(2).says("say who you are");
    place
        .keyroll("confirm trust_both --as receiver_admin --person ann")
        .ends(2)
        .says("has confirmed it already");
    // A no takes back what she has confirmed, and then it begins anew.
    place.keyroll("reject trust_both --as receiver_admin --person Ben --because wait").ends(0);
    place.keyroll("status").ends(0).says("declined");
    place
        .keyroll("confirm trust_both --as receiver_admin --person Ann")
        .ends(0)
        .says("another person of the role");
    place.run().ends(3).says(waits);
    assert_eq!(trusted(), before, "nothing took effect");
    place
        .keyroll("confirm trust_both --as receiver_admin --person Ben")
        .ends(0)
        .says("`keyroll run` goes on");
    place.keyroll("confirm trust_both --as receiver_admin --person Cid").ends(2).says("no other person");
    place.run().ends(3).says("two people confirm confirm_trust");
    assert_eq!(trusted(), before + 1);
    // An act of speech is done by the second one who confirms it.
    let confirm = "confirm confirm_trust --as receiver_admin --person";
    place.keyroll(&format!("{confirm} Ben")).ends(0).says("another person");
    place.keyroll(&format!("{confirm} Ben")).ends(2).says("already");
    place.keyroll(&format!("{confirm} Ann")).ends(0).says("`keyroll run` goes on");
    place.keyroll(&format!("{confirm} Cid")).ends(2).says("done already");
}

/// A site that does the acts of a role by itself is no person.
#[test]
fn a_site_by_itself_waits_too() {
    let place = Place::of(&two());
    place.keyroll("dry-run plan.renewal").ends(0).says("accept new at partner (two people confirm it)");
    place.run().ends(3).says("two people confirm trust_both");
    for (step, ends) in [("trust_both", 3), ("confirm_trust", 0)] {
        for person in ["Ann", "Ben"] {
            place.keyroll(&format!("confirm {step} --as receiver_admin --person {person}")).ends(0);
        }
        place.run().ends(ends);
    }
}

#[test]
fn a_site_that_names_people_lets_no_other_one_confirm() {
    let place = Place::of(&two());
    let role = "[roles.receiver_admin]\nautomatic = true\n";
    place.edit("site.toml", role, "[roles.receiver_admin]\npeople = [\"Ann\", \"ann\"]\n");
    place.run().ends(1).says("names Ann alone").says("one_person");
    place.edit("site.toml", "\"ann\"", "\"Ben\"");
    place.run().ends(3);
    let confirm = "confirm trust_both --as receiver_admin --person";
    place.keyroll(&format!("{confirm} Cid")).ends(2).says("none of the people of receiver_admin: Ann, Ben");
    place.keyroll(&format!("{confirm} ben")).ends(0);
}

#[test]
fn rehearsals_and_runbooks_tell_of_both_people() {
    let place = Place::of(&two());
    let said = place.keyroll("rehearse plan.renewal").ends(0);
    said.says("the first person agrees").says("the second person agrees");
    place.keyroll("runbook plan.renewal").ends(0).says("two people of Receiver administrator");
}

#[test]
fn a_proof_is_the_same_and_a_comparison_tells() {
    let (one, both) = (checked(&plan("two-keys.renewal")), checked(&two()));
    let weights = |old: &Checked, new: &Checked| -> Vec<(Weight, String)> {
        let found = differences(old, new).into_iter().map(|d| (d.weight, d.text));
        found.filter(|(_, text)| text.contains("two people")).collect()
    };
    let gone = weights(&both, &one);
    assert!(gone.iter().all(|(weight, _)| *weight == Weight::Weaker) && gone.len() == 2, "{gone:?}");
    let new = weights(&one, &both);
    assert!(new.iter().all(|(weight, _)| *weight == Weight::Stronger) && new.len() == 2, "{new:?}");
    let proof = |checked: Checked| {
        let start = checked.plan().start.clone();
        let Judged::Proven(proven) = prove(checked, &start, BUDGET) else { panic!("not proved") };
        proven.proof().clone()
    };
    assert_eq!(proof(one), proof(both));
}

#[test]
fn each_row_of_a_table_has_its_two_people() {
    let text = format!(
        "{HEAD}table row {{\n x\n y\n}}\nfor each row {{\nflow f-$row of ops {FLOW}\
         step go-$row by ops {{\n two people\n deploy f-$row\n}}\n}}\n"
    );
    let checked = checked(&text);
    let steps: Vec<bool> =
        checked.plan().steps.rows().map(|step| step.extra().two_people.is_some()).collect();
    assert_eq!(steps, [true, true]);
}
