//! The embedded host: one SQLite file, one transaction for whatever is said at the same time.

use std::fs::File;

use crate::{
    check::Checked,
    transition::{command::Command, event::Record, next::Verdict, state::State},
};

use super::{
    Host, HostError,
    chain::{link, origin},
    desk::Desk,
    held::Draft,
    kept::{Body, bodies, head},
    notice::Herald,
    sheet::{Row, Sheet},
};

pub use super::store::{Pinned, Store, run_id};

/// One run in a journal file.
#[derive(Debug)]
pub struct SqliteHost {
    pub(super) store: Store,
    pub(super) run: String,
    /// What is durable of it, and what is held back.
    pub(super) draft: Draft,
    /// Held for as long as the run is worked on.
    pub(super) lock: Option<File>,
    /// Says what people are to be told; without one, nobody is.
    pub(super) herald: Option<Box<dyn Herald>>,
    /// Where it writes beside others of this process; without one it writes alone.
    pub(super) desk: Option<Desk>,
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

    fn follows(&self, bodies: &[Body]) -> Result<(), HostError> {
        let pinned = self.store.pinned(&self.run)?;
        let mut before =
            pinned.map(|p| origin(&p.run, &p.plan.to_string(), &p.site.to_string())).unwrap_or_default();
        for (position, body, digest) in bodies {
            before = link(&before, *position, body);
            if before != *digest {
                return Err(HostError::Broken { path: self.store.path.clone(), position: *position });
            }
        }
        if before != self.draft.kept.head {
            return Err(HostError::Broken { path: self.store.path.clone(), position: -1 });
        }
        Ok(())
    }

    fn parsed(&self, bodies: Vec<Body>) -> Result<Vec<Record>, HostError> {
        let misfit = |_| HostError::Misfit(self.store.path.clone());
        bodies.into_iter().map(|(_, body, _)| serde_json::from_str(&body).map_err(misfit)).collect()
    }

    fn bodies(&self, run: &str) -> Result<Vec<Body>, HostError> {
        bodies(&self.store.connection, run, 0).map_err(|e| self.store.fail(&e))
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

impl Host for SqliteHost {
    fn run(&self) -> &str {
        &self.run
    }

    fn state(&self) -> &State {
        &self.draft.state
    }

    fn refresh(&mut self, checked: &Checked) -> Result<bool, HostError> {
        let found = head(&self.store.connection, &self.run).map_err(|e| self.store.fail(&e))?;
        let none = || HostError::NoRun { path: self.store.path.clone(), run: self.run.clone() };
        if found.ok_or_else(none)? == self.draft.kept.head {
            return Ok(false);
        }
        if self.draft.is_empty() {
            let Store { connection, path } = &self.store;
            let kept = self.draft.kept.clone().caught_up(connection, path, &self.run, checked)?;
            self.draft.state.clone_from(&kept.state);
            self.draft.kept = kept;
        } else {
            // What is held back counts on top of that, or not at all.
            self.write(checked, None)?;
        }
        Ok(true)
    }

    fn submit(&mut self, checked: &Checked, record: &Record) -> Result<Verdict, HostError> {
        // The state may have moved since it was read: what counts is read inside the transaction.
        let verdict = self.write(checked, Some(record))?;
        verdict.ok_or_else(|| HostError::Misfit(self.store.path.clone()))
    }

    fn take(&mut self, checked: &Checked, record: &Record) -> Result<Verdict, HostError> {
        self.draft.take(&self.store.path, (checked, self.herald.is_some()), record)
    }

    fn keep(&mut self, checked: &Checked) -> Result<usize, HostError> {
        if !self.draft.is_empty() {
            self.write(checked, None)?;
        }
        Ok(self.draft.dropped())
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
        Ok(self.draft.unsettled(commands))
    }

    fn settle(&mut self, command: &Command) -> Result<(), HostError> {
        if !self.draft.is_empty() {
            self.draft.settle(command);
            return Ok(());
        }
        let (run, rows) = (self.run.clone(), vec![Row::Settled { id: command.id() }]);
        let sheet = Sheet { run, after: None, rows, stands: None };
        match &self.desk {
            Some(desk) => desk.post(sheet).map(|_| ()),
            None => sheet.write(&self.store.connection).map(|_| ()).map_err(|e| self.store.fail(&e)),
        }
    }

    fn records(&self) -> Result<Vec<Record>, HostError> {
        let mut records = self.records_of(&self.run)?;
        records.extend(self.draft.records());
        Ok(records)
    }
}
