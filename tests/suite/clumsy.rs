//! What a hostile or a clumsy user gives to the program: it answers with words, and leaves nothing.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use keyroll::check;
use keyroll::plan::given::Given;
use keyroll::proof::verdict::{BUDGET, Verdict, prove};
use keyroll::source::Source;
use keyroll::transition::ready::{Blocker, blockers};
use keyroll::world::id::Id;

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

fn answered(arguments: &[&str]) -> (Option<i32>, String) {
    said(&program(arguments).output().unwrap())
}

/// A sandbox in a folder, with a word of its site exchanged.
fn staged(folder: &Path, from: &str, to: &str) -> String {
    let folder = folder.to_str().unwrap();
    let (exit, err) = answered(&["rehearse", TWO_KEYS, "--keep", folder, "--stage"]);
    assert_eq!(exit, Some(0), "{err}");
    let site = format!("{folder}/site.toml");
    let text = std::fs::read_to_string(&site).unwrap();
    assert!(text.contains(from), "{text}");
    std::fs::write(&site, text.replace(from, to)).unwrap();
    site
}

#[test]
fn a_file_that_never_ends_is_no_plan_and_no_site() {
    let (exit, err) = answered(&["check", "/dev/zero"]);
    assert!(exit == Some(1) && err.contains("keyroll::file_too_large"), "{err}");
    let (exit, err) = answered(&["dry-run", TWO_KEYS, "--site", "/dev/zero"]);
    assert!(exit == Some(1) && err.contains("keyroll::file_too_large"), "{err}");
}

#[test]
fn a_parameter_is_not_given_two_values() {
    for command in ["check", "prove", "rehearse"] {
        let (exit, err) = answered(&[command, TWO_KEYS, "--set", "alias=a", "--set", "alias=b"]);
        assert!(exit == Some(2) && err == "--set gives `alias` two values\n", "{err}");
    }
    let (exit, err) = answered(&["check", TWO_KEYS, "--set", "alias=a", "--set", "alias=a"]);
    assert_eq!(exit, Some(0), "{err}");
}

#[test]
fn a_site_does_not_ask_for_a_certificate_of_no_days_or_of_ages() {
    for (days, exit) in [("0", 1), ("1", 0), ("36500", 0), ("36501", 1), ("4294967295", 1)] {
        let folder = tempfile::tempdir().unwrap();
        let site = staged(folder.path(), "[keys]", &format!("[keys.new]\ndays = {days}"));
        let (ended, err) = answered(&["dry-run", TWO_KEYS, "--site", &site]);
        assert_eq!(ended, Some(exit), "{days}: {err}");
        assert_eq!(err.contains("keyroll::bad_binding"), exit == 1, "{days}: {err}");
    }
}

#[test]
fn two_runs_that_begin_at_once_do_not_trip_over_the_empty_journal() {
    for _ in 0..10 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keyroll.db");
        let openers = [0; 4].map(|_| {
            let path = path.clone();
            std::thread::spawn(move || keyroll::journal::sqlite::Store::open(&path).map(drop))
        });
        for opener in openers {
            opener.join().unwrap().unwrap();
        }
    }
}

#[test]
fn a_time_is_named_for_a_window_and_for_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let site = staged(folder.path(), "[roles.tenant_admin]\nautomatic = true\npause = \"0s\"\n", "");
    let (exit, err) = answered(&["run", TWO_KEYS, "--site", &site]);
    assert_eq!(exit, Some(3), "{err}");
    let confirm = ["confirm", "provide_certificate", "--as", "tenant_admin", "--site", &site];
    let (exit, err) = answered(&[&confirm[..], &["--opens", "2030-01-01T00:00:00Z"]].concat());
    assert!(exit == Some(2) && err.contains("`provide_certificate` proposes no window"), "{exit:?} {err}");
    let (exit, err) = answered(&confirm);
    assert_eq!(exit, Some(0), "{err}");
}

