//! A journal file: its tables, its runs, and who is at work on it.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior, params};
use serde::Serialize;

use crate::{
    backend::file::{
        atomic::resolve,
        lock::{MOMENT, locked},
        private,
    },
    check::Checked,
    transition::{event::Record, snapshot::Snapshot, state::State},
    world::material::Fingerprint,
};

use super::{
    Host, HostError,
    chain::{origin, replay},
    held::Draft,
    kept::Kept,
    place,
    schema::{CREATE, FILES, FIRST, NOTICES, STATED, SURVEYS, UNDER_WAY, VERSION},
    sqlite::SqliteHost,
    wording::wording,
};

/// How a connection is made ready.
const PREPARE: &str = "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; \
    PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;";

/// How many sentences stay compiled.
const SENTENCES: usize = 32;

/// How long an opening waits for another process.
const PATIENCE: Duration = Duration::from_secs(10);

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked)
    )
}

/// A journal file, open.
#[derive(Debug)]
pub struct Store {
    pub(super) path: PathBuf,
    pub(super) connection: Connection,
}

/// What a run is pinned to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pinned {
    /// The run's id.
    pub run: String,
    /// When it was entered.
    pub started: Timestamp,
    /// The plan's name.
    pub plan_name: String,
    /// The file that the plan was read from.
    pub plan_file: String,
    /// The plan's text.
    pub plan_text: String,
    /// The texts of the files that it names, by their names.
    pub plan_files: BTreeMap<String, String>,
    /// Digest of plan and parameters.
    pub plan: Fingerprint,
    /// Digest of the site.
    pub site: Fingerprint,
    /// Values for parameters from outside the plan.
    pub parameters: BTreeMap<String, String>,
    /// Whether every step is done.
    pub finished: bool,
}

/// A name for a new run: the plan's name, the day, and a few random digits.
#[must_use]
pub fn run_id(plan: &str, now: Timestamp) -> String {
    let mut bytes = [0u8; 4];
    // The id is a name, not a secret: the time alone would do if there were no random bytes.
    let _filled = openssl::rand::rand_bytes(&mut bytes);
    let day = now.strftime("%Y%m%d").to_string();
    format!("{plan}-{day}-{:08x}", u32::from_be_bytes(bytes))
}

/// Enters a run with its parameters, its state and the digest that its first record follows, in a transaction.
pub(super) fn insert(
    transaction: &Connection,
    pinned: &Pinned,
    [parameters, state, head]: [&str; 3],
) -> Result<(), rusqlite::Error> {
    transaction.execute(
        "INSERT INTO run VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 0)",
        params![
            pinned.run,
            pinned.started.to_string(),
            pinned.plan_name,
            pinned.plan_file,
            pinned.plan_text,
            pinned.plan.to_string(),
            pinned.site.to_string(),
            parameters,
            env!("CARGO_PKG_VERSION"),
            state,
            head
        ],
    )?;
    for (name, text) in &pinned.plan_files {
        transaction.execute("INSERT INTO file VALUES (?1, ?2, ?3)", params![pinned.run, name, text])?;
    }
    Ok(())
}

/// The texts of a run that is entered: its parameters, its state, and the digest that its first record follows.
pub(super) struct Entry([String; 3]);

impl Entry {
    /// # Errors
    /// When one of them has no written form.
    pub(super) fn of(path: &Path, checked: &Checked, pinned: &Pinned) -> Result<Self, HostError> {
        let state = written(path, &Snapshot::of(checked, &State::new(checked)))?;
        let head = origin(&pinned.run, &pinned.plan.to_string(), &pinned.site.to_string());
        Ok(Self([written(path, &pinned.parameters)?, state, head]))
    }

    pub(super) fn insert(&self, transaction: &Connection, pinned: &Pinned) -> Result<(), rusqlite::Error> {
        insert(transaction, pinned, self.0.each_ref().map(String::as_str))
    }
}

/// A row's text: nothing is stored that could not be written out.
pub(super) fn written(path: &Path, row: &impl Serialize) -> Result<String, HostError> {
    let cause = || "a row has no written form".to_owned();
    serde_json::to_string(row).map_err(|_| HostError::Journal { path: path.to_owned(), cause: cause() })
}

/// What the database answered, in words.
pub(super) fn failure(path: &Path, error: &rusqlite::Error) -> HostError {
    HostError::Journal { path: path.to_owned(), cause: wording(error).to_owned() }
}

