//! Programs that do not keep to the protocol: each is an error with a sentence, within its time.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use keyroll::backend::{
    command::{CommandFlow, CommandKeystore, CommandReceiver, Program, ProgramError, Start},
    deployer::{Deployer, FlowState},
    keystore::Keystore,
    receiver::Receiver,
};

use super::alias;

/// A shell script, given so long.
fn script(folder: &Path, text: &str, seconds: u64, keep_output: bool) -> Program {
    fs::write(folder.join("script.sh"), text).unwrap();
    let command = ["sh".to_owned(), "script.sh".to_owned()];
    let timeout = Duration::from_secs(seconds);
    Program::find(&Start { command: &command, folder, timeout, environment: &[], keep_output }).unwrap()
}

/// What is said of a flow whose program is this script.
#[track_caller]
fn fault(text: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let flow = CommandFlow::new("client", script(folder.path(), text, 20, false));
    let said = flow.state().unwrap_err().to_string();
    assert!(said.starts_with("the program of `client`, asked for `state`, "), "{said}");
    said
}

const OK: &str = "echo '{\"ok\":{\"state\":\"deployed\"}}'";

#[test]
fn what_is_no_answer_is_said_in_a_sentence() {
    for (text, said) in [
        ("echo done", "wrote a line that is no JSON object"),
        ("printf '\\377\\376\\000'", "wrote a line that is no JSON object"),
        ("head -c 900000 /dev/zero | tr '\\0' '['", "wrote a line that is no JSON object"),
        ("echo '{\"keyroll\":2,\"ok\":{\"state\":\"deployed\"}}'", "another version of the protocol than 1"),
        ("echo '{\"ok\":{}}'", "does not fit: `state` is missing"),
        ("echo '{\"ok\":{\"state\":7}}'", "does not fit: `state` is neither"),
        ("echo '{\"ok\":[]}'", "does not fit: `ok` is no object"),
        ("echo '{\"fine\":{}}'", "does not fit: a line holds neither"),
        ("echo '{\"error\":{\"code\":\"perhaps\"}}'", "none that is known"),
        ("echo '{\"error\":{\"code\":\"missing\"}}'", "answered `missing`"),
        ("echo '{\"error\":{\"code\":\"failed\"}}'; exit 9", "answered `failed`"),
        ("echo '{\"progress\":\"half\"}'", "ended without an answer"),
        ("exit 0", "ended without an answer"),
        ("exec 1>&-", "ended without an answer"),
        ("exit 7", "ended with exit code 7"),
        ("kill -9 $$", "was ended by signal 9"),
        (&format!("{OK}; exit 3"), "ended with exit code 3"),
        (&format!("{OK}; echo more"), "said more after its answer"),
        (&format!("{OK}; {OK}"), "said more after its answer"),
        ("head -c 1048577 /dev/zero | tr '\\0' x", "answered with more than 1 MiB and was ended"),
        ("yes '{\"progress\":1}'", "answered with more than 1 MiB and was ended"),
    ] {
        let found = fault(text);
        assert!(found.contains(said), "{text}: {found}");
    }
}

