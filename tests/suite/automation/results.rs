//! Results as test cases, read by another XML reader and held against the schema that readers of JUnit agree on.

use std::process::Command;

use serde_json::Value;

use crate::{
    output::tool,
    runs::{Place, plan},
};

/// A test case: its class, its name, how it ended, and why.
#[derive(Debug)]
struct Case {
    class: String,
    name: String,
    ended: String,
    why: Value,
}

/// The cases of files; each of them fits the schema, and its sums are those of its cases.
#[track_caller]
fn read(place: &Place, name: &str) -> Vec<Case> {
    let root = env!("CARGO_MANIFEST_DIR");
    let script = format!("{root}/tests/oracles/junit.py");
    let schema = format!("{root}/tests/vectors/junit/junit.xsd");
    let file = place.folder.join(name);
    let said = tool(Command::new("python3").arg(script).arg(schema).arg(&file), "");
    let read: Value = serde_json::from_str(&said).unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    assert_eq!(read["wrong"], Value::Array(Vec::new()), "{text}");
    assert!(!text.chars().any(keyroll::source::is_hostile), "{text}");
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    let cases = read["cases"].as_array().unwrap().iter().map(|case| Case {
        class: word(&case[0]),
        name: word(&case[1]),
        ended: word(&case[2]),
        why: case[3].clone(),
    });
    cases.collect()
}

/// Makes sure that a file fits, and that all in it went well.
#[track_caller]
pub(super) fn well(place: &Place, name: &str) {
    let cases = read(place, name);
    assert!(!cases.is_empty() && cases.iter().all(|case| case.ended == "passed"), "{name}: {cases:?}");
}

fn ended(cases: &[Case], how: &str) -> Vec<String> {
    cases.iter().filter(|case| case.ended == how).map(|case| case.name.clone()).collect()
}

#[test]
fn a_plan_that_is_accepted_and_proved_passes() {
    let place = Place::two_keys();
    let plain = place.keyroll("check plan.renewal").ends(0);
    let said = place.keyroll("check plan.renewal --junit check.xml").ends(0);
    assert_eq!((said.out, said.err), (plain.out, plain.err), "it is written beside the result");
    let cases = read(&place, "check.xml");
    assert_eq!(ended(&cases, "passed"), ["xml-signature-two-keys is accepted"]);
    assert_eq!(cases[0].class, "plan.renewal");
    assert!(place.read("check.xml").contains("<system-out>advice: "), "{}", place.read("check.xml"));
    place.keyroll("prove plan.renewal --junit prove.xml").ends(0);
    let cases = read(&place, "prove.xml");
    assert!(cases.iter().all(|case| case.ended == "passed"), "{cases:?}");
    assert!(cases.iter().any(|case| case.name.ends_with("promise orders never rejected")), "{cases:?}");
    assert!(cases.iter().any(|case| case.name.contains("finally partner accepts only new")), "{cases:?}");
}

#[test]
fn what_is_refused_or_not_known_fails() {
    let place = Place::two_keys();
    let text = plan("two-keys.renewal");
    place.write("hasty.renewal", text.replace("  needs orders drained of old\n", ""));
    place.write("bad.renewal", "keyroll 1\nplan p\n");
    for (line, exit, how, kind) in [
        ("check bad.renewal", 1, "failure", "keyroll::no_steps"),
        ("prove hasty.renewal", 1, "failure", "keyroll::undrained"),
        ("prove hasty.renewal --format json", 1, "failure", "keyroll::undrained"),
        ("prove hasty.renewal --format sarif", 1, "failure", "keyroll::undrained"),
        ("prove plan.renewal --engine explicit --budget 5", 8, "error", "not proved"),
        ("check plan.renewal --deny old_pair_kept", 1, "failure", "keyroll::old_pair_kept"),
        ("check nothing.renewal", 2, "error", "exit 2"),
        ("rehearse hasty.renewal", 1, "failure", "keyroll::undrained"),
        ("dry-run nothing.renewal", 2, "error", "exit 2"),
    ] {
        place.keyroll(&format!("{line} --junit results.xml")).ends(exit);
        let cases = read(&place, "results.xml");
        let wrong: Vec<&Case> = cases.iter().filter(|case| case.ended != "passed").collect();
        assert!(wrong.iter().any(|case| case.ended == how && case.why["type"] == kind), "{line}: {cases:?}");
        assert!(wrong.iter().all(|case| case.why["message"] != ""), "{line}: {wrong:?}");
    }
    // A finding says where it is and what to do next.
    place.keyroll("prove hasty.renewal --junit results.xml").ends(1);
    let cases = read(&place, "results.xml");
    let why =
        cases.iter().find(|case| case.ended == "failure").unwrap().why["text"].as_str().unwrap().to_owned();
    assert!(why.contains("hasty.renewal:") && why.contains("help: give `retire_old`"), "{why}");
    // Of a folder: a case for each plan, and one for each finding.
    std::fs::create_dir(place.folder.join("plans")).unwrap();
    place.write("plans/good.renewal", &text);
    place.write("plans/hasty.renewal", text.replace("  needs orders drained of old\n", ""));
    place.keyroll("prove plans --library --junit results.xml").ends(1);
    let cases = read(&place, "results.xml");
    let good: Vec<&Case> = cases.iter().filter(|case| case.class.ends_with("good.renewal")).collect();
    assert!(good.len() == 1 && good[0].ended == "passed", "{cases:?}");
    assert_eq!(ended(&cases, "failure").len(), 1, "{cases:?}");
}

