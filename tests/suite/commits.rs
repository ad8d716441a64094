//! Commits: what is taken down at the same time costs one, for one run and for many, and is all there or not at all.
#![cfg(test)]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{Barrier, atomic::AtomicBool},
};

use keyroll::{
    backend::{
        clock::WallClock,
        notifier::{Notice, Notifier, NotifierError},
    },
    check::{self, Checked},
    journal::{
        Host, HostError,
        desk::Desk,
        memory::MemoryHost,
        notice::{Herald, Moment, Tiding},
        sqlite::{Pinned, SqliteHost, Store},
        survey::Survey,
    },
    plan::given::Given,
    proof::verdict::{BUDGET, Verdict as Proof, prove},
    run::{
        bind::bind,
        runner::{Ending, Parts, Runner},
        site::Site,
    },
    source::Source,
    transition::{
        command::Command as Commanded,
        event::{Actor, Event, Record},
        next::{Verdict, next},
        state::State,
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
        parameters: Default::default(),
        finished: false,
    };
    Store::open(path).unwrap().enter(checked, &pinned).unwrap();
}

fn attach(path: &Path, checked: &Checked, run: &str) -> SqliteHost {
    Store::open(path).unwrap().attach(checked, run, false).unwrap()
}

/// How many transactions the write-ahead log of a journal holds: the frame that ends one says how
/// many pages the file then has (<https://www.sqlite.org/fileformat2.html#walformat>).
fn commits(journal: &Path) -> usize {
    let log = fs::read(format!("{}-wal", journal.display())).unwrap();
    // Before the first writing it is empty.
    if log.is_empty() {
        return 0;
    }
    let number = |at: usize| u32::from_be_bytes(log[at..at + 4].try_into().unwrap());
    let (page, salt) = (number(8) as usize, (number(16), number(20)));
    let frames = (32..log.len()).step_by(24 + page).filter(|at| at + 24 + page <= log.len());
    // Frames with another salt are left from before the last checkpoint.
    let mine = frames.filter(|at| (number(at + 8), number(at + 12)) == salt);
    mine.filter(|at| number(at + 4) != 0).count()
}

#[test]
fn an_event_costs_one_commit_with_all_that_follows_from_it() {
    let (folder, checked) = (tempfile::tempdir().unwrap(), checked(PLANS[0]));
    let path = folder.path().join("keyroll.db");
    enter(&path, &checked, "one");
    let mut host = attach(&path, &checked, "one");
    let (records, before) = (played(&checked), commits(&path));
    let mut commands = 0;
    for (number, record) in records.iter().enumerate() {
        let verdict = host.submit(&checked, record).unwrap();
        commands += matches!(&verdict, Verdict::Applied(commands) if !commands.is_empty()) as usize;
        assert_eq!(commits(&path) - before, number + 1, "{record:?}");
    }
    assert!(records.len() > 15 && commands > 5, "{} records, {commands} with commands", records.len());
}

#[derive(Debug)]
struct Nobody;

impl Notifier for Nobody {
    fn send(&mut self, _: &Notice) -> Result<(), NotifierError> {
        Ok(())
    }
}

