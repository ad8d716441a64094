//! What a hostile or a clumsy user gives to the program: it answers with words, and leaves nothing.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const TWO_KEYS: &str = "plans/xml-signature/two-keys.renewal";

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyroll"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments).stdin(Stdio::null());
    command
}

/// The exit code and what was said on standard error.
fn said(output: &Output) -> (Option<i32>, String) {
    let err = String::from_utf8(output.stderr.clone()).unwrap();
    assert!(!err.contains("panicked"), "{err}");
    (output.status.code(), err)
}

fn keyroll(arguments: &[&str]) -> (Option<i32>, String) {
    said(&program(arguments).output().unwrap())
}

/// A sandbox in a folder, with a word of its site exchanged.
fn staged(folder: &Path, from: &str, to: &str) -> String {
    let folder = folder.to_str().unwrap();
    let (exit, err) = keyroll(&["rehearse", TWO_KEYS, "--keep", folder, "--stage"]);
    assert_eq!(exit, Some(0), "{err}");
    let site = format!("{folder}/site.toml");
    let text = std::fs::read_to_string(&site).unwrap();
    assert!(text.contains(from), "{text}");
    std::fs::write(&site, text.replace(from, to)).unwrap();
    site
}

#[test]
fn a_file_that_never_ends_is_no_plan_and_no_site() {
    let (exit, err) = keyroll(&["check", "/dev/zero"]);
    assert!(exit == Some(1) && err.contains("keyroll::file_too_large"), "{err}");
    let (exit, err) = keyroll(&["dry-run", TWO_KEYS, "--site", "/dev/zero"]);
    assert!(exit == Some(1) && err.contains("keyroll::file_too_large"), "{err}");
}

#[test]
fn a_parameter_is_not_given_two_values() {
    for command in ["check", "prove", "rehearse"] {
        let (exit, err) = keyroll(&[command, TWO_KEYS, "--set", "alias=a", "--set", "alias=b"]);
        assert!(exit == Some(2) && err == "--set gives `alias` two values\n", "{err}");
    }
    let (exit, err) = keyroll(&["check", TWO_KEYS, "--set", "alias=a", "--set", "alias=a"]);
    assert_eq!(exit, Some(0), "{err}");
}

#[test]
fn a_site_does_not_ask_for_a_certificate_of_no_days_or_of_ages() {
    for (days, exit) in [("0", 1), ("1", 0), ("36500", 0), ("36501", 1), ("4294967295", 1)] {
        let folder = tempfile::tempdir().unwrap();
        let site = staged(folder.path(), "[keys]", &format!("[keys.new]\ndays = {days}"));
        let (ended, err) = keyroll(&["dry-run", TWO_KEYS, "--site", &site]);
        assert_eq!(ended, Some(exit), "{days}: {err}");
        assert_eq!(err.contains("keyroll::bad_binding"), exit == 1, "{days}: {err}");
    }
}

#[test]
fn a_path_with_an_escape_in_it_is_not_shown_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let hostile = folder.path().join("a\u{1b}[31m\u{202e}");
    let hostile = hostile.to_str().unwrap();
    let journal = keyroll(&["status", "--journal", hostile]);
    let output = program(&["rehearse", TWO_KEYS, "--keep", hostile, "--stage"]).output().unwrap();
    let kept = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success());
    for text in [journal.1, kept] {
        assert!(text.contains("a\\u{1b}[31m\\u{202e}") && !text.contains('\u{1b}'), "{text}");
    }
}

#[test]
fn a_rehearsal_that_the_system_ends_leaves_no_key_behind() {
    for signal in ["-INT", "-TERM", "-HUP"] {
        let folder = tempfile::tempdir().unwrap();
        let mut command = program(&["rehearse", TWO_KEYS, "--key-type", "ec-p256"]);
        let child = command.env("TMPDIR", folder.path()).stderr(Stdio::piped()).stdout(Stdio::piped());
        let child = child.spawn().unwrap();
        while std::fs::read_dir(folder.path()).unwrap().next().is_none() {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        let sandbox = std::fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap();
        assert_eq!(sandbox.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        let (exit, err) = said(&child.wait_with_output().unwrap());
        assert!(exit == Some(130) && err.ends_with("interrupted\n"), "{signal}: {exit:?} {err}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "{signal}");
    }
}