#[test]
fn a_dry_run_and_a_rehearsal_have_a_case_for_each_step() {
    let place = Place::two_keys();
    place.played_by_a_person("receiver_admin");
    place.keyroll("dry-run plan.renewal --junit dry.xml").ends(0);
    let cases = read(&place, "dry.xml");
    assert_eq!((cases.len(), ended(&cases, "passed").len()), (7, 7));
    let quick = "--messages 20 --rate 40 --key-type ec-p256";
    place.keyroll(&format!("rehearse plan.renewal {quick} --junit held.xml")).ends(0);
    let cases = read(&place, "held.xml");
    assert!(cases.len() > 8 && cases.iter().all(|case| case.ended == "passed"), "{cases:?}");
    assert!(cases.iter().any(|case| case.name == "messages are accepted"));
    let hasty = plan("two-keys.renewal").replace("  needs orders drained of old\n", "");
    place.write("hasty.renewal", hasty);
    let line =
        "rehearse hasty.renewal --unproved --messages 300 --rate 300 --key-type ec-p256 --junit held.xml";
    place.keyroll(line).ends(4);
    let cases = read(&place, "held.xml");
    let wrong = ended(&cases, "failure");
    assert!(wrong.contains(&"messages are accepted".to_owned()), "{cases:?}");
    assert!(wrong.contains(&"promise orders never rejected".to_owned()), "{cases:?}");
    // The world is not as the plan starts from.
    for file in std::fs::read_dir(place.folder.join("partner-trust")).unwrap() {
        std::fs::remove_file(file.unwrap().path()).unwrap();
    }
    place.keyroll("dry-run plan.renewal --junit dry.xml").ends(6);
    let cases = read(&place, "dry.xml");
    assert!(ended(&cases, "failure").contains(&"partner is as recorded".to_owned()), "{cases:?}");
}

#[test]
fn no_name_breaks_the_file_and_nothing_else_is_written_over() {
    let place = Place::two_keys();
    let hostile = "a\u{1}\u{202e}<b>&\"']]>\u{fffe}.renewal";
    place.write(hostile, "keyroll 1\nplan p\n");
    let words = ["check", hostile, "--junit", "results.xml"];
    assert_eq!(place.program(&words).output().unwrap().status.code(), Some(1));
    let cases = read(&place, "results.xml");
    assert_eq!(cases[0].class, "a\\u{1}\\u{202e}<b>&\"']]>\u{fffd}.renewal");
    place.write("mine.xml", "<mine/>");
    place.keyroll("check plan.renewal --junit mine.xml").ends(2).says("holds no results of keyroll");
    assert_eq!(place.read("mine.xml"), "<mine/>");
    place.keyroll("check plan.renewal --junit no/such.xml").ends(5).says("cannot write no/such.xml");
    let secret = place.read("password");
    place.keyroll("dry-run plan.renewal --junit dry.xml").ends(0);
    assert!(!place.read("dry.xml").contains(secret.trim()));
}

/// The judge sees a file that is otherwise.
#[test]
fn a_file_that_is_none_is_seen() {
    let place = Place::two_keys();
    place.keyroll("check plan.renewal --junit results.xml").ends(0);
    let whole = place.read("results.xml");
    for (was, is) in [
        ("tests=\"1\"", "tests=\"2\""),
        ("failures=\"0\"", "failures=\"no\""),
        ("classname=", "class="),
        ("</testcase>", "<wrong/></testcase>"),
        ("</testsuite>", ""),
        ("timestamp=\"2", "timestamp=\"x2"),
    ] {
        assert!(whole.contains(was), "{was}: {whole}");
        place.write("results.xml", whole.replace(was, is));
        assert!(std::panic::catch_unwind(|| read(&place, "results.xml")).is_err(), "{is}");
    }
}
