//! Rehearsals through the program, what they leave, and that they take the same way as runs.

use std::{
    collections::BTreeSet,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use serde_json::Value;

use super::{Place, plan, without_drain};
use crate::house::sources;

const SMALL: &str = "--messages 300 --rate 300 --key-type ec-p256 --format json";

fn last(text: &str) -> Value {
    serde_json::from_str(text.lines().last().unwrap()).unwrap()
}

#[test]
fn the_plan_for_two_keys_rejects_nothing_and_never_stands_still() {
    let place = Place::two_keys();
    let said = place.keyroll(&format!("rehearse plan.renewal {SMALL} --keep out")).ends(0);
    let summary = last(&said.out);
    assert_eq!(summary["messages"]["rejected"], 0);
    assert_eq!(summary["interrupted_ms"], 0);
    // The old key's last messages came in a day after the exchange, the new key's were sent since,
    // and all were accepted.
    let at = |event: &str, step: &str| -> jiff::Timestamp {
        let lines = said.out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let mut found =
            lines.filter(|line| line["event"] == event && (step.is_empty() || line["step"] == step));
        found.next().unwrap()["at"].as_str().unwrap().parse().unwrap()
    };
    let overlap = at("drained", "").duration_since(at("ended", "exchange_key"));
    assert!(overlap > jiff::SignedDuration::from_hours(20), "{overlap}");
    assert_eq!(summary["messages"]["sent"], summary["messages"]["accepted"]);
    assert!(summary["messages"]["sent"].as_u64().unwrap() >= 300);
    // What was counted beside the flow is what a later run tells.
    let run = place.keyroll("run plan.renewal --format json").ends(0);
    assert_eq!(last(&run.out)["messages"]["sent"], Value::Null, "nobody counts there");
    let counts = "orders-flow/counts.json";
    fs::copy(place.folder.join("out").join(counts), place.folder.join(counts)).unwrap();
    let again = place.keyroll("run plan.renewal --again --format json").ends(6);
    assert_eq!(last(&again.out)["messages"], summary["messages"]);
    assert!(place.read("out/report.html").contains("<svg"));
    left(&place);
}

#[test]
fn the_plan_for_one_key_stands_still_inside_its_window() {
    let place = Place::one_key();
    let summary = last(&place.keyroll(&format!("rehearse plan.renewal {SMALL} --keep out")).ends(0).out);
    assert_eq!(summary["messages"]["rejected"], 0);
    assert!(summary["interrupted_ms"].as_u64().unwrap() > 0);
    assert_eq!(summary["outside_window_ms"], 0);
    left(&place);
}

#[test]
fn a_plan_without_its_drain_is_refused_and_fails_before_the_eyes_of_who_insists() {
    for name in ["two-keys.renewal", "one-key.renewal"] {
        let place = Place::two_keys();
        place.write("plan.renewal", without_drain(name));
        place.keyroll(&format!("rehearse plan.renewal {SMALL}")).ends(1).says("--unproved");
        let said = place.keyroll(&format!("rehearse plan.renewal {SMALL} --unproved")).ends(4);
        let summary = last(&said.out);
        assert!(summary["messages"]["rejected"].as_u64().unwrap() > 0, "{summary}");
        assert_eq!((&summary["outcome"], &summary["proved"]), (&"broken".into(), &false.into()));
        assert!(place.read("report.html").contains("<svg"));
    }
}

/// The runtime of the sandbox really keeps its key: a partner that forgets the old one as soon as the alias
/// names the new one rejects messages, although each is judged in the moment in which it is sent.
#[test]
fn a_key_that_is_kept_is_met_in_the_rehearsal() {
    let cached = |text: String| {
        let text = text.replace("delivers within $delivery", "delivers immediately");
        text.replace("  deployed\n}", "  caches keys for 6h\n  deployed\n}")
    };
    let place = Place::two_keys();
    place.write("plan.renewal", cached(plan("two-keys.renewal")));
    let said = place.keyroll(&format!("rehearse plan.renewal {SMALL}")).ends(0);
    let summary = last(&said.out);
    assert_eq!(summary["messages"]["rejected"], 0, "{summary}");
    place.write("plan.renewal", cached(without_drain("two-keys.renewal")));
    place.keyroll(&format!("rehearse plan.renewal {SMALL}")).ends(1).says("--unproved");
    let said = place.keyroll(&format!("rehearse plan.renewal {SMALL} --unproved")).ends(4);
    let summary = last(&said.out);
    assert!(summary["messages"]["rejected"].as_u64().unwrap() > 0, "{summary}");
}

/// The stolen key is accepted no more while its messages are under way: the plan says so, and the rehearsal with it.
#[test]
fn what_a_plan_waives_is_told_and_breaks_no_promise() {
    let place = Place::two_keys();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("plans/emergency/signing-key-stolen.renewal");
    place.write("stolen.renewal", fs::read_to_string(path).unwrap());
    let quick = "--messages 60 --rate 40 --key-type ec-p256";
    let said = place.keyroll(&format!("rehearse stolen.renewal {quick} --keep out")).ends(0);
    assert!(said.out.contains("messages were rejected, which the plan waives."), "{}", said.out);
    assert!(said.out.contains("All 11 steps are done."), "{}", said.out);
    assert!(place.read("out/report.html").contains("orders interrupted at most 6h"));
}

#[test]
fn a_hazard_that_is_accepted_breaks_nothing() {
    let place = Place::two_keys();
    let waived = "waive orders rejected because \"the key is compromised\"";
    let plan = without_drain("two-keys.renewal").replace("promise orders never rejected", waived);
    place.write("plan.renewal", plan);
    let said = place.keyroll(&format!("rehearse plan.renewal {SMALL}")).ends(0);
    let summary = last(&said.out);
    assert!(summary["messages"]["rejected"].as_u64().unwrap() > 0, "{summary}");
    assert_eq!((&summary["outcome"], &summary["proved"]), (&"done".into(), &true.into()));
    assert!(place.read("report.html").contains("the key is compromised"));
}

/// What a kept rehearsal left, seen by others.
fn left(place: &Place) {
    let out = place.folder.join("out");
    let kept = Place { _scratch: tempfile::tempdir().unwrap(), folder: out.clone() };
    assert_eq!(fs::read_dir(out.join("orders-flow/spool")).unwrap().count(), 0);
    modes(&out);

    let store = ["-list", "-keystore", "tenant.p12", "-storetype", "PKCS12", "-storepass:file", "password"];
    let listed = kept.tool("keytool", &store).out;
    for alias in ["orders-signer, ", "orders-signer-backup, "] {
        assert!(listed.contains(alias), "{listed}");
    }
    assert!(!listed.contains("orders-signer-next"), "{listed}");
    let pems = ["pkcs12", "-in", "tenant.p12", "-passin", "file:password", "-nokeys"];
    let pems = kept.tool("openssl", &pems).out;
    let certificates: Vec<String> = pems
        .split("-----BEGIN CERTIFICATE-----")
        .skip(1)
        .map(|part| {
            let body = part.split("-----END").next().unwrap();
            format!("-----BEGIN CERTIFICATE-----{body}-----END CERTIFICATE-----\n")
        })
        .collect();
    assert_eq!(certificates.len(), 2);

    // Every message verifies with the certificate of the key that its name tells, and no other.
    let folder = tempfile::tempdir().unwrap();
    let mut signers = BTreeSet::new();
    let mut count = 0;
    for (number, file) in (0..).zip(fs::read_dir(out.join("messages")).unwrap()) {
        let path: PathBuf = file.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let key = name.split('-').nth(1).unwrap().to_owned();
        fs::copy(&path, folder.path().join(format!("{key}.ecdsa-sha256.{number}.xml"))).unwrap();
        signers.insert(key);
        count += 1;
    }
    assert_eq!(signers.len(), 2, "messages of both keys are kept");
    for pem in &certificates {
        let own = keyroll::world::material::Certificate::from_pem(pem.as_bytes()).unwrap();
        let short = own.fingerprint().short();
        assert!(signers.contains(&short), "{short}");
        fs::write(folder.path().join(format!("{short}.crt")), pem).unwrap();
        let mine = format!("{short}.crt");
        let (mut own, mut foreign) = (0, 0);
        for file in fs::read_dir(folder.path()).unwrap() {
            let name = file.unwrap().file_name().into_string().unwrap();
            let count = if name.starts_with(&short) { &mut own } else { &mut foreign };
            // Java verifies every one.
            if !name.ends_with(".xml") || *count == 12 {
                continue;
            }
            *count += 1;
            let words =
                ["--verify", "--enabled-key-data", "key-name", "--pubkey-cert-pem", &mine, name.as_str()];
            let said = std::process::Command::new("xmlsec1").args(words).current_dir(folder.path()).output();
            let said = said.unwrap_or_else(|e| panic!("these tests need `xmlsec1`: {e}"));
            let shown = String::from_utf8_lossy(&said.stderr);
            assert_eq!(said.status.success(), name.starts_with(&short), "{name} with {mine}: {shown}");
        }
        assert!(own > 0 && foreign > 0);
    }
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracles/XmlDsig.java");
    let program = program.to_str().unwrap();
    let said = kept.tool("java", &[program, "verify", folder.path().to_str().unwrap()]).out;
    assert_eq!(said.lines().count(), count);
    assert!(said.lines().all(|line| line.split(' ').nth(1) == Some("OK")), "{said}");
    println!("Java has verified {count} messages of a rehearsal");
    let journal = kept.keyroll("status").ends(0).out;
    assert!(journal.contains("done"), "{journal}");
}

/// Private things are private.
fn modes(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let mode = path.symlink_metadata().unwrap().permissions().mode() & 0o777;
        let trust = path.parent().unwrap().ends_with("partner-trust");
        if path.is_dir() {
            assert_eq!(mode, 0o700, "{}", path.display());
            modes(&path);
        } else if !trust {
            assert_eq!(mode, 0o600, "{}", path.display());
        }
    }
}

