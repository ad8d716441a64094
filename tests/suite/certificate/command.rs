//! `prove --certificate` and `verify-proof`, from the command line.

use std::{collections::BTreeSet, fs, os::unix::fs::symlink, path::Path, process::Command};

use insta::{assert_snapshot, with_settings};
use keyroll::certificate::{Certificate, Claim, EXPLANATIONS, Reason};

use super::{ONE_KEY, TWO_KEYS};

/// A folder with both stock plans and a certificate of the first.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        desk.write("two-keys.renewal", TWO_KEYS);
        desk.write("one-key.renewal", ONE_KEY);
        assert_eq!(desk.keyroll("prove two-keys.renewal --certificate proof.json").0, 0);
        desk
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// The exit code, and both streams.
    fn keyroll(&self, line: &str) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keyroll"));
        command.args(line.split_whitespace()).current_dir(self.0.path()).env_remove("COLUMNS");
        let output = command.env("TZ", "UTC").output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }
}

#[test]
fn a_certificate_is_written_and_proves_its_plan() {
    let desk = Desk::new();
    for engine in ["auto", "cuts", "explicit"] {
        let line = format!("prove two-keys.renewal --engine {engine} --certificate proof.json");
        let (exit, out, _) = desk.keyroll(&line);
        let bytes = desk.read("proof.json").len();
        assert_eq!(exit, 0);
        assert!(out.ends_with(&format!("  certificate proof.json, {bytes} bytes\n")), "{out}");
        let without = desk.keyroll(&format!("prove two-keys.renewal --engine {engine}")).1;
        assert_eq!(out.lines().count(), without.lines().count() + 1);
        let (exit, out, err) = desk.keyroll("verify-proof two-keys.renewal proof.json");
        assert_eq!((exit, err.as_str()), (0, ""));
        assert!(out.starts_with("xml-signature-two-keys: proved, as proof.json shows\n"), "{out}");
        let how = if engine == "explicit" { "states and" } else { "things that had to be shown" };
        assert!(out.lines().last().unwrap().starts_with("  checked ") && out.contains(how), "{out}");
        let said = |out: &str| -> Vec<String> {
            let kept = ["  promise", "  finally", "  assuming", "  waived"];
            let unsaid = " (not promised in words, judged all the same)";
            let lines = out.lines().filter(|l| kept.iter().any(|k| l.starts_with(k)));
            lines.map(|line| line.replace(unsaid, "")).collect()
        };
        assert_eq!(said(&out), said(&without), "both say the same of the plan");
        let (exit, out, err) = desk.keyroll("verify-proof two-keys.renewal proof.json --format json");
        assert_eq!((exit, err.as_str()), (0, ""));
        let told: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!((&told["proved"], &told["certificate"]), (&true.into(), &"proof.json".into()));
        assert_eq!(told["promises"].as_array().unwrap().len(), 3);
    }
}

#[test]
fn what_is_not_proved_leaves_no_certificate() {
    let desk = Desk::new();
    desk.write("bad.renewal", &TWO_KEYS.replace("  needs orders drained of old\n", ""));
    for (line, code) in [
        ("prove bad.renewal --certificate bad.json", 1),
        ("prove two-keys.renewal --engine explicit --budget 5 --certificate bad.json", 8),
        ("prove two-keys.renewal --certificate -", 2),
        ("prove two-keys.renewal --certificate no-folder/bad.json", 5),
    ] {
        let (exit, _, err) = desk.keyroll(line);
        assert_eq!(exit, code, "{line}: {err}");
        let nothing = ["no certificate is written", "needs a file", "cannot write"];
        assert!(nothing.iter().any(|word| err.contains(word)), "{line}: {err}");
    }
    assert!(!desk.path("bad.json").exists());
    let kept = desk.read("proof.json");
    assert_eq!(desk.keyroll("prove bad.renewal --certificate proof.json").0, 1);
    assert_eq!(desk.read("proof.json"), kept);
}

