//! Many runs that are carried on at once in one journal, against SQLite with the same rows in the same commits.

use std::error::Error;
use std::path::Path;
use std::sync::{
    Condvar, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicUsize, Ordering},
};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use keyroll::{
    check::Checked,
    journal::{
        Host,
        desk::Desk,
        sqlite::{SqliteHost, Store},
    },
    transition::{
        command::Command,
        event::{Event, Record},
        next::Verdict,
    },
};
use rusqlite::{Connection, params};

use super::{
    figure::{Demand, Figure},
    journal::{begun, plan, submit},
    measure::{pair, shown},
};

type Failed = Box<dyn Error>;

/// So many runs are carried on at once.
const RUNS: usize = 64;

/// So many steps each in a turn.
const STEPS: u32 = 16;

/// So many steps a second there are to be at least.
const LEAST: f64 = 2_000.0;

/// The step that is tried again and again.
const STEP: &str = "create_key";
const CAUSE: &str = "the disk is full";

/// The figures.
pub(crate) fn measure(tell: &mut dyn FnMut(Figure)) -> Result<(), Failed> {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let checked = plan()?;
    let (ours, theirs) = (folder.path().join("keyroll.db"), folder.path().join("bare.db"));
    let mut runs = Vec::new();
    for number in 0..RUNS {
        let run = format!("bench{number}");
        for journal in [&ours, &theirs] {
            let begin = Event::Begun { step: STEP.to_owned(), attempt: 1 };
            submit(&checked, &mut begun(journal, &checked, &run)?, begin)?;
        }
        runs.push(run);
    }
    let desk = Desk::at(&ours)?;
    let mut hosts: Vec<(SqliteHost, u32)> = Vec::new();
    for run in &runs {
        hosts.push((Store::open(&ours)?.attach(&checked, run, false)?.writes_at(&desk), 1));
    }
    let bare = Bare::at(&theirs)?;
    let rows = Rows::of(&ours)?;
    let mut positions: Vec<(&String, u32)> = runs.iter().map(|run| (run, 1)).collect();
    let steps = STEPS * u32::try_from(RUNS)?;
    let sides = pair(
        15,
        || {
            let begin = Instant::now();
            let checked = &checked;
            at_once(hosts.iter_mut().map(|(host, attempt)| move || carried_on(checked, host, attempt)))?;
            Ok(begin.elapsed() / steps)
        },
        || {
            let begin = Instant::now();
            let (bare, rows) = (&bare, &rows);
            at_once(positions.iter_mut().map(|(run, attempt)| move || bare.written(rows, run, attempt)))?;
            Ok(begin.elapsed() / steps)
        },
    )?;
    let turns = 16.0 * f64::from(steps);
    let each_second = |time: Duration| 1.0 / time.as_secs_f64();
    tell(Figure {
        subject: format!("{RUNS} runs at once: automatic steps"),
        ours: format!("{:.0}/s", each_second(sides.ours)),
        against: format!("the same rows in SQLite alone: {:.0}/s", each_second(sides.theirs)),
        ratio: 1.0 / sides.ratio,
        demand: Demand::AtLeast(0.9),
    });
    tell(Figure {
        subject: format!("{RUNS} runs at once: automatic steps"),
        ours: format!("{:.0}/s", each_second(sides.ours)),
        against: format!("{LEAST:.0}/s"),
        ratio: each_second(sides.ours) / LEAST,
        demand: Demand::AtLeast(1.0),
    });
    let (ours, theirs) = (turns / desk.commits() as f64, turns / bare.commits() as f64);
    tell(Figure {
        subject: format!("{RUNS} runs at once: steps a commit"),
        ours: format!("{ours:.1}"),
        against: format!("SQLite alone: {theirs:.1}"),
        ratio: ours / theirs,
        demand: Demand::Nothing,
    });
    one_commit(&checked, tell)
}

/// One step of one run, against one commit with the rows of it.
fn one_commit(checked: &Checked, tell: &mut dyn FnMut(Figure)) -> Result<(), Failed> {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let (ours, theirs) = (folder.path().join("keyroll.db"), folder.path().join("bare.db"));
    for journal in [&ours, &theirs] {
        let begin = Event::Begun { step: STEP.to_owned(), attempt: 1 };
        submit(checked, &mut begun(journal, checked, "bench")?, begin)?;
    }
    let (bare, rows) = (Bare::at(&theirs)?, Rows::of(&ours)?);
    let mut host = Store::open(&ours)?.attach(checked, "bench", true)?;
    let (mut mine, mut other) = (1, 1);
    let run = "bench".to_owned();
    let sides = pair(
        15,
        || {
            let begin = Instant::now();
            carried_on(checked, &mut host, &mut mine)?;
            Ok(begin.elapsed() / STEPS)
        },
        || {
            let begin = Instant::now();
            bare.written(&rows, &run, &mut other)?;
            Ok(begin.elapsed() / STEPS)
        },
    )?;
    tell(Figure {
        subject: "one run: an automatic step".to_owned(),
        ours: shown(sides.ours),
        against: format!("one commit of its rows in SQLite: {}", shown(sides.theirs)),
        ratio: sides.ratio,
        demand: Demand::AtMost(1.5),
    });
    Ok(())
}

