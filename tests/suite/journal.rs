//! Journals: the laws of a host, what is kept of older versions, and files that were tampered with.
#![cfg(test)]

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use keyroll::{
    check::Checked,
    journal::{
        Host, HostError,
        chain::{link, origin, replay},
        memory::MemoryHost,
        sqlite::{Pinned, SqliteHost, Store},
    },
    plan::given::Given,
    source::Source,
    transition::{
        command::Command,
        event::{Actor, Event, Record},
        next::{Verdict, follow, next},
        snapshot::Snapshot,
        state::State,
        why::Why,
    },
    world::material::Fingerprint,
};
use rusqlite::Connection;

use crate::runs::Place;
use crate::transition::{PLANS, begin, checked, played};

fn enter(path: &Path, checked: &Checked, run: &str) {
    let plan = checked.plan();
    let pinned = Pinned {
        run: run.to_owned(),
        started: begin(),
        plan_name: plan.name.clone(),
        plan_file: "plan.renewal".to_owned(),
        plan_text: plan.source.text.clone(),
        plan_files: plan.files.clone(),
        plan: plan.digest(),
        site: Fingerprint::of(b"a site"),
        parameters: [("alias".to_owned(), "orders-signer".to_owned())].into(),
        finished: false,
    };
    let mut store = Store::open(path).unwrap();
    store.enter(checked, &pinned).unwrap();
    assert_eq!(store.runs().unwrap()[0], pinned);
}

fn attach(path: &Path, checked: &Checked, run: &str) -> Result<SqliteHost, HostError> {
    Store::open(path)?.attach(checked, run, false)
}

/// The laws of a host, over a run from its start to its end.
fn laws(checked: &Checked, host: &mut dyn Host, reopened: &dyn Fn() -> Option<Box<dyn Host>>) {
    let records = played(checked);
    let (mut state, mut commands) = (State::new(checked), Vec::new());
    for (number, record) in records.iter().enumerate() {
        let verdict = host.submit(checked, record).unwrap();
        let expected = next(checked, &mut state, record);
        assert_eq!(verdict, expected);
        let Verdict::Applied(more) = verdict else { panic!("{verdict:?}") };
        commands.extend(more);
        // What does not count leaves no trace, and what was said before says nothing more.
        let again = host.submit(checked, record).unwrap();
        assert!(!matches!(again, Verdict::Applied(_)), "{record:?}");
        let foreign = Record { at: record.at, event: records[0].event.clone() };
        assert!(matches!(host.submit(checked, &foreign).unwrap(), Verdict::Refused(_)));
        assert!(!host.refresh(checked).unwrap(), "nobody else is there");
        let same = |host: &dyn Host, commands: &[Command]| {
            assert_eq!(*host.state(), state);
            assert_eq!(host.records().unwrap(), records[..=number]);
            assert_eq!(host.outbox().unwrap(), commands);
        };
        same(host, &commands);
        reopened().iter().for_each(|other| same(other.as_ref(), &commands));
        // Commands are settled in another order than theirs, and some late.
        if number % 3 == 2 && !commands.is_empty() {
            let settled = commands.remove(commands.len() / 2);
            host.settle(&settled).unwrap();
            host.settle(&settled).unwrap();
            same(host, &commands);
        }
    }
    assert!(!commands.is_empty());
    let ids: std::collections::BTreeSet<_> = commands.iter().map(Command::id).collect();
    assert_eq!(ids.len(), commands.len());
    assert!(host.state().is_finished());
}

