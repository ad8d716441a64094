//! Talk as JSON lines: each by its schema, with nothing in it that is hostile or secret, and results as they were.

use serde_json::Value;

use crate::{
    output::schemas::wrong,
    runs::{Place, Said, plan},
};

/// The lines of standard error, each of them by the schema.
#[track_caller]
fn lines(said: &Said) -> Vec<Value> {
    let read = |line: &str| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
    let lines: Vec<Value> = said.err.lines().map(read).collect();
    for (line, wrong) in lines.iter().zip(wrong(&lines)) {
        assert_eq!((wrong.as_str(), &line["schema"]), ("", &Value::from("keyroll/log/1")), "{line}");
    }
    lines
}

fn with<'a>(lines: &'a [Value], field: &str, value: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| line[field] == value).collect()
}

#[test]
fn a_run_talks_in_lines() {
    let place = Place::two_keys();
    place.played_by_a_person("receiver_admin");
    let text = Place::two_keys();
    text.played_by_a_person("receiver_admin");
    let plain = text.keyroll("run plan.renewal -v").ends(3);
    let said = place.keyroll("--log-format json run plan.renewal -v").ends(3);
    assert!(
        plain.out.starts_with("waits for receiver_admin") && said.out.starts_with("waits for receiver_admin")
    );
    let lines = lines(&said);
    // As many as for people, and about the run as soon as there is one.
    assert_eq!(lines.len(), plain.err.lines().count(), "{}\n{}", plain.err, said.err);
    let created = with(&lines, "step", "create_key");
    assert_eq!(created.len(), 1, "{}", said.err);
    assert_eq!(created[0]["level"], "info");
    assert_eq!(created[0]["fields"]["role"], "tenant_admin");
    let status: Value = serde_json::from_str(&place.keyroll("status --format json").ends(0).out).unwrap();
    assert_eq!(created[0]["run"], status["run"]);
    assert!(lines[0].get("run").is_none(), "{}", lines[0]);
    assert!(with(&lines, "level", "debug").len() > 4, "{}", said.err);
    let notice = lines.iter().find(|line| line["fields"]["notice"].is_string()).unwrap();
    assert_eq!(notice["fields"]["role"], "receiver_admin");
    let at: jiff::Timestamp = created[0]["at"].as_str().unwrap().parse().unwrap();
    assert!(at <= jiff::Timestamp::now());
    // Less is said where quiet is asked for, and what must be heard is heard.
    let quiet = place.keyroll("run plan.renewal --log-format json -q").ends(3);
    assert_eq!(quiet.err, "");
    let failed = place.keyroll("run nothing.renewal --log-format=json -q").ends(2);
    let lines = self::lines(&failed);
    assert_eq!((lines.len(), &lines[0]["level"]), (1, &Value::from("error")));
}

#[test]
fn findings_and_complaints_are_lines_too() {
    let place = Place::two_keys();
    let advised = place.keyroll("check plan.renewal --log-format json").ends(0);
    let lines = lines(&advised);
    assert_eq!(with(&lines, "level", "warning").len(), 2, "{}", advised.err);
    assert!(
        lines
            .iter()
            .all(|line| line["fields"]["file"] == "plan.renewal" && line["fields"]["line"].is_string())
    );
    place.write("bad.renewal", "keyroll 1\nplan p\n");
    let refused = place.keyroll("check bad.renewal --log-format json").ends(1);
    let lines = self::lines(&refused);
    assert_eq!((lines.len(), &lines[0]["level"]), (1, &Value::from("error")));
    assert_eq!(lines[0]["fields"]["code"], "keyroll::no_steps");
    // With a document for machines the findings are in that.
    let document = place.keyroll("check bad.renewal --log-format json --format json").ends(1);
    assert!(document.err.is_empty() && document.out.contains("keyroll::no_steps"), "{document:?}");
    // The words of the command line itself.
    for line in [
        "chekc plan.renewal --log-format json",
        "check --log-format json --nonsense x",
        "check -q -v p --log-format json",
    ] {
        let said = place.keyroll(line).ends(2);
        assert_eq!(self::lines(&said).len(), 1, "{line}: {}", said.err);
    }
    place.keyroll("check --help --log-format json").ends(0).says("Usage");
    place.keyroll("check plan.renewal --log-format yaml").ends(2).says("text, json");
    // A rehearsal draws nothing in place.
    let held = place
        .keyroll("rehearse plan.renewal --messages 20 --rate 40 --key-type ec-p256 --log-format json")
        .ends(0);
    assert!(with(&self::lines(&held), "step", "retire_old").len() == 1, "{}", held.err);
}

#[test]
fn what_is_hostile_is_escaped_and_what_is_secret_is_not_there() {
    let hostile = "no\u{202e}\u{1b}[31m\nsuch\".renewal";
    let place = Place::of(&plan("two-keys.renewal"));
    let words = ["check", hostile, "--log-format", "json"];
    let said = Said::of(place.program(&words).output().unwrap()).ends(2);
    assert!(!said.err.contains(['\u{202e}', '\u{1b}']) && said.err.lines().count() == 1, "{}", said.err);
    assert_eq!(lines(&said).len(), 1);
    let secret = place.read("password");
    let said = place.keyroll("run plan.renewal -v --log-format json").ends(0);
    assert!(!said.err.contains(secret.trim()) && !said.err.contains("PRIVATE KEY"), "{}", said.err);
    // A reason that a person gives stands in what is said of a step that was declined.
    let place = Place::two_keys();
    place.played_by_a_person("receiver_admin");
    place.run().ends(3);
    place.keyroll("confirm provide_certificate --as receiver_admin").ends(0);
    place.run().ends(3);
    let words = [
        "reject",
        "confirm_trust",
        "--as",
        "receiver_admin",
        "--because",
        "x\u{9b}y\u{202e}z\n{\"a\":1}",
        "--log-format",
        "json",
        "-v",
    ];
    let said = Said::of(place.program(&words).output().unwrap()).ends(0);
    assert!(!said.err.contains(['\u{202e}', '\u{9b}']), "{}", said.err);
    lines(&said);
    place.write("password", "another-canary-9");
    let said = place.keyroll("run plan.renewal -v --log-format json").ends(5);
    assert!(!said.err.contains("another-canary"), "{}", said.err);
    lines(&said);
}