/// A step ends and the next begins, as often as a turn has it: what the runner takes down between two looks at the
/// world.
fn carried_on(checked: &Checked, host: &mut SqliteHost, attempt: &mut u32) -> Result<(), String> {
    for _ in 0..STEPS {
        let step = || STEP.to_owned();
        let failed = Event::Failed { step: step(), attempt: *attempt, cause: CAUSE.to_owned() };
        take(checked, host, failed)?;
        let perform = Command::Perform { step: step(), attempt: *attempt };
        host.settle(&perform).map_err(|error| error.to_string())?;
        *attempt += 1;
        take(checked, host, Event::Begun { step: step(), attempt: *attempt })?;
        if host.keep(checked).map_err(|error| error.to_string())? > 0 {
            return Err("somebody else is at work".to_owned());
        }
    }
    Ok(())
}

fn take(checked: &Checked, host: &mut SqliteHost, event: Event) -> Result<(), String> {
    match host.take(checked, &Record { at: Timestamp::now(), event }) {
        Ok(Verdict::Applied(_)) => Ok(()),
        other => Err(format!("not taken in: {other:?}")),
    }
}

/// What the rows of a step hold, by their lengths.
struct Rows {
    failed: String,
    begun: String,
    command: String,
    state: String,
}

impl Rows {
    fn of(journal: &Path) -> Result<Self, Failed> {
        let at = Timestamp::now();
        let body = |event| serde_json::to_string(&Record { at, event });
        let step = || STEP.to_owned();
        let state: String = Connection::open(journal)?
            .query_row("SELECT state FROM run", [], |row| row.get(0))
            .map_err(Box::new)?;
        Ok(Self {
            failed: body(Event::Failed { step: step(), attempt: 1_000, cause: CAUSE.to_owned() })?,
            begun: body(Event::Begun { step: step(), attempt: 1_000 })?,
            command: serde_json::to_string(&Command::Perform { step: step(), attempt: 1_000 })?,
            state,
        })
    }
}

/// SQLite alone: threads that write one after the other in a transaction of all of them, which the last one commits.
struct Bare {
    page: Mutex<Page>,
    behind: AtomicUsize,
    turned: Condvar,
}

struct Page {
    connection: Connection,
    is_open: bool,
    number: u64,
}

impl Bare {
    fn at(journal: &Path) -> Result<Self, Failed> {
        let connection = Connection::open(journal)?;
        connection.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;",
        )?;
        let page = Mutex::new(Page { connection, is_open: false, number: 0 });
        Ok(Self { page, behind: AtomicUsize::new(0), turned: Condvar::new() })
    }

    fn page(&self) -> MutexGuard<'_, Page> {
        self.page.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn commits(&self) -> u64 {
        self.page().number
    }

    /// As many steps of a run as a turn has.
    fn written(&self, rows: &Rows, run: &str, attempt: &mut u32) -> Result<(), String> {
        for _ in 0..STEPS {
            *attempt += 1;
            self.step(rows, run, *attempt).map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    fn step(&self, rows: &Rows, run: &str, attempt: u32) -> Result<(), rusqlite::Error> {
        let digest = |position: u32| format!("{position:064x}");
        let digests = [digest(2 * attempt - 2), digest(2 * attempt - 1)];
        let ids = [attempt - 1, attempt].map(|attempt| format!("perform/{STEP}/{attempt}"));
        self.behind.fetch_add(1, Ordering::SeqCst);
        let mut page = self.page();
        self.behind.fetch_sub(1, Ordering::SeqCst);
        let number = page.number;
        if !page.is_open {
            page.connection.execute_batch("BEGIN IMMEDIATE")?;
            page.is_open = true;
        }
        let record = "INSERT INTO record VALUES (?1, ?2, ?3, ?4)";
        let connection = &page.connection;
        let [first, last] = &digests;
        let [before, after] = &ids;
        let write = |sql: &str, row: &[&dyn rusqlite::ToSql]| connection.prepare_cached(sql)?.execute(row);
        write(record, params![run, 2 * attempt - 2, rows.failed, first])?;
        write("DELETE FROM outbox WHERE run = ?1 AND id = ?2", params![run, before])?;
        write(record, params![run, 2 * attempt - 1, rows.begun, last])?;
        let command = "INSERT OR IGNORE INTO outbox (run, id, command) VALUES (?1, ?2, ?3)";
        write(command, params![run, after, rows.command])?;
        let stands = "UPDATE run SET state = ?2, head = ?3, finished = ?4 WHERE id = ?1";
        write(stands, params![run, rows.state, last, false])?;
        if self.behind.load(Ordering::SeqCst) > 0 {
            while page.number == number {
                page = self.turned.wait(page).unwrap_or_else(PoisonError::into_inner);
            }
            return Ok(());
        }
        page.connection.execute_batch("COMMIT")?;
        (page.is_open, page.number) = (false, page.number + 1);
        self.turned.notify_all();
        Ok(())
    }
}

/// Does all of it, each in a thread of its own.
fn at_once<W: FnOnce() -> Result<(), String> + Send>(work: impl Iterator<Item = W>) -> Result<(), Failed> {
    std::thread::scope(|scope| {
        let threads: Vec<_> = work.map(|work| scope.spawn(work)).collect();
        for thread in threads {
            thread.join().map_err(|_| "a thread panicked")??;
        }
        Ok(())
    })
}