/// Each step that the site performs is begun durably before its backend is asked, and its outcome is made durable
/// with the beginning of the next: so a run costs as many commits as it has such steps, and one at its end.
#[test]
fn an_automatic_step_costs_one_commit() {
    for place in [Place::two_keys(), Place::one_key()] {
        let site = Site::read(&Source::new("site.toml", place.read("site.toml"))).unwrap();
        let source = Source::new("plan.renewal", place.read("plan.renewal"));
        let stock = check::read(&source, &Given::default()).unwrap();
        let start = stock.plan().start.clone();
        let proven = match prove(stock, &start, BUDGET) {
            Proof::Proven(proven) => proven,
            other => panic!("{other:?}"),
        };
        let path = place.folder.join("keyroll.db");
        enter(&path, proven.checked(), "run");
        let mut host = attach(&path, proven.checked(), "run");
        let before = commits(&path);
        let mut told = Vec::new();
        let parts = Parts {
            host: &mut host,
            backends: bind(proven.checked().plan(), &site, &place.folder).unwrap(),
            site: &site,
            folder: &place.folder,
            clock: &WallClock,
            notifier: &mut Nobody,
            stop: &AtomicBool::new(false),
        };
        let ending = Runner::over_site(&proven, parts)
            .run(site.digest(), false, &mut |record| told.push(record.clone()))
            .unwrap();
        assert!(matches!(ending, Ending::Waiting(_) | Ending::Done), "{ending:?}");
        let records = host.records().unwrap();
        assert_eq!(told, records, "what is durable is told, and nothing else");
        let performed = records.iter().filter(|record| matches!(record.event, Event::Begun { .. })).count();
        assert!(performed >= 3 && records.len() > 2 * performed, "{records:?}");
        assert_eq!(commits(&path) - before, performed + 1);
        assert_eq!(host.outbox().unwrap(), []);
        host.verify().unwrap();
    }
}

/// The events of a whole run, some at a time.
fn taken(checked: &Checked, host: &mut dyn Host, each: usize, mut kept: impl FnMut(&[Record], usize)) {
    let records = played(checked);
    let mut state = State::new(checked);
    let mut before = 0;
    for (number, record) in records.iter().enumerate() {
        assert_eq!(host.take(checked, record).unwrap(), next(checked, &mut state, record));
        assert_eq!(*host.state(), state);
        assert_eq!(host.records().unwrap(), records[..=number]);
        // It was taken in before: nothing more comes of it.
        assert!(!matches!(host.take(checked, record).unwrap(), Verdict::Applied(_)));
        if number % each == each - 1 || number + 1 == records.len() {
            kept(&records[..before], number);
            assert_eq!(host.keep(checked).unwrap(), 0);
            before = number + 1;
            assert_eq!(*host.state(), state);
        }
    }
    assert!(host.state().is_finished());
    assert_eq!(host.keep(checked).unwrap(), 0);
}

#[test]
fn what_is_taken_in_is_durable_once_it_is_kept_and_not_before() {
    for (name, each) in PLANS.into_iter().flat_map(|name| [(name, 1), (name, 3), (name, 100)]) {
        let checked = checked(name);
        taken(&checked, &mut MemoryHost::new(&checked), each, |_, _| {});
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keyroll.db");
        enter(&path, &checked, "run");
        let mut host = attach(&path, &checked, "run");
        let (before, mut times) = (commits(&path), 0);
        taken(&checked, &mut host, each, |durable, number| {
            assert_eq!(attach(&path, &checked, "run").records().unwrap(), durable);
            assert_eq!(commits(&path) - before, times, "{number}");
            times += 1;
        });
        assert_eq!(commits(&path) - before, times);
        let other = attach(&path, &checked, "run");
        assert_eq!(other.outbox().unwrap(), host.outbox().unwrap());
        assert_eq!(other.state(), host.state());
    }
}

#[test]
fn what_was_not_kept_is_lost_with_the_program() {
    let checked = checked(PLANS[0]);
    let records = played(&checked);
    let mut host = MemoryHost::new(&checked);
    host.submit(&checked, &records[0]).unwrap();
    let begun = host.state().clone();
    for record in &records[1..4] {
        host.take(&checked, record).unwrap();
    }
    let commands = host.outbox().unwrap();
    assert!(!commands.is_empty());
    host.settle(&commands[0]).unwrap();
    host.lose();
    assert_eq!((host.state(), host.records().unwrap().len(), host.outbox().unwrap()), (&begun, 1, vec![]));
    host.take(&checked, &records[1]).unwrap();
    host.keep(&checked).unwrap();
    host.lose();
    assert_eq!(host.records().unwrap(), records[..2]);
}

/// Tells one person of each event.
#[derive(Debug)]
struct Crier;

impl Herald for Crier {
    fn asked(&self, _: &str, _: &Checked, _: &State, _: jiff::Timestamp) -> Vec<Tiding> {
        Vec::new()
    }

