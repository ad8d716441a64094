//! The embedded host: one SQLite file, one transaction an event.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use crate::{
    check::Checked,
    transition::{
        command::Command,
        event::Record,
        next::{Verdict, next},
        snapshot::Snapshot,
        state::State,
    },
    world::material::Fingerprint,
};

use super::{
    Host, HostError,
    chain::{link, origin},
    schema::{CREATE, VERSION},
};

/// A journal file, open.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    connection: Connection,
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

impl Store {
    /// Opens a journal, or makes an empty one (0600).
    ///
    /// # Errors
    /// When the file cannot be opened, is no journal or one of another version.
    pub fn open(path: &Path) -> Result<Self, HostError> {
        let fail = |cause: String| HostError::Journal { path: path.to_owned(), cause };
        // SQLite would make the file with the mode of the umask.
        OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(path)
            .map_err(|e| fail(format!("cannot be opened: {e}")))?;
        let connection = Connection::open(path).map_err(|e| fail(e.to_string()))?;
        let store = Self { path: path.to_owned(), connection };
        store.prepare()?;
        Ok(store)
    }

    fn prepare(&self) -> Result<(), HostError> {
        self.connection
            .execute_batch("PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;")
            .map_err(|e| self.fail(&e))?;
        // Two that begin at once both find the file empty: the second one looks again, alone.
        if self.is_empty()? {
            let transaction = Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate)
                .map_err(|e| self.fail(&e))?;
            if self.is_empty()? {
                let batch = format!("{CREATE} INSERT INTO meta VALUES ('schema', '{VERSION}');");
                transaction.execute_batch(&batch).map_err(|e| self.fail(&e))?;
            }
            transaction.commit().map_err(|e| self.fail(&e))?;
        }
        let found: Option<String> = self
            .connection
            .query_row("SELECT value FROM meta WHERE name = 'schema'", [], |row| row.get(0))
            .optional()
            .map_err(|e| self.fail(&e))?;
        let found = found.unwrap_or_else(|| "none".to_owned());
        if found == VERSION.to_string() {
            return Ok(());
        }
        Err(HostError::Version { path: self.path.clone(), found, known: VERSION })
    }

    fn is_empty(&self) -> Result<bool, HostError> {
        self.connection
            .query_row("SELECT count(*) = 0 FROM sqlite_schema", [], |row| row.get(0))
            .map_err(|e| self.fail(&e))
    }

    fn fail(&self, error: &rusqlite::Error) -> HostError {
        HostError::Journal { path: self.path.clone(), cause: error.to_string() }
    }

    /// The runs of this journal, the youngest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn runs(&self) -> Result<Vec<Pinned>, HostError> {
        let sql = "SELECT id, started, plan_name, plan_file, plan_text, plan_digest, site_digest, parameters, finished
                   FROM run ORDER BY started DESC, id DESC";
        let mut statement = self.connection.prepare(sql).map_err(|e| self.fail(&e))?;
        let rows = statement
            .query_map([], |row| {
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
        let state = Snapshot::of(checked, &State::new(checked));
        let state = serde_json::to_string(&state).unwrap_or_default();
        let parameters = serde_json::to_string(&pinned.parameters).unwrap_or_default();
        let head = origin(&pinned.run, &pinned.plan.to_string(), &pinned.site.to_string());
        let done = self.connection.execute(
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
        );
        done.map(|_| ()).map_err(|e| self.fail(&e))
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
        let _alone = self.lock()?;
        let sql = "DELETE FROM run WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM record WHERE run = ?1)";
        let gone = self.connection.execute(sql, [run]).map_err(|e| self.fail(&e))?;
        Ok(gone > 0)
    }

    /// Takes up a run. With `alone`, no other process may do the same until the host is dropped.
    ///
    /// # Errors
    /// When there is no such run, another process is at work on the journal, or its records do not
    /// follow from each other.
    pub fn attach(self, checked: &Checked, run: &str, alone: bool) -> Result<SqliteHost, HostError> {
        let lock = if alone { Some(self.lock()?) } else { None };
        let mut host = SqliteHost {
            run: run.to_owned(),
            state: State::new(checked),
            head: String::new(),
            store: self,
            lock,
        };
        host.refresh(checked)?;
        host.verify()?;
        Ok(host)
    }

    fn lock(&self) -> Result<File, HostError> {
        let mut path = self.path.clone().into_os_string();
        path.push(".lock");
        let io = |e: std::io::Error| HostError::Journal { path: self.path.clone(), cause: e.to_string() };
        let file = OpenOptions::new().create(true).append(true).mode(0o600).open(&path).map_err(io)?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(std::fs::TryLockError::WouldBlock) => Err(HostError::Busy(self.path.clone())),
            Err(std::fs::TryLockError::Error(error)) => Err(io(error)),
        }
    }
}

/// One run in a journal file.
#[derive(Debug)]
pub struct SqliteHost {
    store: Store,
    run: String,
    state: State,
    head: String,
    #[expect(dead_code, reason = "held for as long as the run is worked on")]
    lock: Option<File>,
}

