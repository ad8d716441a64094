//! Changes by hand, killed with -9 at every call by which the program reads, writes or moves a file.
//! After each the keystore is as before or as after, other tools open it, and the record tells which.
#![cfg(test)]

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Command, Stdio},
};

use keyroll::{
    backend::{
        custody::{Record, Stage},
        keystore::{Entry, Keystore},
        pkcs12::Pkcs12Keystore,
    },
    world::material::Certificate,
};
use zeroize::Zeroizing;

use super::scene::copy;

const PASSWORD: &str = "changeit-canary-7";

/// The calls that are cut off.
const CALLS: [&str; 7] = ["openat", "flock", "write", "fchmod", "fsync", "rename", "unlink"];

/// What is done by hand, each to the world that the one before left.
const DEEDS: [&str; 6] = [
    "create --new-store --alias live --subject CN=live",
    "create --alias next --subject CN=next",
    "exchange --alias live --with next",
    "exchange --alias live --with live-backup --backup none",
    "import --alias trusted --certificate ca.pem",
    "remove --alias live",
];

/// Does it; with a point it is killed there. Says whether it came to its end.
fn does(folder: &Path, deed: &str, point: Option<(&str, usize)>) -> bool {
    let mut words: Vec<&str> = deed.split(' ').collect();
    words.insert(1, "a.p12");
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-o", "/dev/null"]);
    if let Some((call, number)) = point {
        command.args(["-e", &format!("trace={call}")]);
        command.args(["-e", &format!("inject={call}:signal=KILL:when={number}")]);
    } else {
        command.args(["-e", "trace=none"]);
    }
    command.arg(env!("CARGO_BIN_EXE_keyroll")).arg("keystore").args(words);
    command.args(["--password", "env:STORE_PASSWORD"]);
    command.current_dir(folder).env("STORE_PASSWORD", PASSWORD);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let status = command.status().expect("this test needs `strace`");
    // strace ends as what it traced did: by the same signal.
    if !status.success() {
        assert!(status.code().is_none(), "{deed}, {point:?}: {status}");
    }
    status.success()
}

/// What each alias names, and nothing when there is no keystore.
fn named(folder: &Path) -> Option<BTreeMap<String, String>> {
    let path = folder.join("a.p12");
    if !path.exists() {
        return None;
    }
    let store = Pkcs12Keystore::open(path, Zeroizing::new(PASSWORD.to_owned()));
    let name = |entry: &Entry| {
        (entry.alias.to_string(), entry.certificate().map(Certificate::subject).unwrap_or_default())
    };
    Some(store.entries().unwrap().iter().map(name).collect())
}

/// Another tool opens it, and finds as many entries.
fn keytool(folder: &Path, entries: usize) {
    let words = ["-list", "-keystore", "a.p12", "-storepass:env", "STORE_PASSWORD"];
    let mut keytool = Command::new("keytool");
    let keytool = keytool.args(words).current_dir(folder).env("STORE_PASSWORD", PASSWORD).output().unwrap();
    let said = String::from_utf8_lossy(&keytool.stdout).into_owned();
    assert!(keytool.status.success(), "{said}");
    assert_eq!(said.matches("Entry, ").count(), entries, "{said}");
}

pub(crate) fn killed_by_hand_at_every_call() {
    let scratch = tempfile::tempdir().unwrap();
    let mut first = scratch.path().join("first");
    fs::create_dir(&first).unwrap();
    let line = "req -x509 -newkey rsa:2048 -nodes -keyout ca.key -subj /CN=ca -out ca.pem";
    let made = Command::new("openssl").args(line.split(' ')).current_dir(&first).output();
    assert!(made.expect("this test needs `openssl`").status.success());
    let mut kills = BTreeMap::new();
    for (number, deed) in DEEDS.into_iter().enumerate() {
        let after = scratch.path().join(format!("after-{number}"));
        copy(&first, &after);
        assert!(does(&after, deed, None), "{deed}");
        std::thread::scope(|scope| {
            let of_call = |call: &'static str| (call, cut_at_each(call, deed, (&first, &after)));
            let running = CALLS.map(|call| scope.spawn(move || of_call(call)));
            for one in running {
                let (call, count) = one.join().unwrap();
                *kills.entry(call).or_insert(0) += count;
            }
        });
        if let Some(entries) = named(&after).filter(|names| !names.is_empty()) {
            keytool(&after, entries.len());
        }
        first = after;
    }
    for (call, count) in &kills {
        println!("  {count:>4}  {call}");
    }
    assert!(kills.iter().all(|(call, count)| *call == "unlink" || *count > 0), "{kills:?}");
}

/// Cuts a deed off at the first of these calls, at the second, and so on until it comes to its end.
/// How often it was cut off.
fn cut_at_each(call: &str, deed: &str, (before, after): (&Path, &Path)) -> usize {
    let cut = before.with_extension(format!("cut-{call}"));
    for at in 1.. {
        copy(before, &cut);
        let done = does(&cut, deed, Some((call, at)));
        judge(&cut, (before, after), &format!("{deed}, {call} {at}"), done);
        fs::remove_dir_all(&cut).unwrap();
        if done {
            return at - 1;
        }
    }
    0
}

fn judge(cut: &Path, (before, after): (&Path, &Path), about: &str, done: bool) {
    let [seen, was, is] = [cut, before, after].map(named);
    assert!(seen == was || seen == is, "{about}: {seen:?}");
    assert!(!done || seen == is, "{about}: it came to its end and did nothing");
    let old = Record::read(&before.join("a.p12")).unwrap();
    let record = Record::read(&cut.join("a.p12")).unwrap();
    assert!(record.lines.iter().all(|kept| kept.follows), "{about}");
    let stages: Vec<Option<Stage>> =
        record.lines.iter().skip(old.lines.len()).map(|kept| Some(kept.line.as_ref()?.note.stage)).collect();
    match stages.as_slice() {
        // Before it was announced nothing is changed.
        [] => assert_eq!(seen, was, "{about}"),
        [Some(Stage::Intent)] | [Some(Stage::Intent), None] => {}
        [Some(Stage::Intent), Some(Stage::Done)] => assert_eq!(seen, is, "{about}"),
        other => panic!("{about}: the record says {other:?}"),
    }
    if seen.is_none() {
        return;
    }
    // Whoever comes next finds no lock, and ends what was left open.
    let next = "create --alias later --subject CN=later";
    assert!(does(cut, next, None), "{about}: nothing can be done afterwards");
    let record = Record::read(&cut.join("a.p12")).unwrap();
    let ended =
        record.lines.iter().any(|kept| kept.line.as_ref().is_some_and(|l| l.note.stage == Stage::CutOff));
    assert_eq!(ended, matches!(stages.last(), Some(Some(Stage::Intent) | None)), "{about}");
    assert!(record.open().is_none(), "{about}");
    let left: Vec<_> = fs::read_dir(cut).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().ends_with(".new")), "{about}: {left:?}");
}
