//! The edits that findings offer: each one, made, takes its finding away.

use std::collections::BTreeSet;
use std::path::Path;

use keyroll::{
    check,
    page::{findings::Findings, fix::Fix},
    plan::given::Given,
    source::{Refusal, Source},
};

use super::{keyroll, said};

/// What is found in a plan: errors, or advice.
fn found(source: &Source) -> Findings {
    match check::read(source, &Given::default()) {
        Ok(mut checked) => Findings::of(&Refusal::new(source.clone(), checked.take_advice())),
        Err(refusal) => Findings::of(&refusal),
    }
}

fn made(fix: &Fix, text: &str) -> String {
    format!("{}{}{}", &text[..fix.at.start], fix.text, &text[fix.at.end..])
}

#[test]
fn an_edit_that_is_made_takes_its_finding_away() {
    let mut mended: BTreeSet<String> = BTreeSet::new();
    for kind in ["refused", "advised"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(kind);
        for file in std::fs::read_dir(&folder).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_none_or(|end| end != "renewal") {
                continue;
            }
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            let source = Source::new("plan.renewal", text.clone()).in_folder(&folder);
            let before = found(&source);
            let count = |found: &Findings, message: &str| {
                found.findings.iter().filter(|entry| entry.message == message).count()
            };
            for entry in &before.findings {
                // One of a part is for the file of the part.
                let fix = entry.fix.as_ref().filter(|fix| fix.at.file == source.name);
                let Some(fix) = fix else { continue };
                let after = found(&source.with_text(made(fix, &text)));
                let (was, is) = (count(&before, &entry.message), count(&after, &entry.message));
                assert!(is < was, "{}: {}: {}", path.display(), entry.message, fix.says);
                assert!(kind == "refused" || after.errors == 0, "{}: {}", path.display(), fix.says);
                mended.extend(entry.code.clone());
            }
        }
    }
    let least = [
        "needless_waiver",
        "promise_twice",
        "unknown_key_type",
        "unknown_name",
        "unknown_step",
        "unknown_verb",
        "unused",
    ];
    for code in least {
        assert!(mended.contains(&format!("keyroll::{code}")), "{code}: {mended:?}");
    }
}

#[test]
fn json_and_sarif_carry_the_edit() {
    let plan = "tests/golden/refused/unknown_key_type.renewal";
    let json = said(&mut keyroll(&["check", plan, "--format", "json"]));
    assert_eq!(json.0, 1);
    let document: serde_json::Value = serde_json::from_str(&json.1).unwrap();
    let fix = &document["findings"][0]["fix"];
    assert_eq!((fix["text"].as_str(), fix["says"].as_str()), (Some("rsa-3072"), Some("write `rsa-3072`")));
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(plan)).unwrap();
    let at = |name: &str| usize::try_from(fix["at"][name].as_u64().unwrap()).unwrap();
    assert_eq!(&text[at("start")..at("end")], "rsa3072");
    let sarif = said(&mut keyroll(&["check", plan, "--format", "sarif"]));
    let log: serde_json::Value = serde_json::from_str(&sarif.1).unwrap();
    let change = &log["runs"][0]["results"][0]["fixes"][0]["artifactChanges"][0];
    assert_eq!(change["artifactLocation"]["uri"].as_str(), Some(plan));
    let replacement = &change["replacements"][0];
    assert_eq!(replacement["insertedContent"]["text"].as_str(), Some("rsa-3072"));
    assert_eq!(replacement["deletedRegion"]["byteLength"].as_u64(), Some(7));
    // A finding without an obvious edit offers none.
    let none = said(&mut keyroll(&["check", "tests/golden/refused/race.renewal", "--format", "sarif"]));
    assert!(!none.1.contains("\"fixes\""), "{}", none.1);
}
