//! Output for machines, and readers and users who leave early.

use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

use serde_json::Value;

use super::{Place, interrupt};

/// Every line, parsed.
#[track_caller]
fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"))).collect()
}

/// The summary, having made sure that it is the last of the lines and whole.
#[track_caller]
fn summary(text: &str, outcome: &str) -> Value {
    let lines = lines(text);
    let last = lines.last().unwrap();
    assert_eq!((&last["event"], &last["outcome"]), (&"summary".into(), &outcome.into()));
    for line in &lines[..lines.len() - 1] {
        assert!(line["event"].is_string() && line["event"] != "summary", "{line}");
        assert!(line["at"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok(), "{line}");
    }
    for word in ["event", "outcome", "messages", "interrupted_ms", "run"] {
        assert!(last.as_object().unwrap().contains_key(word), "{word}: {last}");
    }
    last.clone()
}

#[test]
fn a_run_speaks_in_lines() {
    let place = Place::two_keys();
    place.played_by_a_person("receiver_admin");
    let said = place.keyroll("run plan.renewal --format json").ends(3);
    assert_eq!(said.err, "");
    let waits = summary(&said.out, "waiting");
    assert!(waits["waits"][0].as_str().unwrap().contains("receiver_admin"), "{waits}");
    let place = Place::one_key();
    let said = place.keyroll("run plan.renewal --format json").ends(0);
    let done = summary(&said.out, "done");
    let ended = lines(&said.out).iter().filter(|line| line["event"] == "ended").count();
    assert_eq!(ended, 5, "{}", said.out);
    let again = place.keyroll("run plan.renewal --format json").ends(0);
    assert_eq!(summary(&again.out, "done")["run"], done["run"]);
    let more = place.keyroll("run plan.renewal --again --format json").exit;
    assert_eq!(more, 6, "the world is not the one that the plan starts from any more");
    let status: Value = serde_json::from_str(&place.keyroll("status --format json").ends(0).out).unwrap();
    assert_eq!(status["steps"].as_array().unwrap().len(), 12);
    std::fs::remove_file(place.folder.join("tenant.p12")).unwrap();
    let place = Place::two_keys();
    place.write("password", "wrong");
    summary(&place.keyroll("run plan.renewal --format json").ends(5).out, "failed");
}

#[test]
fn a_run_that_is_done_is_done() {
    let place = Place::one_key();
    place.run().ends(0);
    let before = place.files();
    let said = place.run().ends(0).says("done already");
    assert_eq!(said.out, "");
    assert_eq!(place.files(), before);
}

const SMALL: [&str; 9] =
    ["rehearse", "plan.renewal", "--messages", "50", "--rate", "50", "--key-type", "ec-p256", "--report"];

#[test]
fn ctrl_c_ends_a_rehearsal_and_takes_its_sandbox_away() {
    for json in [false, true] {
        let place = Place::two_keys();
        let temporary = tempfile::tempdir().unwrap();
        let mut program = place.program(&SMALL);
        program.arg("r.html").env("TMPDIR", temporary.path()).stdout(Stdio::piped()).stderr(Stdio::piped());
        if json {
            program.args(["--format", "json"]);
        }
        let mut child = program.spawn().unwrap();
        // It is under way when it says its first word.
        let (mut out, mut err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let mut first = String::new();
        if json {
            BufReader::new(&mut out).read_line(&mut first).unwrap();
        } else {
            BufReader::new(&mut err).read_line(&mut first).unwrap();
        }
        assert!(!first.is_empty());
        assert_eq!(temporary.path().read_dir().unwrap().count(), 1);
        interrupt(&child);
        let mut rest = String::new();
        out.read_to_string(&mut rest).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(130), "{rest}");
        assert_eq!(temporary.path().read_dir().unwrap().count(), 0);
        assert!(!place.folder.join("r.html").exists());
    }
}

#[test]
fn a_reader_who_leaves_is_no_disaster() {
    for words in [
        &["run", "plan.renewal", "--format", "json"][..],
        &["dry-run", "plan.renewal"],
        &[
            "rehearse",
            "plan.renewal",
            "--messages",
            "50",
            "--rate",
            "50",
            "--key-type",
            "ec-p256",
            "--format",
            "json",
        ],
    ] {
        let place = Place::two_keys();
        let mut child = place.program(words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0), "{words:?}: {said}");
        assert!(!said.contains("panicked"), "{said}");
    }
}
