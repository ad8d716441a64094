//! The embedded host: one SQLite file, one transaction an event.

use std::{fs::File, path::Path};

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use crate::{
    check::Checked,
    transition::{
        command::Command,
        event::{Event, Record},
        next::{Verdict, next},
        snapshot::Snapshot,
        state::State,
    },
};

use super::{
    Host, HostError,
    chain::{link, origin},
    notice::{Herald, Moment, take_down},
    schema::{PAUSED, RAISE},
    store::{failure, written},
};

pub use super::store::{Pinned, Store, run_id};

/// One run in a journal file.
#[derive(Debug)]
pub struct SqliteHost {
    pub(super) store: Store,
    pub(super) run: String,
    pub(super) state: State,
    pub(super) head: String,
    /// Held for as long as the run is worked on.
    pub(super) lock: Option<File>,
    /// Says what people are to be told; without one, nobody is.
    pub(super) herald: Option<Box<dyn Herald>>,
}

impl SqliteHost {
    /// Whether every record follows from the one before.
    ///
    /// # Errors
    /// The first that does not.
    pub fn verify(&self) -> Result<(), HostError> {
        self.follows(&self.bodies(&self.run)?)
    }

    /// The records, where each follows from the one before.
    ///
    /// # Errors
    /// The first that does not.
    pub(super) fn verified(&self) -> Result<Vec<Record>, HostError> {
        let bodies = self.bodies(&self.run)?;
        self.follows(&bodies)?;
        self.parsed(bodies)
    }

    fn follows(&self, bodies: &[(i64, String, String)]) -> Result<(), HostError> {
        let pinned = self.store.pinned(&self.run)?;
        let mut before =
            pinned.map(|p| origin(&p.run, &p.plan.to_string(), &p.site.to_string())).unwrap_or_default();
        for (position, body, digest) in bodies {
            before = link(&before, *position, body);
            if before != *digest {
                return Err(HostError::Broken { path: self.store.path.clone(), position: *position });
            }
        }
        if before != self.head {
            return Err(HostError::Broken { path: self.store.path.clone(), position: -1 });
        }
        Ok(())
    }

    fn parsed(&self, bodies: Vec<(i64, String, String)>) -> Result<Vec<Record>, HostError> {
        let misfit = |_| HostError::Misfit(self.store.path.clone());
        bodies.into_iter().map(|(_, body, _)| serde_json::from_str(&body).map_err(misfit)).collect()
    }

    fn bodies(&self, run: &str) -> Result<Vec<(i64, String, String)>, HostError> {
        let sql = "SELECT position, body, digest FROM record WHERE run = ?1 ORDER BY position";
        let mut statement = self.store.connection.prepare(sql).map_err(|e| self.store.fail(&e))?;
        let rows = statement
            .query_map([run], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .map_err(|e| self.store.fail(&e))?;
        rows.collect::<Result<_, _>>().map_err(|e| self.store.fail(&e))
    }

    /// The records of a part of a run.
    pub(super) fn records_of(&self, run: &str) -> Result<Vec<Record>, HostError> {
        self.parsed(self.bodies(run)?)
    }

    /// Takes the run out if it has not begun: nothing was recorded of it. Says whether it was so.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn withdraw(&mut self) -> Result<bool, HostError> {
        self.store.take_out(&self.run)
    }
}

impl Store {
    /// Whether something that was commanded by a run is not known to be carried out.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn has_commands(&self, run: &str) -> Result<bool, HostError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM outbox WHERE run = ?1)";
        self.connection.query_row(sql, [run], |row| row.get(0)).map_err(|e| self.fail(&e))
    }
}

/// Writes a record with the commands and the state that follow from it, and says its digest.
pub(super) fn append(
    transaction: &Connection,
    path: &Path,
    (run, head): (&str, &str),
    (record, commands): (&Record, &[Command]),
    (checked, state): (&Checked, &State),
) -> Result<String, HostError> {
    let fail = |e: rusqlite::Error| failure(path, &e);
    let position: i64 = transaction
        .prepare_cached("SELECT coalesce(max(position) + 1, 0) FROM record WHERE run = ?1")
        .and_then(|mut last| last.query_row([run], |row| row.get(0)))
        .map_err(fail)?;
    let body = written(path, record)?;
    let digest = link(head, position, &body);
    transaction
        .prepare_cached("INSERT INTO record VALUES (?1, ?2, ?3, ?4)")
        .and_then(|mut record| record.execute(params![run, position, body, digest]))
        .map_err(fail)?;
    for command in commands {
        let text = written(path, command)?;
        transaction
            .prepare_cached("INSERT OR IGNORE INTO outbox (run, id, command) VALUES (?1, ?2, ?3)")
            .and_then(|mut outbox| outbox.execute(params![run, command.id(), text]))
            .map_err(fail)?;
    }
    let snapshot = written(path, &Snapshot::of(checked, state))?;
    transaction
        .prepare_cached("UPDATE run SET state = ?2, head = ?3, finished = ?4 WHERE id = ?1")
        .and_then(|mut row| row.execute(params![run, snapshot, digest, state.is_over()]))
        .map_err(fail)?;
    Ok(digest)
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
        let fail = |e: rusqlite::Error| failure(&path, &e);
        // The state may have moved since it was read: what counts is read inside the transaction.
        let transaction =
            self.store.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(fail)?;
        // The sentences stay compiled: to read them anew takes a good part of an event.
        let (stored, head): (String, String) = transaction
            .prepare_cached("SELECT state, head FROM run WHERE id = ?1")
            .and_then(|mut found| found.query_row([&self.run], |row| Ok((row.get(0)?, row.get(1)?))))
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
        let digest =
            append(&transaction, &path, (&self.run, &self.head), (record, commands), (checked, &state))?;
        if let Some(herald) = &self.herald {
            let (before, after) = (&self.state, &state);
            let moment =
                Moment { run: &self.run, checked, before, after, record: Some(record), now: record.at };
            take_down(&transaction, &path, herald.as_ref(), &moment, &[])?;
        }
        if matches!(record.event, Event::Paused { .. } | Event::Resumed { .. }) {
            transaction.execute(RAISE, params![PAUSED.to_string()]).map_err(fail)?;
        }
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
        self.records_of(&self.run)
    }
}
