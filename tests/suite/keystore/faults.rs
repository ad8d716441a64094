//! What goes wrong around a store, and what is left of it then.

use std::{
    env, fs,
    io::{BufRead, BufReader},
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use keyroll::backend::{
    file::Lock,
    keystore::{Keystore, KeystoreError},
    pkcs12::Pkcs12Keystore,
};
use zeroize::Zeroizing;

use super::{PASSWORD, alias, create, empty, exchange, named, open, spec};

/// A store with three pairs in a folder of its own.
fn store(folder: &Path) -> (PathBuf, Pkcs12Keystore) {
    let path = folder.join("s.p12");
    let mut store = empty(&path);
    for name in ["live", "next", "other"] {
        create(&mut store, name);
    }
    (path, store)
}

fn files(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name());
    let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn wrong_password_missing_and_damaged_are_three_errors() {
    let folder = tempfile::tempdir().unwrap();
    let (path, own) = store(folder.path());
    let bytes = fs::read(&path).unwrap();
    for password in ["", "changeit", "CHANGEIT-CANARY-7"] {
        let store = Pkcs12Keystore::open(&path, Zeroizing::new(password.to_owned()));
        assert!(matches!(store.entries(), Err(KeystoreError::WrongPassword(_))), "{password}");
    }
    let missing = open(&folder.path().join("no.p12"));
    assert!(matches!(missing.entries(), Err(KeystoreError::Missing(_))));
    let mut missing = missing;
    let refused = missing.create_key_pair(&alias("a"), &spec("a"));
    assert!(matches!(refused, Err(KeystoreError::Missing(_))), "{refused:?}");
    assert!(matches!(open(folder.path()).entries(), Err(KeystoreError::Io { .. })));
    for length in [0, 1, bytes.len() / 2, bytes.len() - 1] {
        fs::write(&path, &bytes[..length]).unwrap();
        assert!(matches!(own.entries(), Err(KeystoreError::Damaged { .. })), "{length} bytes");
    }
    fs::write(&path, [bytes.as_slice(), b"\0"].concat()).unwrap();
    assert!(matches!(own.entries(), Err(KeystoreError::Damaged { .. })));
    fs::write(&path, "-----BEGIN CERTIFICATE-----").unwrap();
    assert!(matches!(own.entries(), Err(KeystoreError::Damaged { .. })));
    fs::File::create(&path).unwrap().set_len((64 << 20) + 1).unwrap();
    assert!(matches!(own.entries(), Err(KeystoreError::Io { .. })), "too large");
    fs::write(&path, &bytes).unwrap();
    assert_eq!(own.entries().unwrap().len(), 3);
}

#[test]
fn a_store_is_created_once_and_privately() {
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = store(folder.path());
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, 0o600);
    let bytes = fs::read(&path).unwrap();
    let again = Pkcs12Keystore::create_empty(&path, Zeroizing::new("other".to_owned()));
    assert!(matches!(again, Err(KeystoreError::Io { .. })), "{again:?}");
    assert_eq!(fs::read(&path).unwrap(), bytes);
}

#[test]
fn a_linked_store_is_replaced_behind_its_link_and_keeps_its_mode() {
    let folder = tempfile::tempdir().unwrap();
    let real = folder.path().join("real");
    fs::create_dir(&real).unwrap();
    let (path, _) = store(&real);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let link = folder.path().join("link.p12");
    std::os::unix::fs::symlink("real/s.p12", &link).unwrap();
    let mut store = open(&link);
    let before = (store.stamp().unwrap(), named(&store, "next"));
    exchange(&mut store, ["live", "next", "old"]).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, 0o640);
    assert_ne!(store.stamp().unwrap(), before.0);
    assert_eq!(named(&store, "live"), before.1);
    assert_eq!(files(folder.path()), ["link.p12", "real"]);
    assert_eq!(files(&real), ["s.p12", "s.p12.lock"]);
}

