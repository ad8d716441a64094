//! SARIF 2.1.0: what the standard requires of a log, and that every place in it is true.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use super::{keyroll, said};

fn log(words: &[&str]) -> (i32, Value) {
    let (exit, out, err) = said(&mut keyroll(words));
    assert!(!err.contains("keyroll::"), "findings are drawn as well: {err}");
    (exit, serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}")))
}

fn members(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap_or_else(|| panic!("no object: {value}")).keys().map(String::as_str).collect()
}

/// An object has what the standard requires of it (OASIS SARIF 2.1.0, section 3), and nothing that
/// this log is not meant to have.
#[track_caller]
fn has(value: &Value, required: &[&str], optional: &[&str]) {
    let there = members(value);
    for name in required {
        assert!(there.contains(name), "no `{name}`: {value:#}");
    }
    let known: BTreeSet<&str> = required.iter().chain(optional).copied().collect();
    assert!(there.is_subset(&known), "{:?}: {value:#}", there.difference(&known));
}

fn number(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap_or_else(|| panic!("no number: {value}"))).unwrap()
}

/// A location is in the text: its lines and columns say the same as its offsets.
///
/// It is one in the text of a part of the plan, where it says so.
fn location(location: &Value, uri: &str, text: &str) {
    has(location, &["physicalLocation"], &["message"]);
    let place = &location["physicalLocation"];
    has(place, &["artifactLocation", "region"], &[]);
    let there = place["artifactLocation"]["uri"].as_str().unwrap();
    let of_part = there.strip_prefix("file://").filter(|path| path.contains("/refused/plans/"));
    let of_part = of_part.map(|path| std::fs::read_to_string(path).unwrap());
    assert!(there == uri || of_part.is_some(), "{there}");
    let text = of_part.as_deref().unwrap_or(text);
    let region = &place["region"];
    let all = ["startLine", "startColumn", "endLine", "endColumn", "byteOffset", "byteLength"];
    has(region, &all, &[]);
    let offset = |line: &str, column: &str| {
        let (line, column) = (number(&region[line]), number(&region[column]));
        let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
        start + text[start..].chars().take(column - 1).map(char::len_utf8).sum::<usize>()
    };
    let start = number(&region["byteOffset"]);
    assert_eq!(offset("startLine", "startColumn"), start, "{region}");
    assert_eq!(offset("endLine", "endColumn"), start + number(&region["byteLength"]), "{region}");
    assert!(start + number(&region["byteLength"]) <= text.len());
}

/// Looks at a whole log; the codes in it.
fn whole(log: &Value, uri: &str, text: &str) -> Vec<String> {
    has(log, &["version", "runs"], &["$schema"]);
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    has(run, &["tool", "results"], &["columnKind", "invocations"]);
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let driver = &run["tool"]["driver"];
    has(driver, &["name", "rules"], &["version", "semanticVersion"]);
    let rules = driver["rules"].as_array().unwrap();
    for rule in rules {
        has(rule, &["id", "shortDescription", "help"], &[]);
        assert!(rule["help"]["text"].as_str().is_some_and(|text| text.len() > 20), "{rule}");
    }
    let invocation = &run["invocations"][0];
    has(invocation, &["executionSuccessful"], &["exitCode", "toolExecutionNotifications"]);
    let mut prints = BTreeSet::new();
    let mut codes = Vec::new();
    for result in run["results"].as_array().unwrap() {
        has(
            result,
            &["message", "ruleId", "ruleIndex", "level", "locations", "partialFingerprints"],
            &["relatedLocations", "codeFlows", "fixes"],
        );
        assert_eq!(rules[number(&result["ruleIndex"])]["id"], result["ruleId"]);
        assert!(["error", "note"].contains(&result["level"].as_str().unwrap()), "{result}");
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        assert_eq!(result["locations"].as_array().unwrap().len(), 1);
        let related = result["relatedLocations"].as_array().into_iter().flatten();
        result["locations"].as_array().unwrap().iter().chain(related).for_each(|l| location(l, uri, text));
        let flows = result["codeFlows"].as_array().into_iter().flatten();
        for flow in flows.flat_map(|flow| flow["threadFlows"].as_array().unwrap()) {
            has(flow, &["locations"], &[]);
            for moment in flow["locations"].as_array().unwrap() {
                has(moment, &["location"], &[]);
                location(&moment["location"], uri, text);
            }
        }
        assert!(prints.insert(result["partialFingerprints"]["keyroll/1"].as_str().unwrap()), "{result}");
        codes.push(result["ruleId"].as_str().unwrap().to_owned());
    }
    codes
}

