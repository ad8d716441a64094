//! `run` may be called as often as one likes: where nothing is due, nothing changes.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::runs::Place;

/// All that the run has taken down, and how long its journal is.
fn journal(place: &Place) -> (Value, u64) {
    let status = place.keyroll("status --format json").ends(0).out;
    let bytes = fs::metadata(place.folder.join("keyroll.db")).unwrap().len();
    (serde_json::from_str(&status).unwrap(), bytes)
}

type Files = BTreeMap<PathBuf, (Vec<u8>, (i64, i64))>;

/// The files whose bytes or times moved, or that came or went; folders whose entries did, too.
fn moved(before: &Files, after: &Files) -> Vec<PathBuf> {
    let all = before.keys().chain(after.keys());
    let mut moved: Vec<PathBuf> = all.filter(|path| before.get(*path) != after.get(*path)).cloned().collect();
    moved.dedup();
    moved
}

/// Calls `run` twenty times.
#[track_caller]
fn idle(place: &Place, line: &str, exit: i32) {
    let first = place.keyroll(line).ends(exit);
    let (before, taken) = (place.files(), journal(place));
    for call in 0..20 {
        let said = place.keyroll(line).ends(exit);
        assert_eq!(said.out, first.out, "{line}, call {call}");
        // Times of the folder itself move with SQLite's own files, which come and go.
        let mut moved = moved(&before, &place.files());
        moved.retain(|path| *path != place.folder);
        assert_eq!(moved, Vec::<PathBuf>::new(), "{line}, call {call}");
    }
    assert_eq!(journal(place), taken, "{line}");
}

#[test]
fn twenty_calls_at_every_stage_change_nothing() {
    for (place, acts) in [(
        Place::two_keys(),
        &[
            ("receiver_admin", "confirm provide_certificate --as receiver_admin"),
            ("receiver_admin", "confirm confirm_trust --as receiver_admin"),
            ("receiver_admin", "confirm announce_exchange --as receiver_admin"),
        ][..],
    )] {
        place.played_by_a_person("receiver_admin");
        place.run().ends(3);
        for (_, act) in acts {
            idle(&place, "run plan.renewal", 3);
            idle(&place, "run plan.renewal --until-waiting", 3);
            // Without the plan, it is the run of the journal that goes on.
            idle(&place, "run", 3);
            place.keyroll(act).ends(0);
            place.run();
        }
        idle(&place, "run plan.renewal", 0);
        idle(&place, "run", 0);
    }
}

/// For machines, each call says the same and prints no event.
#[test]
fn a_call_with_nothing_to_do_prints_its_last_line_only() {
    let place = Place::two_keys();
    place.played_by_a_person("receiver_admin");
    let first = place.keyroll("run plan.renewal --format json").ends(3).out;
    assert!(first.lines().count() > 2, "{first}");
    let again = place.keyroll("run plan.renewal --format json").ends(3).out;
    assert_eq!(again.lines().count(), 1, "{again}");
    assert_eq!(again.lines().last(), first.lines().last());
}

/// Before anything has begun: a world that does not fit leaves no trace, however often it is asked.
#[test]
fn twenty_calls_that_cannot_begin_leave_no_run() {
    let place = Place::two_keys();
    fs::create_dir(place.folder.join("kept")).unwrap();
    for file in fs::read_dir(place.folder.join("partner-trust")).unwrap() {
        let file = file.unwrap();
        fs::rename(file.path(), place.folder.join("kept").join(file.file_name())).unwrap();
    }
    for _ in 0..20 {
        place.run().ends(6).says("the world is not as recorded");
    }
    place.keyroll("status").ends(2).says("holds no run");
}

/// A step that fails is tried once in each call, which takes the attempt down; no more than that.
#[test]
fn a_step_that_fails_is_tried_once_a_call() {
    let place = Place::two_keys();
    place.played_by_a_person("receiver_admin");
    place.run().ends(3);
    place.keyroll("confirm provide_certificate --as receiver_admin").ends(0);
    // A trust folder that cannot be looked into.
    fs::rename(place.folder.join("partner-trust"), place.folder.join("gone")).unwrap();
    let (before, bytes) = journal(&place);
    for _ in 0..20 {
        place.run().ends(5);
    }
    let (after, more) = journal(&place);
    assert_eq!((before["steps"].clone(), bytes), (after["steps"].clone(), more), "it is not even begun");
    fs::rename(place.folder.join("gone"), place.folder.join("partner-trust")).unwrap();
    place.run().ends(3);
}