    fn told(&self, moment: &Moment<'_>) -> Vec<Tiding> {
        let text = |text: &str| text.to_owned();
        vec![Tiding {
            key: format!("{}", moment.now),
            kind: "told",
            step: String::new(),
            role: text("tenant_admin"),
            channel: text("mail"),
            address: text("admin@example.org"),
            body: text("{}"),
        }]
    }

    fn answered<'r>(&self, _: &'r Record) -> Option<(&'r str, &'r str)> {
        None
    }

    fn taken_back(&self, body: &str, _: jiff::Timestamp) -> String {
        body.to_owned()
    }

    fn words(&self) -> (&'static str, &'static str) {
        ("asked", "taken back")
    }

    fn surveyed(&self, _: &Survey, _: jiff::Timestamp) -> Vec<Tiding> {
        Vec::new()
    }
}

/// What somebody else writes between an event and its keeping comes first, and the event counts on top of it, or it
/// does not, with all that was taken in after it.
#[test]
fn what_is_held_back_counts_on_top_of_what_others_wrote() {
    let ways: [fn(SqliteHost, &Desk) -> SqliteHost; 3] = [
        |host, _| host,
        |host, desk| host.writes_at(desk),
        |mut host, desk| {
            host.told_by(Box::new(Crier));
            host.writes_at(desk)
        },
    ];
    for way in ways {
        counts_on_top(way);
    }
}

fn counts_on_top(way: fn(SqliteHost, &Desk) -> SqliteHost) {
    let checked = checked(PLANS[0]);
    let records = played(&checked);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keyroll.db");
    enter(&path, &checked, "run");
    let desk = Desk::at(&path).unwrap();
    let (one, mut other) = (attach(&path, &checked, "run"), attach(&path, &checked, "run"));
    let mut one = way(one, &desk);
    one.submit(&checked, &records[0]).unwrap();
    let by = |role: &str| Actor { role: role.to_owned(), person: None, automatic: false };
    let broken = |what: &str| Record { at: records[1].at, event: Event::Broken { what: what.to_owned() } };
    for record in &records[1..3] {
        assert!(matches!(one.take(&checked, record).unwrap(), Verdict::Applied(_)));
    }
    let perform = Commanded::Perform { step: "create_key".to_owned(), attempt: 1 };
    assert_eq!(one.outbox().unwrap(), std::slice::from_ref(&perform));
    one.settle(&perform).unwrap();
    assert_eq!(one.outbox().unwrap(), []);
    // Nothing of it is there for others yet.
    assert!(other.refresh(&checked).unwrap());
    assert_eq!((other.records().unwrap().len(), other.outbox().unwrap()), (1, vec![]));
    assert!(matches!(other.submit(&checked, &broken("first")).unwrap(), Verdict::Applied(_)));
    // A look finds that, and puts what is held back on top.
    assert!(one.refresh(&checked).unwrap());
    assert_eq!(one.keep(&checked).unwrap(), 0);
    let now = one.records().unwrap();
    assert_eq!((now.len(), &now[1], &now[2..]), (4, &broken("first"), &records[1..3]));
    assert!(other.refresh(&checked).unwrap());
    assert_eq!((other.records().unwrap(), other.outbox().unwrap()), (now, vec![]));

    // The same event by somebody else: it does not count twice, and what was built upon it is dropped.
    for record in [&broken("second"), &broken("third"), &broken("fourth")] {
        one.take(&checked, record).unwrap();
    }
    other.submit(&checked, &broken("third")).unwrap();
    assert_eq!(one.keep(&checked).unwrap(), 2);
    assert_eq!(one.keep(&checked).unwrap(), 0, "it is said once");
    let now = one.records().unwrap();
    assert_eq!(now[4..], [broken("third"), broken("second")]);
    assert!(!one.state().broken.contains(&"fourth".to_owned()));

    // Somebody lets the run stand still: a step that was about to begin does not.
    let record = |event| Record { at: records[3].at, event };
    let told = record(Event::Confirmed {
        step: "provide_certificate".to_owned(),
        by: Actor { automatic: true, ..by("tenant_admin") },
        opens: None,
        certificates: Default::default(),
    });
    assert!(matches!(one.take(&checked, &told).unwrap(), Verdict::Applied(_)));
    let paused = record(Event::Paused {
        until: "2026-11-03T00:00:00Z".parse().unwrap(),
        role: None,
        by: by("tenant_admin"),
        because: "a holiday".to_owned(),
    });
    assert!(matches!(other.submit(&checked, &paused).unwrap(), Verdict::Applied(_)));
    assert_eq!(one.keep(&checked).unwrap(), 1);
    other.refresh(&checked).unwrap();
    assert_eq!(one.records().unwrap().last(), Some(&paused));

    // An act that counts at once counts once, whatever was written before it.
    other.submit(&checked, &broken("fifth")).unwrap();
    assert!(matches!(one.submit(&checked, &broken("sixth")).unwrap(), Verdict::Applied(_)));
    assert_eq!(one.records().unwrap().rchunks(2).next().unwrap(), [broken("fifth"), broken("sixth")]);
    assert_eq!(one.keep(&checked).unwrap(), 0);
    other.refresh(&checked).unwrap();
    assert_eq!(one.state(), other.state());
    one.verify().unwrap();
    attach(&path, &checked, "run");
}