/// Only root can give a file away; for others the owner that is kept is their own.
#[test]
fn a_store_keeps_owner_and_group() {
    let folder = tempfile::tempdir().unwrap();
    let (path, mut store) = store(folder.path());
    let made = fs::metadata(&path).unwrap();
    let wanted = if made.uid() == 0 { (12_345, 23_456) } else { (made.uid(), made.gid()) };
    std::os::unix::fs::chown(&path, Some(wanted.0), Some(wanted.1)).unwrap();
    let before = fs::metadata(&path).unwrap().ino();
    exchange(&mut store, ["live", "next", "old"]).unwrap();
    let after = fs::metadata(&path).unwrap();
    assert_ne!(after.ino(), before, "the file is another one");
    assert_eq!((after.uid(), after.gid()), wanted);
    assert_eq!(after.mode() & 0o7777, made.mode() & 0o7777);
}

#[test]
fn what_two_writers_do_at_once_is_all_there() {
    let folder = tempfile::tempdir().unwrap();
    let (path, store) = store(folder.path());
    thread::scope(|scope| {
        for writer in ["left", "right"] {
            let mut own = open(&path);
            scope.spawn(move || {
                for n in 0..8 {
                    create(&mut own, &format!("{writer}-{n}"));
                }
            });
        }
    });
    let mut names: Vec<String> =
        store.entries().unwrap().iter().map(|entry| entry.alias.as_str().to_owned()).collect();
    names.sort();
    let mut wanted: Vec<String> = ["live", "next", "other"].map(str::to_owned).to_vec();
    wanted.extend(["left", "right"].iter().flat_map(|w| (0..8).map(move |n| format!("{w}-{n}"))));
    wanted.sort();
    assert_eq!(names, wanted);
}

#[test]
fn another_process_is_waited_for_and_then_named() {
    let folder = tempfile::tempdir().unwrap();
    let (path, store) = store(folder.path());
    let mut store = store.waiting_at_most(Duration::from_millis(20));
    let held = Lock::take(&path, Duration::ZERO).unwrap().unwrap();
    let refused = exchange(&mut store, ["live", "next", "old"]);
    assert!(matches!(refused, Err(KeystoreError::Locked(_))), "{refused:?}");
    assert_eq!(store.entries().unwrap().len(), 3, "reading needs no lock");
    let mut store = store.waiting_at_most(Duration::from_secs(60));
    let waiting = thread::spawn(move || exchange(&mut store, ["live", "next", "old"]).map(|_| ()));
    thread::sleep(Duration::from_millis(50));
    drop(held);
    waiting.join().unwrap().unwrap();
}

#[test]
fn what_a_killed_writer_left_is_ignored_and_cleaned() {
    let folder = tempfile::tempdir().unwrap();
    let (_, mut store) = store(folder.path());
    let left = ".s.p12.4242-0.new";
    fs::write(folder.path().join(left), "half a store").unwrap();
    assert_eq!(store.entries().unwrap().len(), 3);
    assert!(files(folder.path()).contains(&left.to_owned()));
    exchange(&mut store, ["live", "next", "old"]).unwrap();
    assert_eq!(files(folder.path()), ["s.p12", "s.p12.lock"]);
}

const STORE: &str = "KEYROLL_TEST_STORE";

/// This very program, to run one of the tests that only serve as another process.
fn child(before: &str, test: &str, path: &Path) -> Command {
    let mut command = Command::new("sh");
    let script = format!("{before} exec \"$0\" --exact keystore::faults::{test} --nocapture");
    command.args(["-c", &script]).arg(env::current_exe().unwrap()).env(STORE, path);
    command
}

/// Where this test works when it is another process of itself.
fn asked() -> Option<Pkcs12Keystore> {
    env::var(STORE).ok().map(|path| open(Path::new(&path)))
}

fn exchanges_once_and_says_how_it_went(mut store: Pkcs12Keystore) {
    let error = exchange(&mut store, ["live", "next", "old"]).unwrap_err();
    println!("ANSWER {error}");
}