#[test]
fn answers_of_the_other_faces_are_read_as_strictly() {
    let folder = tempfile::tempdir().unwrap();
    let answer = |ok: &str| script(folder.path(), &format!("echo '{{\"ok\":{ok}}}'"), 20, false);
    for (ok, said) in [
        ("{}", "`entry` is missing"),
        ("{\"entry\":7}", "an entry is no object"),
        ("{\"entry\":{}}", "an entry has no `alias`"),
        ("{\"entry\":{\"alias\":\"\"}}", "none that keyroll can hold"),
        ("{\"entry\":{\"alias\":\"a\"}}", "an entry has no `public` half"),
        ("{\"entry\":{\"alias\":\"a\",\"kind\":\"cat\"}}", "none of `credential`, `trusted` and `secret`"),
        ("{\"entry\":{\"alias\":\"a\",\"public\":{}}}", "neither `certificate` nor `text`"),
        ("{\"entry\":{\"alias\":\"a\",\"public\":{\"certificate\":\"x\"}}}", "no X.509 certificate"),
        ("{\"entry\":{\"alias\":\"a\",\"public\":{\"text\":\"\"}}}", "not one line"),
        ("{\"entry\":{\"alias\":\"b\",\"public\":{\"text\":\"t\"}}}", "the entry has another alias"),
        (
            "{\"entry\":{\"alias\":\"a\",\"public\":{\"text\":\"t\",\"fingerprint\":\"00\"}}}",
            "is that of another one",
        ),
    ] {
        let said_of = CommandKeystore::new("vault", answer(ok)).entry(&alias("a")).unwrap_err().to_string();
        assert!(said_of.contains(said), "{ok}: {said_of}");
    }
    for (ok, said) in [
        ("{}", "list of public halves is missing"),
        ("{\"accepted\":[1]}", "no object"),
        ("{\"accepted\":{}}", "list of public halves is missing"),
    ] {
        let said_of = CommandReceiver::new("gateway", 2, answer(ok)).accepted().unwrap_err().to_string();
        assert!(said_of.contains(said), "{ok}: {said_of}");
    }
    let mut flow = CommandFlow::new("client", answer("{\"outcome\":\"perhaps\"}"));
    let now = jiff::Timestamp::UNIX_EPOCH;
    let said = flow.bring_to(FlowState::Deployed, now).unwrap_err().to_string();
    assert!(said.contains("neither `changed` nor `already_so`"), "{said}");
    for count in ["\"1\"", "-1", "1.5"] {
        let flow = CommandFlow::new("client", answer(&format!("{{\"count\":{count}}}")));
        let key = keyroll::world::material::Fingerprint::of(b"k");
        assert!(flow.in_flight(&key).unwrap_err().to_string().contains("no number"), "{count}");
    }
}

#[test]
fn a_program_may_leave_its_input_unread_and_fill_its_other_output() {
    let folder = tempfile::tempdir().unwrap();
    for text in [OK, &format!("exec <&-; {OK}"), &format!("head -c 5000000 /dev/zero >&2; {OK}")] {
        let flow = CommandFlow::new("client", script(folder.path(), text, 20, false));
        assert_eq!(flow.state().unwrap(), FlowState::Deployed, "{text}");
    }
}

/// Whether the process is there whose number a script has written down.
fn lives(folder: &Path) -> bool {
    let number = fs::read_to_string(folder.join("number")).unwrap();
    let state = fs::read_to_string(format!("/proc/{}/stat", number.trim())).unwrap_or_default();
    // A dead one that nobody has waited for yet is no process any more.
    !state.is_empty() && !state.contains(") Z ")
}