/// Many runs at one desk: each keeps the laws, and together they make fewer commits than they have events.
#[test]
fn many_runs_share_commits_at_a_desk() {
    let checked = checked(PLANS[0]);
    let records = played(&checked);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keyroll.db");
    let runs: Vec<String> = (0..24).map(|number| format!("run{number}")).collect();
    runs.iter().for_each(|run| enter(&path, &checked, run));
    let desk = Desk::at(&path).unwrap();
    let together = Barrier::new(runs.len());
    std::thread::scope(|scope| {
        for run in &runs {
            scope.spawn(|| {
                let mut host = attach(&path, &checked, run).writes_at(&desk);
                if run.ends_with('7') {
                    host.told_by(Box::new(Crier));
                }
                let mut state = State::new(&checked);
                for (number, record) in records.iter().enumerate() {
                    together.wait();
                    let expected = next(&checked, &mut state, record);
                    if number % 2 == 0 {
                        assert_eq!(host.submit(&checked, record).unwrap(), expected);
                    } else {
                        assert_eq!(host.take(&checked, record).unwrap(), expected);
                        assert_eq!(host.keep(&checked).unwrap(), 0);
                    }
                    // It is durable as soon as the verdict is there.
                    let other = attach(&path, &checked, run);
                    assert_eq!(other.records().unwrap(), records[..=number]);
                    for command in host.outbox().unwrap() {
                        host.settle(&command).unwrap();
                    }
                }
            });
        }
    });
    for run in &runs {
        let host = attach(&path, &checked, run);
        assert!(host.state().is_finished());
        assert_eq!(host.outbox().unwrap(), []);
        host.verify().unwrap();
        let told: i64 = Connection::open(&path)
            .unwrap()
            .query_row("SELECT count(*) FROM notice WHERE run = ?1", [run], |row| row.get(0))
            .unwrap();
        assert_eq!(told as usize, if run.ends_with('7') { records.len() } else { 0 }, "{run}");
    }
    let events = (runs.len() * records.len()) as u64;
    println!("{events} events in {} commits", desk.commits());
    assert!(desk.commits() < events);
}

