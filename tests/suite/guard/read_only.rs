//! Whoever only looks at a site writes nothing at all: no file is opened to be written, made, renamed or removed,
//! nothing is connected to, and every byte and time is as before.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use super::trace::watched;
use crate::{commands::Shop, own_facts::PLAN, runs::Place};

/// Every file and folder, with its bytes, mode, and when it was changed.
type State = BTreeMap<PathBuf, (Vec<u8>, u32, (i64, i64))>;

fn state(folder: &Path) -> State {
    let mut found = State::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let meta = path.symlink_metadata().unwrap();
            // The watch itself makes this one.
            if path.ends_with("temporary") {
                continue;
            }
            let bytes = if meta.is_file() { fs::read(&path).unwrap() } else { Vec::new() };
            if meta.is_dir() {
                folders.push(path.clone());
            }
            found.insert(path, (bytes, meta.mode(), (meta.mtime(), meta.mtime_nsec())));
        }
    }
    found
}

/// The commands that only look at a site.
fn looks(plan: &str) -> [String; 4] {
    [
        format!("dry-run {plan}"),
        format!("site check {plan}"),
        "site show".to_owned(),
        format!("watch {plan} --within 0"),
    ]
}

/// Makes sure that a command writes nothing and speaks to nobody.
#[track_caller]
fn only_looks(folder: &Path, line: &str, exit: i32) -> super::trace::Seen {
    fs::create_dir_all(folder.join("temporary")).unwrap();
    let before = state(folder);
    let words: Vec<&str> = line.split(' ').collect();
    let (seen, ended) = watched(folder, env!("CARGO_BIN_EXE_keyroll"), &words);
    assert_eq!(ended, exit, "{line}");
    let (writes, connects) = (seen.own_writes().len(), seen.network.len());
    assert_eq!((writes, connects), (0, 0), "{line}: {:?} {:?}", seen.own_writes(), seen.network);
    assert!(seen.read.len() > 1, "{line}: the watch sees nothing");
    assert_eq!(state(folder), before, "{line}");
    seen
}

#[test]
fn keystores_trust_folders_flows_and_fact_files_are_only_read() {
    // PKCS#12, a trust folder and a local flow; the same with a fact in a file, not there and there.
    let facts = Place::of(PLAN);
    let set = Place::of(PLAN);
    set.write("change-fact", "clear\n");
    for place in [Place::two_keys(), Place::one_key(), facts, set] {
        let folder = place.folder.canonicalize().unwrap();
        for line in looks("plan.renewal") {
            only_looks(&folder, &line, 0);
        }
    }
}

/// A world that does not fit, and a site that lacks something.
#[test]
fn nothing_is_written_where_something_is_wrong() {
    let place = Place::two_keys();
    fs::remove_dir_all(place.folder.join("partner-trust")).unwrap();
    let folder = place.folder.canonicalize().unwrap();
    for (line, exit) in looks("plan.renewal").iter().zip([5, 1, 0, 5]) {
        only_looks(&folder, line, exit);
    }
    let place = Place::two_keys();
    fs::create_dir(place.folder.join("kept")).unwrap();
    for file in fs::read_dir(place.folder.join("partner-trust")).unwrap() {
        let file = file.unwrap();
        fs::rename(file.path(), place.folder.join("kept").join(file.file_name())).unwrap();
    }
    let folder = place.folder.canonicalize().unwrap();
    for (line, exit) in looks("plan.renewal").iter().zip([6, 0, 0, 6]) {
        only_looks(&folder, line, exit);
    }
}

/// A journal is read as it lies there, and SQLite makes none of its own files.
#[test]
fn a_run_that_waits_is_only_looked_at() {
    let place = Place::two_keys();
    place.played_by_a_person("receiver_admin");
    place.run().ends(3);
    let folder = place.folder.canonicalize().unwrap();
    for line in looks("plan.renewal") {
        let seen = only_looks(&folder, &line, 0);
        let reads = ["dry-run", "watch"].iter().any(|verb| line.starts_with(verb));
        assert_eq!(seen.read.contains(&folder.join("keyroll.db")), reads, "{line}");
    }
    let ahead = place.keyroll("dry-run plan.renewal").ends(0);
    assert!(!ahead.out.contains("create_key") && ahead.out.contains("trust_both"), "{}", ahead.out);
    place.keyroll("watch plan.renewal").ends(0).says("is under way");
}

/// Programs of a site are asked to look, and what they do is theirs: keyroll itself writes nothing, and all that the
/// example keeps stays as it was.
#[test]
fn programs_are_asked_to_look_and_nothing_else_is_written() {
    let shop = Shop::new();
    // The example makes its lock at its first call.
    shop.keyroll("dry-run tokens.renewal").ends(0);
    let folder = &shop.folder;
    fs::create_dir_all(folder.join("temporary")).unwrap();
    for line in looks("tokens.renewal") {
        let before = state(folder);
        let words: Vec<&str> = line.split(' ').collect();
        let (seen, ended) = watched(folder, env!("CARGO_BIN_EXE_keyroll"), &words);
        assert_eq!((ended, seen.network.len()), (0, 0), "{line}");
        let beyond: Vec<_> =
            seen.own_writes().into_iter().filter(|path| !path.starts_with(folder.join("state"))).collect();
        assert_eq!(beyond, Vec::<&Path>::new(), "{line}");
        let mut after = state(folder);
        // Its lock is opened to be written, as any lock is.
        let mut before = before;
        for state in [&mut before, &mut after] {
            state.retain(|path, _| !path.ends_with("state/lock"));
        }
        assert_eq!(after, before, "{line}");
    }
}

/// The look sees a command that does write: the same site, and `run`.
#[test]
fn the_look_sees_what_a_run_writes() {
    let place = Place::two_keys();
    let folder = place.folder.canonicalize().unwrap();
    fs::create_dir_all(folder.join("temporary")).unwrap();
    let before = state(&folder);
    let (seen, ended) = watched(&folder, env!("CARGO_BIN_EXE_keyroll"), &["run", "plan.renewal"]);
    assert_eq!(ended, 0);
    assert!(seen.own_writes().len() > 5, "{:?}", seen.own_writes());
    assert_ne!(state(&folder), before);
}