#[track_caller]
fn dies(folder: &Path) {
    let begun = Instant::now();
    while lives(folder) {
        assert!(begun.elapsed() < Duration::from_secs(10), "it goes on");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_program_that_hangs_is_ended_with_all_that_it_started() {
    for hang in ["sleep 600", "wait", "exec 1>&- 2>&-; sleep 600", "trap '' TERM INT HUP; sleep 600"] {
        let folder = tempfile::tempdir().unwrap();
        let text = format!("sleep 600 & echo $! >number; {hang}");
        let begun = Instant::now();
        let flow = CommandFlow::new("client", script(folder.path(), &text, 1, false));
        let said = flow.state().unwrap_err().to_string();
        let took = begun.elapsed();
        assert!(said.contains("was not through within 1s and was ended"), "{hang}: {said}");
        assert!(took >= Duration::from_secs(1) && took < Duration::from_secs(8), "{hang}: {took:?}");
        dies(folder.path());
    }
}

#[test]
fn what_a_program_leaves_running_is_ended_and_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let text = format!("sleep 600 & echo $! >number; {OK}");
    let flow = CommandFlow::new("client", script(folder.path(), &text, 20, false));
    assert_eq!(flow.state().unwrap(), FlowState::Deployed);
    dies(folder.path());
    // One that took itself out of the group and holds the output is not waited for either. It says so
    // first: before it is out, it is ended as the others are.
    let text = format!(
        "setsid sh -c 'echo >out; exec sleep 60' & until [ -e out ]; do sleep 0.01; done; {OK}; exit 0"
    );
    let begun = Instant::now();
    let flow = CommandFlow::new("client", script(folder.path(), &text, 300, false));
    let said = flow.state().unwrap_err().to_string();
    assert!(said.contains("left something running that holds its output open"), "{said}");
    assert!(begun.elapsed() < Duration::from_secs(50), "{:?}", begun.elapsed());
}

#[test]
fn what_a_program_says_is_told_only_where_the_site_wants_it_told() {
    let folder = tempfile::tempdir().unwrap();
    for text in [
        "printf 'canary \\033[31m\\nnext' >&2; exit 1",
        "printf '%s\\n' '{\"error\":{\"code\":\"failed\",\"message\":\"canary \\u001b[31m\\nnext\"}}'",
    ] {
        let said = |keep| {
            let flow = CommandFlow::new("client", script(folder.path(), text, 20, keep));
            let error = flow.state().unwrap_err();
            format!("{error} {error:?}")
        };
        assert!(!said(false).contains("canary"), "{}", said(false));
        let told = said(true);
        assert!(told.contains("it said: canary \\u{1b}[31m\\u{a}next"), "{told}");
        assert!(!told.contains('\u{1b}') && !told.contains('\n'), "{told}");
    }
    let flood = "head -c 5000000 /dev/zero | tr '\\0' x >&2; exit 1";
    let flow = CommandFlow::new("client", script(folder.path(), flood, 20, true));
    let told = flow.state().unwrap_err().to_string();
    assert!(told.ends_with("x ...") && told.len() < 2_200, "{} bytes", told.len());
}

#[test]
fn only_what_is_there_and_closed_to_others_is_started() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let find = |words: &[&str], environment: &[&str]| {
        let command: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let environment: Vec<String> = environment.iter().map(|name| (*name).to_owned()).collect();
        let timeout = Duration::from_secs(20);
        Program::find(&Start {
            command: &command,
            folder,
            timeout,
            environment: &environment,
            keep_output: false,
        })
        .map(drop)
    };
    assert!(matches!(find(&[], &[]), Err(ProgramError::Empty)));
    assert!(matches!(find(&["no-such-program"], &[]), Err(ProgramError::NotFound(..))));
    assert!(matches!(find(&["./nothing"], &[]), Err(ProgramError::NotExecutable(_))));
    assert!(matches!(find(&["/"], &[]), Err(ProgramError::NotExecutable(_))));
    assert!(matches!(find(&["sh"], &["KEYROLL_TEST_UNSET"]), Err(ProgramError::Unset(_))));
    assert!(find(&["sh"], &[]).is_ok() && find(&["/bin/sh"], &["PATH"]).is_ok());
    fs::write(folder.join("tool"), "#!/bin/sh\n").unwrap();
    for (mode, is_found) in [(0o600, false), (0o700, true), (0o775, true), (0o777, false)] {
        fs::set_permissions(folder.join("tool"), fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(find(&["./tool"], &[]).is_ok(), is_found, "{mode:o}");
    }
    assert!(matches!(find(&["./tool"], &[]), Err(ProgramError::Open(_))));
    // A bare name is not looked for in the folder.
    assert!(matches!(find(&["tool"], &[]), Err(ProgramError::NotFound(..))));
}

/// What the system refuses to start is an error of that call.
#[test]
fn a_program_that_is_gone_or_is_none_is_said_so() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tool");
    fs::write(&path, [0x7f, b'E', b'L', b'F', 0]).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
    let flow = CommandFlow::new("client", super::program(folder.path(), &["./tool"]));
    let said = flow.state().unwrap_err().to_string();
    assert!(said.contains("cannot be started"), "{said}");
    fs::remove_file(path).unwrap();
    let said = flow.state().unwrap_err().to_string();
    assert!(said.contains("cannot be started"), "{said}");
}
