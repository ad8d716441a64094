//! The pace of a site: who goes first, how many at once, and what becomes of a run when some fail.

use serde_json::Value;

use crate::runs::{Place, Said, plan};

const WAVES: &str = "shared-alias-in-waves.renewal";
const PARTNERS: [&str; 4] = ["acme", "bolt", "cargo", "delta"];

/// The stock plan that goes partner by partner, at this pace.
fn place(pace: &str) -> Place {
    let place = Place::of(&plan(WAVES));
    set(&place, pace);
    place
}

/// Another pace.
fn set(place: &Place, pace: &str) {
    let site = place.read("site.toml");
    let site = site.split("\n[partners]").next().unwrap().trim_end();
    place.write("site.toml", format!("{site}\n\n[partners]\n{pace}\n"));
}

/// The steps that were begun, in their order, as a run says them in JSON.
fn begun(said: &Said) -> Vec<String> {
    let events = said.out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let begun = events.filter(|event| ["begun", "confirmed"].contains(&event["event"].as_str().unwrap()));
    begun.map(|event| event["step"].as_str().unwrap().to_owned()).collect()
}

fn of<'a>(steps: &'a [String], partner: &str) -> Vec<usize> {
    let is_of = |step: &&'a String| step.ends_with(&format!("-{partner}"));
    steps.iter().enumerate().filter(|(_, step)| is_of(step)).map(|(at, _)| at).collect()
}

#[test]
fn those_who_go_first_are_through_before_another_one_begins() {
    let place = place("first = [\"admin-cargo\", \"admin-bolt\"]");
    let said = place.keyroll("run plan.renewal --format json").ends(0);
    let steps = begun(&said);
    let last = of(&steps, "cargo").into_iter().chain(of(&steps, "bolt")).max().unwrap();
    for partner in ["acme", "delta"] {
        let own = of(&steps, partner);
        assert_eq!(own.len(), 6, "{steps:?}");
        assert!(own.iter().all(|at| *at > last), "{partner}: {steps:?}");
    }
    // Without a pace they come as they stand in the plan.
    let other = Place::of(&plan(WAVES));
    let steps = begun(&other.keyroll("run plan.renewal --format json").ends(0));
    assert!(of(&steps, "acme")[0] < of(&steps, "cargo")[0], "{steps:?}");
}

/// What people are asked for waits for the turn of its partner, and every command says so.
#[test]
fn nobody_is_asked_before_its_turn() {
    let place = place("at_once = 1");
    for partner in PARTNERS {
        crate::observed::by_hand(&place, &format!("receivers.gate-{partner}"));
    }
    set(&place, "at_once = 1");
    let said = place.run().ends(3);
    let turn = "no more than 1 at once, and it is the turn of admin-acme";
    assert!(said.out.contains("waits for admin-acme"), "{}", said.out);
    assert!(!said.out.contains("waits for admin-bolt"), "{}", said.out);
    assert!(said.out.contains("trust-bolt waits for its turn since "), "{}", said.out);
    for line in ["why trust-bolt", "status", "inbox --as admin-bolt"] {
        place.keyroll(line).ends(0).says(turn);
    }
    let json = |line: &str| -> Value { serde_json::from_str(&place.keyroll(line).ends(0).out).unwrap() };
    let waits = json("why trust-bolt --format json")["waits"].clone();
    assert_eq!((&waits[0]["what"], &waits[0]["role"]), (&"pace".into(), &Value::Null), "{waits}");
    let board = place.keyroll("board").ends(0).out;
    assert!(board.lines().any(|line| line.starts_with("admin-bolt") && line.contains("queued")), "{board}");
    let cells = json("board --format json")["boards"][0]["partners"][1]["cells"].clone();
    let accepts =
        cells.as_array().unwrap().iter().find(|cell| cell["column"] == "accepts_new").unwrap().clone();
    assert_eq!((&accepts["state"], &accepts["why"]), (&"queued".into(), &turn.into()));

    // Who has done it all the same says so, and is the one that is under way.
    place.keyroll("confirm trust-bolt --as admin-bolt").ends(0);
    place.run().ends(3);
    place.keyroll("why trust-cargo").ends(0).says("it is the turn of admin-bolt");
    // Another pace is none of what was begun with.
    set(&place, "at_once = 3");
    let said = place.run().ends(3);
    assert!(said.out.contains("waits for admin-cargo"), "{}", said.out);
    place.keyroll("why trust-delta").ends(0).says("it is the turn of admin-acme, admin-bolt, admin-cargo");
    // One that stands still has no place meanwhile, although it was begun.
    let day = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(48);
    place
        .keyroll(&format!(
            "pause --until {day} --as tenant_admin --person Dana --because away --partner admin-bolt"
        ))
        .ends(0);
    let said = place.run().ends(3);
    assert!(said.out.contains("waits for admin-delta"), "{}", said.out);
}

/// A certificate of somebody else, so that there is no room for another one.
fn filled(place: &Place, partner: &str) -> String {
    let name = format!("gate-{partner}-trust/foreign.pem");
    let words = [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-keyout",
        "key.pem",
        "-out",
        &name,
        "-days",
        "30",
        "-subj",
        &format!("/CN=foreign-{partner}"),
    ];
    place.tool("openssl", &words);
    name
}

