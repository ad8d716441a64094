//! A person at a terminal is asked: what is renewed, and what everything is called.

use std::io::Write as _;

use super::*;

/// The program on a terminal, with lines typed once it asks.
fn typed(folder: &Path, words: &str, lines: &[&str]) -> Said {
    let command = format!("{} new {words}", env!("CARGO_BIN_EXE_keyroll"));
    let mut script = Command::new("script");
    script.args(["--quiet", "--return", "--echo", "never", "--command", &command, "/dev/null"]);
    script.current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = script.spawn().expect("these tests need `script`");
    let mut stdin = child.stdin.take().unwrap();
    for line in lines {
        std::thread::sleep(std::time::Duration::from_millis(400));
        // A program that ended does not listen any more.
        let _closed = stdin.write_all(line.as_bytes());
    }
    std::thread::sleep(std::time::Duration::from_millis(400));
    drop(stdin);
    Said::of(child.wait_with_output().unwrap())
}

#[test]
fn a_person_answers_and_a_proved_plan_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let answers = [
        "1\n",
        "salt\n",
        "we\n",
        "yes\n",
        "no\n", // which plan
        "Payments operations\n",
        "tenant\n",
        "step\n",
        "bank_admin\n", // the roles
        "vault\n",
        "\n",
        "payments\n", // keystore, receiver, flow
        "payments-2026\n",
        "soon\n",
        "2h\n", // the parameters
        "payments-signer\n",
        "\n", // the plan and its file
    ];
    let said = typed(folder.path(), "", &answers).ends(0);
    assert!(said.out.contains("`salt` is none of them"), "{}", said.out);
    assert!(said.out.contains("begins with xml-signature/two-keys"), "{}", said.out);
    assert!(said.out.contains("something is called `tenant` already"), "{}", said.out);
    assert!(said.out.contains("`step` is a word of the language"), "{}", said.out);
    assert!(said.out.contains("write it as `24h`"), "{}", said.out);
    let text = fs::read_to_string(folder.path().join("payments-signer.renewal")).unwrap();
    for says in [
        "plan payments-signer\n",
        "role payments_operations \"Payments operations\"",
        "keystore vault of payments_operations {",
        "receiver partner of bank_admin {",
        "role bank_admin          \"Bank admin\"",
        "flow payments of payments_operations {",
        "= \"payments-2026\"",
        "= 2h",
    ] {
        assert!(text.contains(says), "{says}\n{text}");
    }
    keyroll(folder.path(), &["prove", "payments-signer.renewal"]).ends(0);
    keyroll(folder.path(), &["fmt", "--check", "payments-signer.renewal"]).ends(0);
}

#[test]
fn questions_that_are_broken_off_leave_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for lines in [&["\u{4}"][..], &["1\n", "\u{4}"], &["1\n", "we\n", "yes\n", "no\n", "\n", "\u{4}"]] {
        typed(folder.path(), "", lines).ends(130);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
    // What the library has no plan for is said as soon as it is known.
    typed(folder.path(), "", &["9\n"]).ends(1).says("no_plan_fits");
    typed(folder.path(), "--what signature --private-key we", &["no\n", "no\n"]).ends(1).says("one key");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

/// A day that is agreed anew in each renewal is asked for like every other parameter.
#[test]
fn a_date_is_asked_for_too() {
    let folder = tempfile::tempdir().unwrap();
    let names = ["\n"; 6];
    let mut lines = vec!["yes\n", "no\n"];
    lines.extend(names);
    lines.extend(["\n", "24h\n", "2027-02-30\n", "2027-09-01\n", "servers\n", "\n"]);
    let said = typed(folder.path(), "--what tls-server --private-key we", &lines).ends(0);
    assert!(said.out.contains("begins with tls/load-balancer-certificate"), "{}", said.out);
    assert!(said.out.contains("it is no date"), "{}", said.out);
    assert!(said.out.contains("it is no day of the calendar"), "{}", said.out);
    let text = fs::read_to_string(folder.path().join("servers.renewal")).unwrap();
    assert!(text.contains(": date  = 2027-09-01 "), "{text}");
    keyroll(folder.path(), &["prove", "servers.renewal"]).ends(0);
}