#[test]
fn nothing_but_a_certificate_is_written_over() {
    let desk = Desk::new();
    for (name, text) in [("notes.txt", "mine"), ("other.json", "{\"schema\":\"keyroll/prove/1\"}")] {
        desk.write(name, text);
        let (exit, out, err) = desk.keyroll(&format!("prove two-keys.renewal --certificate {name}"));
        assert_eq!((exit, out.as_str()), (2, ""));
        assert!(err.contains("is there and is no certificate"), "{err}");
        assert_eq!(desk.read(name), text);
    }
    // One of another version is a certificate too, and an empty file is nobody's.
    for (name, text) in [("later.json", "{\"schema\":\"keyroll/proof/27\""), ("empty", "")] {
        desk.write(name, text);
        assert_eq!(desk.keyroll(&format!("prove two-keys.renewal --certificate {name}")).0, 0);
        assert_eq!(desk.read(name), desk.read("proof.json"));
    }
    symlink(desk.path("proof.json"), desk.path("link.json")).unwrap();
    let (exit, _, err) = desk.keyroll("prove two-keys.renewal --certificate link.json");
    assert!(exit == 5 && err.contains("symbolic link"), "{exit} {err}");
    assert_eq!(desk.keyroll("prove two-keys.renewal --certificate .").0, 5);
}

#[test]
fn the_exit_codes_of_verify_proof() {
    let desk = Desk::new();
    desk.write("broken.renewal", "keyroll 1\nplan\n");
    for (line, code) in [
        ("verify-proof two-keys.renewal proof.json", 0),
        ("verify-proof one-key.renewal proof.json", 1),
        ("verify-proof two-keys.renewal proof.json --set delivery=1h", 1),
        ("verify-proof broken.renewal proof.json", 1),
        ("verify-proof two-keys.renewal two-keys.renewal", 1),
        ("verify-proof two-keys.renewal nothing.json", 2),
        ("verify-proof nothing.renewal proof.json", 2),
        ("verify-proof two-keys.renewal", 2),
    ] {
        let (exit, out, err) = desk.keyroll(line);
        assert_eq!(exit, code, "{line}\n{out}{err}");
    }
    let set = "prove two-keys.renewal --set delivery=1h --certificate proof.json";
    assert_eq!(desk.keyroll(set).0, 0);
    assert_eq!(desk.keyroll("verify-proof two-keys.renewal proof.json --set delivery=1h").0, 0);
    assert_eq!(desk.keyroll("verify-proof two-keys.renewal proof.json").0, 1);
    let (exit, _, err) = desk.keyroll("verify-proof two-keys.renewal /dev/zero");
    assert!(exit == 1 && err.contains("more than 64 MiB"), "{exit} {err}");
}

/// A certificate that is refused with a code.
fn wrong(code: &str, desk: &Desk) -> String {
    let text = desk.read("proof.json");
    match code {
        "certificate_unreadable" => "{}".to_owned(),
        "certificate_version" => text.replace("keyroll/proof/2", "keyroll/proof/\u{202e}3"),
        "certificate_altered" => text.replace("[[0,1,2,3,4,5,6]]", "[[0,1,2,3,4,6,5]]"),
        "certificate_foreign" => {
            assert_eq!(desk.keyroll("prove one-key.renewal --certificate other.json").0, 0);
            desk.read("other.json")
        }
        "certificate_gap" => {
            let claim = Certificate::read(text.as_bytes()).unwrap().proof;
            let Reason::Cuts { paths, news, moments, .. } = claim.reason else { panic!("not by cuts") };
            let reason = Reason::Cuts { lines: Vec::new(), paths, news, moments };
            Certificate::of(Claim { reason, ..claim }).text()
        }
        other => panic!("nothing brings {other} about"),
    }
}

#[test]
fn every_finding_about_a_certificate_has_its_page() {
    let desk = Desk::new();
    with_settings!({ snapshot_path => "../../golden/certificate", prepend_module_to_snapshot => false, omit_expression => true }, {
        for explanation in EXPLANATIONS {
            desk.write("wrong.json", &wrong(explanation.code, &desk));
            let (exit, out, err) = desk.keyroll("verify-proof two-keys.renewal wrong.json");
            assert_eq!((exit, out.as_str()), (1, ""));
            assert!(err.starts_with(&format!("keyroll::{}\n", explanation.code)), "{err}");
            assert!(err.contains("help: ") && err.ends_with("1 error\n"), "{err}");
            assert_snapshot!(explanation.code, err);
            let (exit, out, err) = desk.keyroll("verify-proof two-keys.renewal wrong.json --format json");
            assert_eq!((exit, err.as_str()), (1, ""));
            let told: serde_json::Value = serde_json::from_str(&out).unwrap();
            assert_eq!(told["code"], format!("keyroll::{}", explanation.code));
            assert_eq!(told["proved"], false);
        }
    });
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/certificate");
    let pages: BTreeSet<String> =
        fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    let codes: BTreeSet<String> = EXPLANATIONS.iter().map(|e| format!("{}.snap", e.code)).collect();
    assert_eq!(pages, codes);
}