/// What one of them cannot write does not hold the others up, and what cannot be committed none of them has.
#[test]
fn what_fails_at_a_desk_fails_alone_or_for_all() {
    let checked = checked(PLANS[0]);
    let records = played(&checked);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keyroll.db");
    let runs = ["good", "gone", "fine"];
    runs.iter().for_each(|run| enter(&path, &checked, run));
    let desk = Desk::at(&path).unwrap();
    let mut hosts = runs.map(|run| attach(&path, &checked, run).writes_at(&desk));
    assert!(Store::open(&path).unwrap().withdraw("gone").unwrap());
    let together = Barrier::new(runs.len());
    let outcomes: Vec<_> = std::thread::scope(|scope| {
        let work = hosts.iter_mut().map(|host| {
            scope.spawn(|| {
                together.wait();
                host.submit(&checked, &records[0]).map_err(|error| matches!(error, HostError::NoRun { .. }))
            })
        });
        let work: Vec<_> = work.collect();
        work.into_iter().map(|thread| thread.join().unwrap().map(|_| ())).collect()
    });
    assert_eq!(outcomes, [Ok(()), Err(true), Ok(())]);
    // Somebody holds the journal for longer than it is waited for: nothing happened to any of them.
    for at in [0, 2] {
        hosts[at].take(&checked, &records[1]).unwrap();
    }
    Connection::open(&path)
        .unwrap()
        .execute_batch(
            "CREATE TRIGGER full BEFORE INSERT ON record BEGIN SELECT RAISE(ROLLBACK, 'full'); END",
        )
        .unwrap();
    for at in [0, 2] {
        assert!(matches!(hosts[at].keep(&checked), Err(HostError::Journal { .. })));
        assert_eq!(hosts[at].records().unwrap(), records[..1]);
        assert_eq!(*hosts[at].state(), *attach(&path, &checked, runs[at]).state());
    }
    Connection::open(&path).unwrap().execute_batch("DROP TRIGGER full").unwrap();
    for at in [0, 2] {
        hosts[at].submit(&checked, &records[1]).unwrap();
        assert_eq!(attach(&path, &checked, runs[at]).records().unwrap(), records[..2]);
    }
}

/// A plan with so many steps that its state is long.
fn long() -> Checked {
    let mut text = "keyroll 1\n\nplan long\n\nrole ops\nrole other\n\n".to_owned();
    for number in 0..400 {
        text += &format!("step tell-{number} by ops {{\n  inform other\n}}\n\n");
    }
    let read = check::read(&Source::new("long.renewal", text), &Given::default());
    read.unwrap_or_else(|refusal| panic!("{refusal:?}"))
}

fn confirmed(number: usize) -> Record {
    let by = Actor { role: "ops".to_owned(), person: None, automatic: false };
    let (step, certificates) = (format!("tell-{number}"), Default::default());
    Record { at: begin(), event: Event::Confirmed { step, by, opens: None, certificates } }
}