impl Store {
    /// Opens a journal, or makes an empty one (0600).
    ///
    /// # Errors
    /// When the file cannot be opened, is a symbolic link, no journal or one of another version.
    pub fn open(path: &Path) -> Result<Self, HostError> {
        let fail = |cause: String| HostError::Journal { path: path.to_owned(), cause };
        place::made(path).map_err(|e| fail(format!("cannot be opened: {e}")))?;
        place::here(path)?;
        // Among the folders on the way there may be links; SQLite would refuse those too.
        let real = resolve(path).map_err(|e| fail(format!("cannot be opened: {e}")))?;
        let flags = OpenFlags::default() | OpenFlags::SQLITE_OPEN_NOFOLLOW;
        let connection = Connection::open_with_flags(real, flags).map_err(|e| failure(path, &e))?;
        // The sentences stay compiled: to read them anew takes a good part of an event.
        connection.set_prepared_statement_cache_capacity(SENTENCES);
        let store = Self { path: path.to_owned(), connection };
        store.prepare()?;
        Ok(store)
    }

    fn prepare(&self) -> Result<(), HostError> {
        let begun = Instant::now();
        loop {
            match self.connection.execute_batch(PREPARE).and_then(|()| self.create()) {
                Ok(()) => break,
                // While another process makes the file, SQLite does not wait by itself.
                Err(error) if is_busy(&error) && begun.elapsed() < PATIENCE => {
                    std::thread::sleep(Duration::from_millis(10));
                }
                Err(error) => return Err(self.fail(&error)),
            }
        }
        self.versioned()
    }

    /// # Errors
    /// When it is no journal, or one of another version.
    pub(super) fn versioned(&self) -> Result<(), HostError> {
        let found: Option<String> = self
            .connection
            .query_row("SELECT value FROM meta WHERE name = 'schema'", [], |row| row.get(0))
            .optional()
            .map_err(|e| self.fail(&e))?;
        let found = found.unwrap_or_else(|| "none".to_owned());
        if (FIRST..=VERSION).any(|known| found == known.to_string()) {
            return Ok(());
        }
        Err(HostError::Version { path: self.path.clone(), found, known: VERSION })
    }