/// Each refused plan has in its log the code of its page.
#[test]
fn every_finding_has_its_place_in_a_log() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/refused");
    let mut seen = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let Some(code) = path.file_name().and_then(|name| name.to_str()?.strip_suffix(".renewal")) else {
            continue;
        };
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let (exit, log) = log(&["check", "--format", "sarif", path.to_str().unwrap()]);
        let uri = format!("file://{}", path.display());
        let codes = whole(&log, &uri, &text);
        if exit == 1 {
            let code = code.split(['-', '.']).next().unwrap();
            assert!(codes.contains(&format!("keyroll::{code}")), "{code} is not in {codes:?}");
            seen += 1;
        }
    }
    assert!(seen > 50, "{seen}");
}

#[test]
fn a_log_says_how_it_ended() {
    let plan = "plans/xml-signature/two-keys.renewal";
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(plan)).unwrap();
    for verb in ["check", "prove"] {
        let (exit, log) = log(&[verb, plan, "--format", "sarif"]);
        assert_eq!(exit, 0);
        assert_eq!(whole(&log, plan, &text).len(), 2, "{verb}");
        assert!(log["runs"][0]["results"].as_array().unwrap().iter().all(|r| r["level"] == "note"));
        let ended = &log["runs"][0]["invocations"][0];
        assert_eq!((&ended["executionSuccessful"], &ended["exitCode"]), (&true.into(), &0.into()));
    }
    let folder = tempfile::tempdir().unwrap();
    let hasty = folder.path().join("häs ty.renewal");
    std::fs::write(&hasty, text.replace("  needs orders drained of old\n", "")).unwrap();
    let (exit, refused) = log(&["prove", "--format", "sarif", hasty.to_str().unwrap()]);
    assert_eq!(exit, 1);
    let uri = format!("file://{}/h%C3%A4s%20ty.renewal", folder.path().display());
    let text = std::fs::read_to_string(&hasty).unwrap();
    assert_eq!(whole(&refused, &uri, &text), ["keyroll::undrained"]);
    // The story is the one that people are told, on the same lines.
    let moments = &refused["runs"][0]["results"][0]["codeFlows"][0]["threadFlows"][0]["locations"];
    let told = said(&mut keyroll(&["prove", hasty.to_str().unwrap()])).1;
    let is_moment =
        |line: &&str| line.starts_with("  ") && !line.trim().starts_with("because") && line.ends_with(']');
    let told: Vec<&str> = told.lines().filter(is_moment).collect();
    let moments = moments.as_array().unwrap();
    assert_eq!((moments.len(), told.len()), (12, 12));
    for (moment, told) in moments.iter().zip(told) {
        let place = &moment["location"]["physicalLocation"];
        let words = moment["location"]["message"]["text"].as_str().unwrap();
        assert!(
            told.contains(words) && told.ends_with(&format!(":{}]", place["region"]["startLine"])),
            "{told}"
        );
        assert_eq!(place["artifactLocation"]["uri"], uri.as_str());
    }
    // The same finding two lines further down is the same finding.
    std::fs::write(&hasty, text.replacen("\nplan ", "\n\n\nplan ", 1)).unwrap();
    let moved = log(&["prove", "--format", "sarif", hasty.to_str().unwrap()]).1;
    let of = |log: &Value, what: &str| log["runs"][0]["results"][0][what].clone();
    assert_eq!(of(&refused, "partialFingerprints"), of(&moved, "partialFingerprints"));
    assert_ne!(of(&refused, "locations"), of(&moved, "locations"));
    let (exit, unread) = log(&["check", "--format", "sarif", "no-such.renewal"]);
    let ended = &unread["runs"][0]["invocations"][0];
    assert_eq!((exit, &ended["executionSuccessful"]), (2, &false.into()));
    let why = ended["toolExecutionNotifications"][0]["message"]["text"].as_str().unwrap();
    assert!(why.contains("no-such.renewal"), "{why}");
}