/// The news of a certificate can overtake it.
#[test]
fn a_certificate_is_not_used_before_it_is_there() {
    let plan = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(TWO_KEYS)).unwrap();
    let plan = plan.replace("key old ", "role courier\n\nkey old ").replace(
        "step trust_both by receiver_admin \"Verify with the old or the new key\" {\n  after provide_certificate",
        "step tell_courier by tenant_admin {\n  after provide_certificate\n  inform courier\n}\n\n\
         step tell_receiver by courier {\n  after tell_courier\n  inform receiver_admin\n}\n\n\
         step trust_both by receiver_admin {\n  after tell_receiver",
    );
    let checked = check::read(&Source::new("plan", plan), &Given::default()).unwrap();
    let mut world = checked.plan().start.clone();
    let (mut handed, trust) = (None, checked.plan().step("trust_both").unwrap());
    for name in ["create_key", "provide_certificate", "tell_courier", "tell_receiver"] {
        world.done.insert(checked.plan().step(name).unwrap().index());
    }
    for (id, delivery) in checked.plan().deliveries.iter() {
        if checked.plan().steps[delivery.step].name.value == "provide_certificate" {
            handed = Some(id);
        } else if world.is_done(delivery.step) {
            world.heard.insert(id.index());
        }
    }
    let found = blockers(&checked, &world, trust);
    assert_eq!(found, [Blocker::Unheard(handed.unwrap())]);
    world.heard.insert(handed.unwrap().index());
    assert!(blockers(&checked, &world, trust).is_empty());
    let start = checked.plan().start.clone();
    assert!(matches!(prove(checked, &start, BUDGET), Verdict::Proven(_)));
}

#[test]
fn a_path_with_an_escape_in_it_is_not_shown_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let hostile = folder.path().join("a\u{1b}[31m\u{202e}");
    let hostile = hostile.to_str().unwrap();
    let journal = answered(&["status", "--journal", hostile]);
    let output = program(&["rehearse", TWO_KEYS, "--keep", hostile, "--stage"]).output().unwrap();
    let kept = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success());
    for text in [journal.1, kept] {
        assert!(text.contains("a\\u{1b}[31m\\u{202e}") && !text.contains('\u{1b}'), "{text}");
    }
}

#[test]
fn a_rehearsal_that_the_system_ends_leaves_no_key_behind() {
    for (signal, code) in [("-INT", 130), ("-TERM", 143), ("-HUP", 130)] {
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
        assert!(exit == Some(code) && err.ends_with("interrupted\n"), "{signal}: {exit:?} {err}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "{signal}");
    }
}

/// A message may be overtaken by one that was sent later: its receiver waits for both, so that it
/// never passes on what it was not told yet.
#[test]
fn a_step_waits_for_each_message_that_comes_before_it() {
    let plan = "keyroll 1

plan overtaken
  \"Overtaken\"

role a \"A\"
role b \"B\"
role c \"C\"
role d \"D\"

key old

keystore ks of a {
  alias \"s\" is old
}

receiver r of b {
  accepts old
}

flow f of a {
  signs xml with ks[\"s\"]
  sends to r
  delivers within 1h
  deployed
}

step stop by a {
  undeploy f
}

step tell by a {
  after stop
  inform b, c
}

step ask by c {
  after tell
  request b to accept old at r
}

step pass_on by b {
  after ask
  inform d
}

step act by d {
  after pass_on
  needs f undeployed
  inform a
}
";
    let checked = check::read(&Source::new("plan", plan.to_owned()), &Given::default()).unwrap();
    let step = |name: &str| checked.plan().step(name).unwrap();
    let to_b = |name: &str| checked.plan().deliveries_of(step(name)).next().unwrap().0;
    let mut world = checked.plan().start.clone();
    for name in ["stop", "tell", "ask"] {
        world.done.insert(step(name).index());
    }
    world.heard.insert(to_b("ask").index());
    assert_eq!(blockers(&checked, &world, step("pass_on")), [Blocker::Unheard(to_b("tell"))]);
    world.heard.insert(to_b("tell").index());
    assert_eq!(blockers(&checked, &world, step("pass_on")), []);
    // `act` needs no word of `tell` itself: nobody sends it one.
    assert_eq!(checked.awaited(step("act")).len(), 1);
}