/// A long state is not written with each record, and what is read is the same.
#[test]
fn a_long_state_is_written_seldom() {
    let checked = long();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keyroll.db");
    enter(&path, &checked, "run");
    let mut host = attach(&path, &checked, "run");
    let digest = Fingerprint::of(b"a site");
    let started = Event::Started { plan: digest, site: digest, certificates: Default::default() };
    host.submit(&checked, &Record { at: begin(), event: started }).unwrap();
    let look = |sql: &str| -> i64 {
        let journal = Connection::open(&path).unwrap();
        journal.query_row(sql, [], |row| row.get(0)).unwrap()
    };
    let version = "SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'schema'";
    let behind = "SELECT coalesce(max(position), -1) FROM behind";
    assert_eq!((look(version), look(behind)), (1, -1));
    let mut other = attach(&path, &checked, "run");
    let (mut written, mut was) = (0, -1);
    for number in 0..300 {
        assert!(matches!(host.submit(&checked, &confirmed(number)).unwrap(), Verdict::Applied(_)));
        let now = look(behind);
        written += usize::from(now != was);
        was = now;
        if number % 7 == 0 {
            assert!(other.refresh(&checked).unwrap());
            assert_eq!(other.state(), host.state());
            let fresh = attach(&path, &checked, "run");
            assert_eq!((fresh.state(), fresh.records().unwrap().len()), (host.state(), number + 2));
        }
    }
    assert_eq!(look(version), 4);
    assert!((4..40).contains(&written), "{written}");
    // Whoever has it already writes on, whatever others have written.
    assert!(matches!(other.submit(&checked, &confirmed(300)).unwrap(), Verdict::Applied(_)));
    assert!(matches!(host.submit(&checked, &confirmed(301)).unwrap(), Verdict::Applied(_)));
    // A state stands in the file where it stands still, whatever its length: it is read from there alone.
    let paused = Event::Paused {
        until: "2026-11-03T00:00:00Z".parse().unwrap(),
        role: None,
        by: Actor { role: "ops".to_owned(), person: None, automatic: false },
        because: "a holiday".to_owned(),
    };
    host.submit(&checked, &Record { at: begin(), event: paused }).unwrap();
    assert_eq!(Store::open(&path).unwrap().pauses("run").unwrap(), host.state().pauses);
    assert_eq!(look(behind), -1);
    for number in 302..310 {
        host.submit(&checked, &confirmed(number)).unwrap();
    }
    assert!(look(behind) > 0);
    attach(&path, &checked, "run");
    // What is changed in it shows.
    for sql in [
        "UPDATE behind SET position = 5000",
        "DELETE FROM behind",
        "UPDATE run SET state = replace(state, 'a holiday', 'a strike')",
    ] {
        let copy = folder.path().join("copy.db");
        let _none = fs::remove_file(&copy);
        let journal = Connection::open(&path).unwrap();
        journal.execute_batch(&format!("VACUUM INTO '{}'", copy.display())).unwrap();
        Store::open(&copy).unwrap().attach(&checked, "run", false).unwrap();
        Connection::open(&copy).unwrap().execute_batch(sql).unwrap();
        let error = Store::open(&copy).unwrap().attach(&checked, "run", false).expect_err(sql);
        assert!(error.to_string().contains("was changed from outside"), "{sql}: {error}");
    }
}

/// Where a test asks this program to do something with a journal in a process of its own.
const ASKED: &str = "KEYROLL_TEST_DESK";

/// The limit on the size of files stands for a disk that is full, in the middle of a commit of several runs.
#[test]
fn a_disk_that_is_full_loses_whole_commits_and_nothing_that_was_said_to_be_durable() {
    let checked = checked(PLANS[0]);
    let records = played(&checked);
    let runs: Vec<String> = (0..8).map(|number| format!("run{number}")).collect();
    if let Some(path) = std::env::var_os(ASKED).map(PathBuf::from) {
        let desk = Desk::at(&path).unwrap();
        std::thread::scope(|scope| {
            for run in &runs {
                scope.spawn(|| {
                    let mut host = attach(&path, &checked, run).writes_at(&desk);
                    let durable = records.iter().take_while(|record| host.submit(&checked, record).is_ok());
                    let durable = durable.count();
                    assert_eq!(host.records().unwrap().len(), durable);
                    println!("durable {} {durable}", run.as_str());
                });
            }
        });
        return;
    }
    let mut partly = 0;
    for blocks in [160, 240, 320, 480, 640] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keyroll.db");
        runs.iter().for_each(|run| enter(&path, &checked, run));
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
        let name = "commits::a_disk_that_is_full_loses_whole_commits_and_nothing_that_was_said_to_be_durable";
        let mut limited = Command::new("sh");
        limited.args(["-c", &script]).arg(std::env::current_exe().unwrap());
        limited.args(["--exact", name, "--nocapture"]).env(ASKED, &path);
        let output = limited.output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
        let mut told = 0;
        for line in said.lines().filter_map(|line| line.strip_prefix("durable ")) {
            let (run, durable) = line.split_once(' ').unwrap();
            let host = attach(&path, &checked, run);
            assert_eq!(host.records().unwrap(), records[..durable.parse().unwrap()], "{blocks}: {line}");
            partly += usize::from(!host.state().is_finished());
            told += 1;
        }
        assert_eq!(told, runs.len(), "{said}");
    }
    assert!(partly > 8, "the limit was met by {partly} runs only");
}