fn exchanges_until_it_is_killed(mut store: Pkcs12Keystore) {
    exchange(&mut store, ["live", "next", "old"]).unwrap();
    println!("\nSTARTED");
    loop {
        exchange(&mut store, ["live", "old", "next"]).unwrap();
        exchange(&mut store, ["live", "next", "old"]).unwrap();
    }
}

fn assert_refused_and_untouched(before: &str, test: &str, folder: &Path, reason: &str) {
    let path = folder.join("s.p12");
    let bytes = fs::read(&path).unwrap();
    let output = child(before, test, &path).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}{err}");
    let answer = out.lines().find_map(|line| line.split_once("ANSWER ")).unwrap().1;
    assert!(answer.contains(reason), "{answer}");
    assert!(!format!("{out}{err}").contains(PASSWORD));
    assert_eq!(fs::read(&path).unwrap(), bytes);
    assert_eq!(files(folder), ["s.p12", "s.p12.lock"]);
}

/// The limit on the size of files stands for a disk that is full: writing fails midway.
#[test]
fn a_full_disk_leaves_the_old_store() {
    if let Some(store) = asked() {
        return exchanges_once_and_says_how_it_went(store);
    }
    let folder = tempfile::tempdir().unwrap();
    store(folder.path());
    assert_refused_and_untouched(
        "trap '' XFSZ; ulimit -f 1;",
        "a_full_disk_leaves_the_old_store",
        folder.path(),
        "File too large",
    );
}

#[test]
fn a_read_only_folder_leaves_the_old_store() {
    if let Some(store) = asked() {
        return exchanges_once_and_says_how_it_went(store);
    }
    let folder = tempfile::tempdir().unwrap();
    store(folder.path());
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o500)).unwrap();
    // The superuser heeds modes only without capabilities.
    let drop = "if [ $(id -u) = 0 ]; then set -- setpriv --bounding-set=-all --inh-caps=-all \"$0\" \"$@\"; \
                else set -- \"$0\" \"$@\"; fi;";
    let before = format!(
        "{drop} exec \"$@\" --exact keystore::faults::a_read_only_folder_leaves_the_old_store --nocapture;"
    );
    assert_refused_and_untouched(
        &before,
        "a_read_only_folder_leaves_the_old_store",
        folder.path(),
        "Permission denied",
    );
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
}

#[test]
fn a_kill_at_any_moment_leaves_a_whole_store() {
    if let Some(store) = asked() {
        return exchanges_until_it_is_killed(store);
    }
    let folder = tempfile::tempdir().unwrap();
    let (path, own) = store(folder.path());
    let [one, two, other] = ["live", "next", "other"].map(|name| named(&own, name).unwrap());
    let mut drafts = 0;
    for round in 0..12 {
        // The pair that is not live lies under either name when the killing ended.
        let mut own = open(&path);
        if named(&own, "next").is_none() {
            exchange(&mut own, ["live", "old", "next"]).unwrap();
        }
        assert_eq!(files(folder.path()), ["s.p12", "s.p12.lock"], "a change cleans up");
        let mut process = child("", "a_kill_at_any_moment_leaves_a_whole_store", &path)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        assert!(lines.any(|line| line.unwrap() == "STARTED"));
        thread::sleep(Duration::from_millis(7 * round));
        process.kill().unwrap();
        process.wait().unwrap();
        drafts += files(folder.path()).len() - 2;
        let own = open(&path);
        let live = named(&own, "live").unwrap();
        let waiting = named(&own, "next").or_else(|| named(&own, "old")).unwrap();
        assert!([(one, two), (two, one)].contains(&(live, waiting)), "round {round}");
        assert_eq!(named(&own, "other"), Some(other));
        assert_eq!(own.entries().unwrap().len(), 3);
        if drafts > 0 {
            let mut own = own;
            let meant = create(&mut own, "cleaning");
            own.remove(&alias("cleaning"), &meant).unwrap();
        }
    }
}