#[test]
fn both_hosts_keep_the_laws() {
    for name in PLANS {
        let checked = checked(name);
        laws(&checked, &mut MemoryHost::new(&checked), &|| None);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keyroll.db");
        enter(&path, &checked, "first");
        enter(&path, &checked, "other");
        let mut host = attach(&path, &checked, "first").unwrap();
        laws(&checked, &mut host, &|| Some(Box::new(attach(&path, &checked, "first").unwrap())));
        // Another run in the same file is none of its business.
        let other = attach(&path, &checked, "other").unwrap();
        assert_eq!(*other.state(), State::new(&checked));
        assert_eq!((other.records().unwrap(), other.outbox().unwrap()), (Vec::new(), Vec::new()));
        let runs = Store::open(&path).unwrap().runs().unwrap();
        assert_eq!(runs.iter().filter(|run| run.finished).count(), 1);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn what_one_process_submits_another_takes_in() {
    let checked = checked("two-keys.renewal");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keyroll.db");
    enter(&path, &checked, "run");
    let mut one = attach(&path, &checked, "run").unwrap();
    let mut two = attach(&path, &checked, "run").unwrap();
    for (number, record) in played(&checked).iter().enumerate() {
        let (writer, reader) = if number % 2 == 0 { (&mut one, &mut two) } else { (&mut two, &mut one) };
        assert!(matches!(writer.submit(&checked, record).unwrap(), Verdict::Applied(_)));
        if number % 3 == 0 {
            assert!(reader.refresh(&checked).unwrap());
            assert_eq!(reader.state(), writer.state());
        }
    }
    assert_eq!(one.records().unwrap(), two.records().unwrap());
    one.verify().unwrap();
}

#[test]
fn a_run_is_taken_up_while_another_process_writes() {
    let checked = checked("one-key.renewal");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keyroll.db");
    let runs: Vec<String> = (10..30).map(|number| number.to_string()).collect();
    runs.iter().for_each(|run| enter(&path, &checked, run));
    std::thread::scope(|scope| {
        for run in &runs {
            let writer = scope.spawn(|| {
                let mut host = attach(&path, &checked, run).unwrap();
                for record in played(&checked) {
                    assert!(matches!(host.submit(&checked, &record), Ok(Verdict::Applied(_))));
                }
            });
            while !writer.is_finished() {
                attach(&path, &checked, run).unwrap();
            }
            writer.join().unwrap();
            assert!(attach(&path, &checked, run).unwrap().state().is_finished());
        }
    });
}

#[test]
fn of_two_runners_the_second_is_refused() {
    let checked = checked("two-keys.renewal");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keyroll.db");
    enter(&path, &checked, "run");
    let open = |alone| Store::open(&path).unwrap().attach(&checked, "run", alone);
    let first = open(true).unwrap();
    assert!(matches!(open(true), Err(HostError::Busy(_))));
    assert!(matches!(Store::open(&path).unwrap().withdraw("run"), Err(HostError::Busy(_))));
    open(false).unwrap();
    drop(first);
    open(true).unwrap();
    assert!(matches!(
        Store::open(&path).unwrap().attach(&checked, "stray", true),
        Err(HostError::NoRun { .. })
    ));
}

#[test]
fn only_a_run_without_records_is_withdrawn() {
    let checked = checked("two-keys.renewal");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keyroll.db");
    enter(&path, &checked, "run");
    enter(&path, &checked, "vain");
    attach(&path, &checked, "run").unwrap().submit(&checked, &played(&checked)[0]).unwrap();
    let mut store = Store::open(&path).unwrap();
    assert!(store.has_begun("run").unwrap() && !store.has_begun("vain").unwrap());
    assert!(!store.withdraw("run").unwrap() && store.withdraw("vain").unwrap());
    assert_eq!(store.runs().unwrap().len(), 1);
}

/// A journal of a whole run, to be spoilt.
fn journal(folder: &Path, checked: &Checked) -> PathBuf {
    let path = folder.join("keyroll.db");
    enter(&path, checked, "run");
    let mut host = attach(&path, checked, "run").unwrap();
    for record in played(checked) {
        host.submit(checked, &record).unwrap();
    }
    path
}

#[test]
fn tampering_shows() {
    let checked = checked("two-keys.renewal");
    let count = played(&checked).len();
    let last = count - 1;
    let broken = |sql: &str| {
        let folder = tempfile::tempdir().unwrap();
        let path = journal(folder.path(), &checked);
        Connection::open(&path).unwrap().execute_batch(&format!("PRAGMA foreign_keys = OFF; {sql}")).unwrap();
        let error = attach(&path, &checked, "run").expect_err(sql);
        let shown = error.to_string();
        assert!(matches!(error, HostError::Broken { .. } | HostError::Misfit(_)), "{sql}: {shown}");
        assert!(shown.contains("was changed from outside"), "{shown}");
    };
    for at in [0, 1, count / 2, last] {
        broken(&format!(
            "UPDATE record SET body = replace(body, '2026-11', '2026-10') WHERE position = {at}"
        ));
        broken(&format!("DELETE FROM record WHERE position = {at}"));
        broken(&format!(
            "UPDATE record SET digest = replace(digest, substr(digest, 1, 1), 'x') WHERE position = {at}"
        ));
    }
    broken(&format!(
        "INSERT INTO record SELECT run, {count}, body, digest FROM record WHERE position = {last}"
    ));
    broken("DELETE FROM record");
    broken("UPDATE record SET position = 1000 - position");
    broken("UPDATE run SET head = (SELECT digest FROM record WHERE position = 3)");
    broken("UPDATE run SET site_digest = plan_digest");
    broken("UPDATE run SET state = replace(state, '\"deployed\":[\"orders\"]', '\"deployed\":[]')");
    broken("UPDATE run SET state = '{}'");
    // A tail that is cut off together with its head still leaves the state.
    broken(&format!(
        "DELETE FROM record WHERE position = {last};
         UPDATE run SET head = (SELECT digest FROM record WHERE position = {last} - 1)"
    ));
    // Whoever forges the whole chain needs the state that it leads to.
    let records = played(&checked);
    assert_ne!(replay(&checked, &records[..last]), replay(&checked, &records));
    assert_ne!(link("a", 0, "b"), link("a", 1, "b"));
}

#[test]
fn another_version_and_another_file_are_refused() {
    let checked = checked("two-keys.renewal");
    let folder = tempfile::tempdir().unwrap();
    let path = journal(folder.path(), &checked);
    let change = |sql: &str| Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    change("UPDATE meta SET value = '8'");
    let error = Store::open(&path).unwrap_err();
    assert!(error.to_string().ends_with("has schema version 8, and this keyroll knows 7"), "{error}");
    change("DELETE FROM meta");
    assert!(matches!(Store::open(&path), Err(HostError::Version { .. })));
    change("DROP TABLE meta");
    assert!(matches!(Store::open(&path), Err(HostError::Journal { .. })));
    fs::write(&path, "no database at all, but long enough to have been taken for one".repeat(40)).unwrap();
    assert!(matches!(Store::open(&path), Err(HostError::Journal { .. })));
    assert!(matches!(Store::open(folder.path()), Err(HostError::Journal { .. })));
    assert!(matches!(Store::open(&folder.path().join("no/such")), Err(HostError::Journal { .. })));
}

/// Bytes that are turned anywhere in the file are an error or go unseen; nothing panics.
#[test]
fn a_damaged_file_is_an_error() {
    let checked = checked("two-keys.renewal");
    let folder = tempfile::tempdir().unwrap();
    let path = journal(folder.path(), &checked);
    Connection::open(&path).unwrap().execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    let good = fs::read(&path).unwrap();
    let (mut refused, mut unseen) = (0, 0);
    let damaged = |bytes: &[u8]| {
        for end in ["-wal", "-shm"] {
            let _gone = fs::remove_file(folder.path().join(format!("keyroll.db{end}")));
        }
        fs::write(&path, bytes).unwrap();
        attach(&path, &checked, "run").is_err()
    };
    for number in 0..240 {
        let at = number * good.len() / 240 + number % 97;
        let mut bytes = good.clone();
        let Some(byte) = bytes.get_mut(at) else { continue };
        *byte ^= 0x41;
        if damaged(&bytes) { refused += 1 } else { unseen += 1 }
    }
    assert!(damaged(&good[..good.len() / 2]));
    assert!(damaged(&good[..100]));
    println!("{refused} of {} damages are noticed", refused + unseen);
    assert!(refused > 20);
    assert!(!damaged(&good));
}

/// Records of a run in which somebody named a certificate over SHA-1 before that was asked for.
fn before_the_rule() -> (Checked, Vec<Record>) {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/journal-sha1");
    let plan = fs::read_to_string(kept.join("plan.renewal")).unwrap();
    let checked = keyroll::check::read(&Source::new("plan.renewal", plan), &Given::default()).unwrap();
    let lines = fs::read_to_string(kept.join("records.jsonl")).unwrap();
    let records = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (checked, records)
}

#[test]
fn what_was_taken_down_before_a_rule_is_still_so() {
    let (checked, records) = before_the_rule();
    let named = records.iter().position(|record| matches!(record.event, Event::Confirmed { .. })).unwrap();
    let created = checked.plan().step("create_key").unwrap();
    let state = replay(&checked, &records);
    assert!(state.world.is_done(created));
    assert!(state.certificates.contains_key(&checked.plan().key("new").unwrap()));
    // Nobody is taken to name it anew.
    let mut before = replay(&checked, &records[..named]);
    let unchanged = before.clone();
    let verdict = next(&checked, &mut before, &records[named]);
    assert!(matches!(verdict, Verdict::Refused(Why::Weak(_))), "{verdict:?}");
    assert_eq!(before, unchanged);
    let mut host = MemoryHost::at(unchanged);
    assert!(matches!(host.submit(&checked, &records[named]).unwrap(), Verdict::Refused(Why::Weak(_))));

    // The journal in which it stands opens, and the run goes on.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keyroll.db");
    enter(&path, &checked, "run");
    let pinned = Store::open(&path).unwrap().runs().unwrap().remove(0);
    let mut head = origin("run", &pinned.plan.to_string(), &pinned.site.to_string());
    let connection = Connection::open(&path).unwrap();
    let mut state = State::new(&checked);
    for (position, record) in records.iter().enumerate() {
        assert!(matches!(follow(&checked, &mut state, record), Verdict::Applied(_)));
        let (position, body) = (i64::try_from(position).unwrap(), serde_json::to_string(record).unwrap());
        head = link(&head, position, &body);
        let row = rusqlite::params!["run", position, body, head];
        connection.execute("INSERT INTO record VALUES (?1, ?2, ?3, ?4)", row).unwrap();
    }
    let snapshot = serde_json::to_string(&Snapshot::of(&checked, &state)).unwrap();
    connection.execute("UPDATE run SET state = ?1, head = ?2", rusqlite::params![snapshot, head]).unwrap();
    drop(connection);
    let mut host = attach(&path, &checked, "run").unwrap();
    assert_eq!(host.state(), &state);
    let by = Actor { role: "receiver_admin".to_owned(), person: None, automatic: false };
    let taken = Record { at: state.now, event: Event::Received { step: "provide".to_owned(), by } };
    assert!(matches!(host.submit(&checked, &taken).unwrap(), Verdict::Applied(_)));
}

/// A world with a journal as it was once written by an earlier version.
fn once(version: u32) -> Place {
    let place = Place::two_keys();
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/vectors/journal-v{version}"));
    let trust = fs::read_dir(place.folder.join("partner-trust")).unwrap();
    trust.for_each(|file| fs::remove_file(file.unwrap().path()).unwrap());
    for folder in ["", "partner-trust", "orders-flow"] {
        for file in fs::read_dir(kept.join(folder)).unwrap().map(|file| file.unwrap().path()) {
            if file.is_file() {
                fs::copy(&file, place.folder.join(folder).join(file.file_name().unwrap())).unwrap();
            }
        }
    }
    let sql = format!("PRAGMA foreign_keys = OFF; {}", place.read("journal.sql"));
    let journal = Connection::open(place.folder.join("keyroll.db")).unwrap();
    journal.execute_batch(&sql).unwrap();
    assert_eq!(version_of(&place), version.to_string());
    place
}

fn version_of(place: &Place) -> String {
    let journal = Connection::open(place.folder.join("keyroll.db")).unwrap();
    journal.query_row("SELECT value FROM meta WHERE name = 'schema'", [], |row| row.get(0)).unwrap()
}

/// A journal of version 2, in which a run has left its plan and is on its way back.
#[test]
fn a_journal_of_the_second_version_goes_on() {
    let place = once(2);
    place.keyroll("status").ends(0).says("called off by A. Person: another day").says("replace_new");
    place.run().ends(0);
    place.keyroll("status").ends(0).says(" done ");
    assert_eq!(fs::read_dir(place.folder.join("partner-trust")).unwrap().count(), 1);
    // What can be written as before is: earlier programs go on with it.
    assert_eq!(version_of(&place), "2");
}

/// A journal of version 3, in which a run was paused and went on.
#[test]
fn a_journal_of_the_third_version_goes_on() {
    let place = once(3);
    let status = place.keyroll("status").ends(0).out;
    assert_eq!(status.matches(" done ").count(), 3, "{status}");
    assert!(place.run().ends(3).out.contains("waits for receiver_admin"));
    for step in ["confirm_trust", "announce_exchange"] {
        place.keyroll(&format!("confirm {step} --as receiver_admin")).ends(0);
        place.run();
    }
    let status = place.keyroll("status").ends(0).out;
    assert_eq!(status.matches(" done ").count(), 7, "{status}");
    assert_eq!(version_of(&place), "3");
}

/// A journal of version 1, with half a run in it: it still opens, tells where it stands, and goes on to its end.
#[test]
fn a_journal_of_the_first_version_goes_on() {
    let place = once(1);
    let status = place.keyroll("status").ends(0).out;
    assert_eq!(status.matches(" done ").count(), 2, "{status}");
    assert!(place.run().ends(3).out.contains("waits for receiver_admin"));
    for step in ["provide_certificate", "confirm_trust", "announce_exchange"] {
        place.keyroll(&format!("confirm {step} --as receiver_admin")).ends(0);
        place.run();
    }
    let status = place.keyroll("status").ends(0).out;
    assert_eq!(status.matches(" done ").count(), 7, "{status}");
    // The same with another version is refused, by every command.
    let change = Connection::open(place.folder.join("keyroll.db")).unwrap();
    change.execute_batch("UPDATE meta SET value = '9'").unwrap();
    drop(change);
    for line in
        ["status", "why", "run plan.renewal", "confirm create_key --as tenant_admin", "dry-run plan.renewal"]
    {
        assert!(place.keyroll(line).ends(5).err.contains("schema version 9"), "{line}");
    }
}
