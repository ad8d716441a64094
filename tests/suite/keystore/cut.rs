//! Every change of a store, killed at every call to the system that brings it to the disk: what is
//! left is the store of before or the one of after, and the same change made again ends as it should.

use std::{
    collections::BTreeMap,
    env, fs,
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
    process::Command,
};

use keyroll::backend::{
    key_pair::{KeyPair, certificates, private_key::PrivateKey},
    keystore::{Entry, Keystore},
    pkcs12::Pkcs12Keystore,
};

use super::{PASSWORD, alias, create, empty, exchange, material, named, open};

const STORE: &str = "KEYROLL_TEST_CUT_STORE";
const CHANGE: &str = "KEYROLL_TEST_CUT_CHANGE";

/// The changes that are cut off.
const CHANGES: [&str; 6] =
    ["exchange", "import a pair", "import a certificate", "answer", "remove", "discard"];

/// The calls that bring a change to the disk, in their order, and whether the store is the new one
/// by then: the draft gets its mode, is synchronised, takes its place, and its folder is.
const CALLS: [(&str, u8, bool); 4] =
    [("fchmod", 1, false), ("fsync", 1, false), ("rename", 1, false), ("fsync", 2, true)];

fn change(store: &mut Pkcs12Keystore, folder: &Path, change: &str) {
    let read = |name: &str| fs::read(folder.join(name)).unwrap();
    let certificates = |name: &str| certificates::read(&read(name)).unwrap();
    match change {
        // Made again, it finds that it is so: what it expects is known from outside.
        "exchange" if named(store, "next").is_none() => Ok(()),
        "exchange" => exchange(store, ["live", "next", "old"]).map(drop),
        "import a pair" => {
            let key = PrivateKey::read(&read("in.key"), None).unwrap();
            let chain = [certificates("in.pem"), certificates("ca.pem")].concat();
            store.import_pair(&alias("in"), &KeyPair::new(key, &chain).unwrap()).map(drop)
        }
        "import a certificate" => {
            store.import_certificate(&alias("ca"), &certificates("ca.pem")[0]).map(drop)
        }
        "answer" => store.import_answer(&alias("live"), &certificates("live.pem")).map(drop),
        "remove" => named(store, "other").map_or(Ok(()), |own| store.remove(&alias("other"), &own).map(drop)),
        "discard" => {
            let entry = store.entry(&alias("other")).unwrap();
            entry.map_or(Ok(()), |entry| store.remove_entry(&entry).map(drop))
        }
        other => panic!("{other}"),
    }
    .unwrap();
}

fn entries(folder: &Path) -> Vec<Entry> {
    open(&folder.join("s.p12")).entries().unwrap()
}

/// A copy of a folder of files.
fn copy(from: &Path, to: PathBuf) -> PathBuf {
    fs::create_dir(&to).unwrap();
    for file in fs::read_dir(from).unwrap().map(Result::unwrap).filter(|file| file.path().is_file()) {
        fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
    to
}

#[test]
fn a_change_killed_at_every_call_is_whole_or_was_not() {
    if let (Ok(store), Ok(what)) = (env::var(STORE), env::var(CHANGE)) {
        let path = Path::new(&store);
        return change(&mut open(path), path.parent().unwrap(), &what);
    }
    let scratch = tempfile::tempdir().unwrap();
    let first = scratch.path().join("first");
    fs::create_dir(&first).unwrap();
    material::issued(&first, "in");
    let mut store = empty(&first.join("s.p12"));
    for name in ["live", "next", "other"] {
        create(&mut store, name);
    }
    let request = store.certificate_request(&alias("live")).unwrap();
    let request = openssl::x509::X509Req::from_der(&request).unwrap();
    fs::write(first.join("live.csr"), request.to_pem().unwrap()).unwrap();
    material::answer(&first, "live");
    let before = entries(&first);

    let mut killed = BTreeMap::new();
    for what in CHANGES {
        let uncut = copy(&first, scratch.path().join(what));
        change(&mut open(&uncut.join("s.p12")), &uncut, what);
        let after = entries(&uncut);
        assert_ne!(after, before, "{what}");
        for (call, number, is_new) in CALLS {
            let folder = copy(&first, scratch.path().join(format!("{what} {call} {number}")));
            let inject = format!("inject={call}:signal=KILL:when={number}");
            let output = Command::new("strace")
                .args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={call}"), "-e", &inject])
                .arg(env::current_exe().unwrap())
                .args(["--exact", "keystore::cut::a_change_killed_at_every_call_is_whole_or_was_not"])
                .env(STORE, folder.join("s.p12"))
                .env(CHANGE, what)
                .output()
                .unwrap_or_else(|error| panic!("these tests need `strace`: {error}"));
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.signal(), Some(9), "{what}, {call} {number}: not hit: {said}");
            assert!(!said.contains(PASSWORD));
            let expected = if is_new { &after } else { &before };
            assert_eq!(entries(&folder), *expected, "{what}, {call} {number}");
            change(&mut open(&folder.join("s.p12")), &folder, what);
            assert_eq!(entries(&folder), after, "{what}, {call} {number}, made again");
            *killed.entry(call).or_insert(0) += 1;
            if !is_new {
                let drafts = fs::read_dir(&folder).unwrap().filter(|file| {
                    let name = file.as_ref().unwrap().file_name();
                    name.to_string_lossy().ends_with(".new")
                });
                assert_eq!(drafts.count(), 0, "{what}, {call} {number}: the draft is cleaned");
            }
        }
    }
    println!("killed {killed:?}");
    assert_eq!(killed.values().sum::<i32>(), 24);
}