    /// Makes the tables, once, whoever else may be at it.
    fn create(&self) -> Result<(), rusqlite::Error> {
        let transaction =
            rusqlite::Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate)?;
        let tables: i64 =
            transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        if tables == 0 {
            transaction.execute_batch(CREATE)?;
            transaction.execute("INSERT INTO meta VALUES ('schema', ?1)", [FIRST.to_string()])?;
        }
        transaction.execute_batch(FILES)?;
        transaction.execute_batch(STATED)?;
        transaction.execute_batch(UNDER_WAY)?;
        transaction.execute_batch(NOTICES)?;
        transaction.execute_batch(SURVEYS)?;
        transaction.commit()
    }

    /// The files that a run's plan names.
    fn files(&self, run: &str) -> Result<BTreeMap<String, String>, HostError> {
        let sql = "SELECT name, text FROM file WHERE run = ?1";
        let read = |statement: &mut rusqlite::Statement<'_>| {
            statement.query_map([run], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
        };
        let files = self.connection.prepare(sql).and_then(|mut statement| read(&mut statement));
        files.map_err(|e| self.fail(&e))
    }

    pub(super) fn fail(&self, error: &rusqlite::Error) -> HostError {
        failure(&self.path, error)
    }

    /// What a run, or a part of one, is pinned to.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn pinned(&self, run: &str) -> Result<Option<Pinned>, HostError> {
        Ok(self.rows("WHERE id = ?1", [run])?.into_iter().next())
    }

    /// The rows of runs that a clause finds.
    pub(super) fn rows(
        &self,
        clause: &str,
        parameters: impl rusqlite::Params,
    ) -> Result<Vec<Pinned>, HostError> {
        let sql = format!(
            "SELECT id, started, plan_name, plan_file, plan_text, plan_digest, site_digest, parameters, finished
             FROM run {clause}"
        );
        let mut statement = self.connection.prepare(&sql).map_err(|e| self.fail(&e))?;
        let rows = statement
            .query_map(parameters, |row| {
                Ok((
                    row.get::<_, String>(0)?,
                    row.get::<_, String>(1)?,
                    row.get::<_, String>(2)?,
                    row.get::<_, String>(3)?,
                    row.get::<_, String>(4)?,
                    row.get::<_, String>(5)?,
                    row.get::<_, String>(6)?,
                    row.get::<_, String>(7)?,
                    row.get::<_, bool>(8)?,
                ))
            })
            .map_err(|e| self.fail(&e))?;
        let mut runs = Vec::new();
        for row in rows {
            let (run, started, plan_name, plan_file, plan_text, plan, site, parameters, finished) =
                row.map_err(|e| self.fail(&e))?;
            let misfit = || HostError::Misfit(self.path.clone());
            runs.push(Pinned {
                plan_files: self.files(&run)?,
                run,
                started: started.parse().map_err(|_| misfit())?,
                plan_name,
                plan_file,
                plan_text,
                plan: Fingerprint::try_from(plan).map_err(|_| misfit())?,
                site: Fingerprint::try_from(site).map_err(|_| misfit())?,
                parameters: serde_json::from_str(&parameters).map_err(|_| misfit())?,
                finished,
            });
        }
        Ok(runs)
    }

    /// Enters a new run.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn enter(&mut self, checked: &Checked, pinned: &Pinned) -> Result<(), HostError> {
        let entry = Entry::of(&self.path, checked, pinned)?;
        let transaction = self.connection.transaction().map_err(|e| failure(&self.path, &e))?;
        let done = entry.insert(&transaction, pinned);
        done.and_then(|()| transaction.commit()).map_err(|e| failure(&self.path, &e))
    }

    /// Whether anything was recorded of a run.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn has_begun(&self, run: &str) -> Result<bool, HostError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM record WHERE run = ?1)";
        self.connection.query_row(sql, [run], |row| row.get(0)).map_err(|e| self.fail(&e))
    }

    /// Takes a run out that has not begun: nothing was recorded of it. Says whether it was one.
    ///
    /// # Errors
    /// When the file cannot be written, or another process is at work on it.
    pub fn withdraw(&mut self, run: &str) -> Result<bool, HostError> {
        let _alone = self.alone()?;
        self.take_out(run)
    }

    /// The same for whoever has the lock already.
    pub(super) fn take_out(&self, run: &str) -> Result<bool, HostError> {
        let sql = "DELETE FROM run WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM record WHERE run = ?1)";
        let files = "DELETE FROM file WHERE run = ?1 AND NOT EXISTS (SELECT 1 FROM record WHERE run = ?1)";
        // Where it began with the answers of a survey, that is open again.
        let survey = "UPDATE survey SET stage = 'open' WHERE run = ?1 AND stage = 'begun'";
        let gone = self.connection.unchecked_transaction().and_then(|transaction| {
            transaction.execute(files, [run])?;
            let gone = transaction.execute(sql, [run])?;
            if gone > 0 {
                transaction.execute(survey, [run])?;
            }
            transaction.commit().map(|()| gone)
        });
        Ok(gone.map_err(|e| self.fail(&e))? > 0)
    }

    /// Takes up a run. With `alone`, no other process may do the same until the host is dropped.
    ///
    /// # Errors
    /// When there is no such run, another process is at work on the journal, its records do not
    /// follow from each other, or its state does not follow from them.
    pub fn attach(self, checked: &Checked, run: &str, alone: bool) -> Result<SqliteHost, HostError> {
        let lock = if alone { Some(self.alone()?) } else { None };
        let (mut host, _) = self.read(checked, run)?;
        host.lock = lock;
        Ok(host)
    }

    /// Reads a run and its records.
    ///
    /// # Errors
    /// When there is no such run, its records do not follow from each other, or its state does not follow
    /// from them.
    pub fn read(self, checked: &Checked, run: &str) -> Result<(SqliteHost, Vec<Record>), HostError> {
        // One view of the file for all that is compared: other processes write meanwhile.
        self.view("BEGIN")?;
        let kept = Kept::read(&self.connection, &self.path, run, checked)?;
        let run = run.to_owned();
        let host =
            SqliteHost { run, draft: Draft::of(kept), store: self, lock: None, herald: None, desk: None };
        let records = host.verified()?;
        if replay(checked, &records) != *host.state() {
            return Err(HostError::Misfit(host.store.path));
        }
        host.store.view("COMMIT")?;
        Ok((host, records))
    }

    pub(super) fn view(&self, edge: &str) -> Result<(), HostError> {
        self.connection.execute_batch(edge).map_err(|e| self.fail(&e))
    }

    /// Lets nobody else carry on a run of this journal for as long as the file is open.
    ///
    /// # Errors
    /// When another process does.
    pub fn alone(&self) -> Result<File, HostError> {
        let mut path = self.path.clone().into_os_string();
        path.push(".lock");
        let io = |e: std::io::Error| HostError::Journal { path: self.path.clone(), cause: e.to_string() };
        let file = private::open(Path::new(&path)).map_err(io)?;
        if locked(&file, MOMENT).map_err(io)? { Ok(file) } else { Err(HostError::Busy(self.path.clone())) }
    }
}
