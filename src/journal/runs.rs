//! Which runs lie in a journal, and which of them is meant.

use std::collections::{BTreeMap, HashMap};

use crate::transition::{pause::Pause, snapshot::Snapshot};

use super::{
    HostError, leg,
    store::{Pinned, Store},
};

impl Store {
    /// The youngest run of which this is so, by its name and that of its plan; of a run that has left its plan, the
    /// part in which it goes on. Of no other run the plan is read.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn youngest(&self, fits: impl Fn(&str, &str) -> bool) -> Result<Option<Pinned>, HostError> {
        let sql = "SELECT id, plan_name FROM run ORDER BY started DESC, id DESC";
        let read = |statement: &mut rusqlite::Statement<'_>| {
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect::<Result<Vec<(String, String)>, _>>()
        };
        let names = self.connection.prepare(sql).and_then(|mut statement| read(&mut statement));
        let names = names.map_err(|e| self.fail(&e))?;
        let mut last: HashMap<&str, u32> = HashMap::new();
        for (run, _) in &names {
            let last = last.entry(leg::run(run)).or_default();
            *last = leg::number(run).max(*last);
        }
        let is_last = |run: &str| last.get(leg::run(run)) == Some(&leg::number(run));
        let found = names.iter().find(|(run, plan)| is_last(run) && fits(run, plan));
        found.map_or(Ok(None), |(run, _)| self.pinned(run))
    }

    /// A run by its name or that of one of its parts: the part in which it goes on. No other run is looked at.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn named(&self, run: &str) -> Result<Option<Pinned>, HostError> {
        let mut part = leg::run(run).to_owned();
        let mut found = self.pinned(&part)?;
        while found.is_some() {
            part = leg::after(&part);
            match self.pinned(&part)? {
                Some(later) => found = Some(later),
                None => break,
            }
        }
        Ok(found)
    }

    /// Waits until whoever is writing now has written, so that it can be read.
    ///
    /// # Errors
    /// When that takes too long.
    pub fn settled(&self) -> Result<(), HostError> {
        self.view("BEGIN IMMEDIATE; COMMIT")
    }

    /// The runs that are under way, each by the part in which it goes on, with how many records that has.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn under_way(&self) -> Result<BTreeMap<String, i64>, HostError> {
        let sql = "SELECT id, (SELECT coalesce(max(position) + 1, 0) FROM record WHERE record.run = run.id)
                   FROM run WHERE finished = 0";
        let mut statement = self.connection.prepare_cached(sql).map_err(|e| self.fail(&e))?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
        rows.and_then(Iterator::collect).map_err(|e| self.fail(&e))
    }

    /// The runs of this journal, the youngest first. Of a run that has left its plan, the part in which it goes on.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn runs(&self) -> Result<Vec<Pinned>, HostError> {
        let mut runs = self.rows("ORDER BY started DESC, id DESC", [])?;
        let mut last: BTreeMap<String, u32> = BTreeMap::new();
        for row in &runs {
            let last = last.entry(leg::run(&row.run).to_owned()).or_default();
            *last = leg::number(&row.run).max(*last);
        }
        runs.retain(|row| last.get(leg::run(&row.run)) == Some(&leg::number(&row.run)));
        Ok(runs)
    }

    /// What a run stands still for, or once did.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn pauses(&self, run: &str) -> Result<Vec<Pause>, HostError> {
        let sql = "SELECT state FROM run WHERE id = ?1";
        let state: String =
            self.connection.query_row(sql, [run], |row| row.get(0)).map_err(|e| self.fail(&e))?;
        // However seldom a state is written, it is where its pauses change.
        let state: Snapshot =
            serde_json::from_str(&state).map_err(|_| HostError::Misfit(self.path.clone()))?;
        Ok(state.pauses)
    }
}