/// The lines of code that speak of rehearsals.
fn telling_apart(files: &[(PathBuf, String)]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (path, text) in files {
        let code = text.lines().take_while(|line| *line != "#[cfg(test)]");
        for line in code.map(|line| line.split("//").next().unwrap().trim()) {
            let small = line.to_lowercase();
            if ["rehears", "sandbox", "staged_run", "is_test"].iter().any(|word| small.contains(word)) {
                found.insert(format!("{}: {line}", path.display()));
            }
        }
    }
    found
}

/// A rehearsal takes the same way as a run: nothing in runner, backends and `next` asks which of the
/// two it is. The one place that knows of sandboxes lets a plan in that was not proved.
#[test]
fn nothing_on_the_way_asks_whether_this_is_a_rehearsal() {
    let mut files = [
        sources("src/run"),
        sources("src/transition"),
        sources("src/backend"),
        sources("src/action"),
        sources("src/condition"),
    ]
    .concat();
    // A story is played in a sandbox alone: it is no way to carry a plan out.
    let beside = ["src/run/sandbox.rs", "src/run/traffic.rs", "src/run/enact.rs"];
    files.retain(|(path, _)| !beside.iter().any(|own| path == Path::new(own)));
    let reviewed: BTreeSet<String> = [
        "src/run/mod.rs: pub mod sandbox;",
        "src/run/runner.rs: sandbox::Sandbox,",
        "src/run/runner.rs: pub fn in_sandbox(_sandbox: &Sandbox, checked: &'a Checked, parts: Parts<'a>) -> Self {",
    ]
    .map(str::to_owned)
    .into();
    assert_eq!(telling_apart(&files), reviewed);
    let mutant = ("src/run/turn.rs".into(), "if self.rehearsing {".to_owned());
    assert_eq!(telling_apart(&[mutant]).len(), 1);
    // The sandbox is asked for and not looked into.
    let runner = files.iter().find(|(path, _)| path.ends_with("runner.rs")).unwrap();
    assert_eq!(runner.1.matches("_sandbox").count(), 2, "`in_sandbox` and its argument");
    assert!(plan("two-keys.renewal").contains("step"));
}