impl SqliteHost {
    /// Whether every record follows from the one before.
    ///
    /// # Errors
    /// The first that does not.
    pub fn verify(&self) -> Result<(), HostError> {
        let pinned = self.store.runs()?.into_iter().find(|p| p.run == self.run);
        let mut before =
            pinned.map(|p| origin(&p.run, &p.plan.to_string(), &p.site.to_string())).unwrap_or_default();
        for (position, body, digest) in self.bodies()? {
            before = link(&before, position, &body);
            if before != digest {
                return Err(HostError::Broken { path: self.store.path.clone(), position });
            }
        }
        if before != self.head {
            return Err(HostError::Broken { path: self.store.path.clone(), position: -1 });
        }
        Ok(())
    }

    fn bodies(&self) -> Result<Vec<(i64, String, String)>, HostError> {
        let sql = "SELECT position, body, digest FROM record WHERE run = ?1 ORDER BY position";
        let mut statement = self.store.connection.prepare(sql).map_err(|e| self.store.fail(&e))?;
        let rows = statement
            .query_map([&self.run], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .map_err(|e| self.store.fail(&e))?;
        rows.collect::<Result<_, _>>().map_err(|e| self.store.fail(&e))
    }
}

impl Host for SqliteHost {
    fn run(&self) -> &str {
        &self.run
    }

    fn state(&self) -> &State {
        &self.state
    }

    fn refresh(&mut self, checked: &Checked) -> Result<bool, HostError> {
        let row: Option<(String, String)> = self
            .store
            .connection
            .query_row("SELECT state, head FROM run WHERE id = ?1", [&self.run], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()
            .map_err(|e| self.store.fail(&e))?;
        let (state, head) =
            row.ok_or_else(|| HostError::NoRun { path: self.store.path.clone(), run: self.run.clone() })?;
        if head == self.head {
            return Ok(false);
        }
        let misfit = || HostError::Misfit(self.store.path.clone());
        let snapshot: Snapshot = serde_json::from_str(&state).map_err(|_| misfit())?;
        self.state = snapshot.restore(checked).ok_or_else(misfit)?;
        self.head = head;
        Ok(true)
    }

    fn submit(&mut self, checked: &Checked, record: &Record) -> Result<Verdict, HostError> {
        let path = self.store.path.clone();
        let fail = |e: rusqlite::Error| HostError::Journal { path: path.clone(), cause: e.to_string() };
        // The state may have moved since it was read: what counts is read inside the transaction.
        let transaction =
            self.store.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(fail)?;
        let (stored, head): (String, String) = transaction
            .query_row("SELECT state, head FROM run WHERE id = ?1", [&self.run], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .map_err(fail)?;
        if head != self.head {
            let misfit = || HostError::Misfit(path.clone());
            let snapshot: Snapshot = serde_json::from_str(&stored).map_err(|_| misfit())?;
            self.state = snapshot.restore(checked).ok_or_else(misfit)?;
            self.head = head;
        }
        let mut state = self.state.clone();
        let verdict = next(checked, &mut state, record);
        let Verdict::Applied(commands) = &verdict else { return Ok(verdict) };
        let position: i64 = transaction
            .query_row("SELECT count(*) FROM record WHERE run = ?1", [&self.run], |row| row.get(0))
            .map_err(fail)?;
        let body = serde_json::to_string(record).unwrap_or_default();
        let digest = link(&self.head, position, &body);
        transaction
            .execute("INSERT INTO record VALUES (?1, ?2, ?3, ?4)", params![self.run, position, body, digest])
            .map_err(fail)?;
        for command in commands {
            let text = serde_json::to_string(command).unwrap_or_default();
            transaction
                .execute(
                    "INSERT OR IGNORE INTO outbox (run, id, command) VALUES (?1, ?2, ?3)",
                    params![self.run, command.id(), text],
                )
                .map_err(fail)?;
        }
        let snapshot = serde_json::to_string(&Snapshot::of(checked, &state)).unwrap_or_default();
        transaction
            .execute(
                "UPDATE run SET state = ?2, head = ?3, finished = ?4 WHERE id = ?1",
                params![self.run, snapshot, digest, state.is_finished()],
            )
            .map_err(fail)?;
        transaction.commit().map_err(fail)?;
        self.state = state;
        self.head = digest;
        Ok(verdict)
    }

    fn outbox(&self) -> Result<Vec<Command>, HostError> {
        let sql = "SELECT command FROM outbox WHERE run = ?1 ORDER BY number";
        let mut statement = self.store.connection.prepare(sql).map_err(|e| self.store.fail(&e))?;
        let rows = statement
            .query_map([&self.run], |row| row.get::<_, String>(0))
            .map_err(|e| self.store.fail(&e))?;
        let mut commands = Vec::new();
        for row in rows {
            let text = row.map_err(|e| self.store.fail(&e))?;
            let misfit = |_| HostError::Misfit(self.store.path.clone());
            commands.push(serde_json::from_str(&text).map_err(misfit)?);
        }
        Ok(commands)
    }

    fn settle(&mut self, command: &Command) -> Result<(), HostError> {
        let done = self
            .store
            .connection
            .execute("DELETE FROM outbox WHERE run = ?1 AND id = ?2", params![self.run, command.id()]);
        done.map(|_| ()).map_err(|e| self.store.fail(&e))
    }

    fn records(&self) -> Result<Vec<Record>, HostError> {
        let misfit = |_| HostError::Misfit(self.store.path.clone());
        self.bodies()?.into_iter().map(|(_, body, _)| serde_json::from_str(&body).map_err(misfit)).collect()
    }
}