#[test]
fn after_so_many_failures_no_further_partner_is_begun_and_the_run_can_go_on() {
    let place = place("at_once = 2\nstop_after = 2");
    let full = [filled(&place, "acme"), filled(&place, "cargo")];
    let said = place.run().ends(5);
    for words in [
        "step `trust-acme` of admin-acme failed (attempt 1): the receiver holds at most 2 certificates",
        "step `trust-cargo` of admin-cargo failed (attempt 1)",
        "so no further partner is begun: put it right and run again",
    ] {
        assert!(said.err.contains(words), "{words}: {}", said.err);
    }
    // One went on while the first had failed, and the last was not begun.
    let status = place.keyroll("status").ends(0).out;
    let stands = |step: &str| status.lines().find(|line| line.contains(step)).unwrap().to_owned();
    assert!(stands("report-bolt").contains("done") && stands("trust-delta").contains("waiting"), "{status}");
    place
        .keyroll("why trust-delta")
        .says("2 went wrong (admin-acme, admin-cargo), and no further partner is begun");
    // Once more each of them is tried once more, and that ends it again.
    let said = place.run().ends(5);
    assert!(said.err.contains("`trust-acme` of admin-acme failed (attempt 2)"), "{}", said.err);
    assert_eq!(place.keyroll("why report-delta").ends(0).out.matches("blocked").count(), 1);
    // With one of them put right it goes on with the others, and ends with what has failed.
    std::fs::remove_file(place.folder.join(&full[0])).unwrap();
    let said = place.run().ends(5);
    assert!(said.err.contains("`trust-cargo` of admin-cargo failed"), "{}", said.err);
    assert!(
        !said.err.contains("admin-acme failed") && !said.err.contains("no further partner"),
        "{}",
        said.err
    );
    let status = place.keyroll("status").ends(0).out;
    let stands = |step: &str| status.lines().find(|line| line.contains(step)).unwrap().to_owned();
    assert!(stands("report-acme").contains("done") && stands("report-delta").contains("done"), "{status}");
    let said = place.keyroll("run plan.renewal --format json").ends(5);
    let last: Value = serde_json::from_str(said.out.lines().last().unwrap()).unwrap();
    assert_eq!(last["outcome"], "failed");
    assert!(last["cause"].as_str().unwrap().contains("`trust-cargo` of admin-cargo failed"), "{last}");
    std::fs::remove_file(place.folder.join(&full[1])).unwrap();
    place.run().ends(0);
}

/// Where no number is said the first failure ends the call, as with any plan.
#[test]
fn without_a_number_the_first_failure_ends_the_call() {
    let place = place("at_once = 2");
    filled(&place, "acme");
    let said = place.run().ends(5);
    assert!(said.err.contains("plan.renewal:") && said.err.contains("step `trust-acme`"), "{}", said.err);
    assert!(place.keyroll("why trust-bolt").ends(0).out.contains("ready"));
}

/// Who says no counts as one with whom it went wrong.
#[test]
fn one_who_goes_first_and_says_no_holds_the_others() {
    let place = place("first = [\"admin-acme\"]\nstop_after = 1");
    crate::observed::by_hand(&place, "receivers.gate-acme");
    set(&place, "first = [\"admin-acme\"]\nstop_after = 1");
    place.run().ends(3);
    place.keyroll("why trust-bolt").ends(0).says("admin-acme goes first");
    place.keyroll("reject trust-acme --as admin-acme --because busy").ends(0);
    let said = place.run().ends(5);
    assert!(
        said.err.contains("step `trust-acme` of admin-acme was declined: admin-acme says: busy"),
        "{}",
        said.err
    );
    assert!(said.err.contains("keyroll retry trust-acme --as admin-acme asks again"), "{}", said.err);
    place
        .keyroll("why trust-bolt")
        .ends(0)
        .says("one went wrong (admin-acme), and no further partner is begun");
    place.keyroll("retry trust-acme --as admin-acme").ends(0);
    place.keyroll("confirm trust-acme --as admin-acme").ends(0);
    let said = place.run().ends(3);
    assert!(said.out.contains("waits for admin-acme"), "{}", said.out);
}

#[test]
fn a_dry_run_and_a_look_at_the_site_tell_the_pace() {
    let place = place("first = [\"admin-cargo\"]\nat_once = 2\nstop_after = 3");
    let said = "first admin-cargo; no more than 2 at once; no further one after 3 with a failed step";
    place.keyroll("dry-run plan.renewal").ends(0).says(&format!("partners: {said}"));
    let out = place.keyroll("dry-run plan.renewal").ends(0).out;
    let line = |step: &str| out.lines().find(|line| line.contains(step)).unwrap().to_owned();
    assert!(line("trust-acme").ends_with("(in its turn: admin-cargo goes first)"), "{out}");
    assert!(line("trust-cargo").ends_with("accept new at gate-cargo"), "{out}");
    assert!(line("destroy_old").ends_with("destroy old in tenant"), "{out}");
    let line = place.keyroll("site check plan.renewal").ends(0).out;
    assert!(
        line.lines().any(|line| line.starts_with("ok        partners ") && line.ends_with(said)),
        "{line}"
    );
    // It is no part of what is approved.
    place.keyroll("dry-run plan.renewal --save approval.json").ends(0);
    set(&place, "at_once = 1");
    place.keyroll("run plan.renewal --approved approval.json").ends(0);
}

/// What fails with one partner in a dry run is told of that one, and the others are played on.
#[test]
fn a_dry_run_goes_on_past_a_partner_who_fails() {
    let place = place("stop_after = 2");
    filled(&place, "acme");
    let said = place.keyroll("dry-run plan.renewal").ends(6);
    let line = |step: &str| said.out.lines().find(|line| line.contains(step)).unwrap().to_owned();
    assert!(
        line("trust-acme").contains("blocked") && line("trust-acme").contains("holds at most 2"),
        "{}",
        said.out
    );
    assert!(line("report-delta").contains("would do"), "{}", said.out);
}
