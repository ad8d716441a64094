//! What is durable of a run: read once from the state that is written, and followed from there record by record.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension};

use crate::{
    check::Checked,
    transition::{event::Record, next::follow, snapshot::Snapshot, state::State},
};

use super::{HostError, chain::link, store::failure};

/// Up to so many bytes a state is written with each act.
const SMALL: usize = 16 * 1024;

/// So many bytes a record counts for where it is weighed against a state.
const RECORD: usize = 512;

/// What is durable of a run.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    /// Where it stands.
    pub(super) state: State,
    /// The digest of its last record.
    pub(super) head: String,
    /// How many records there are.
    pub(super) position: i64,
    /// After how many of them the state was written that lies in the file.
    pub(super) stated: i64,
    /// How long that state is, in bytes.
    pub(super) length: usize,
}

/// A record as it lies in the file: its position, its text and its digest.
pub(super) type Body = (i64, String, String);

/// The records of a run from a position on.
pub(super) fn bodies(connection: &Connection, run: &str, from: i64) -> Result<Vec<Body>, rusqlite::Error> {
    let sql = "SELECT position, body, digest FROM record WHERE run = ?1 AND position >= ?2 ORDER BY position";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map((run, from), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    rows.collect()
}

/// The digest of the last record of a run; nothing where there is no such run.
pub(super) fn head(connection: &Connection, run: &str) -> Result<Option<String>, rusqlite::Error> {
    let mut statement = connection.prepare_cached("SELECT head FROM run WHERE id = ?1")?;
    statement.query_row([run], |row| row.get(0)).optional()
}

/// After how many records the state in the file was written, where that is not its last record.
fn behind(connection: &Connection, run: &str) -> Result<Option<i64>, rusqlite::Error> {
    let known = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'behind')";
    // A journal that is only looked at may be one of an earlier version.
    if !connection.prepare_cached(known)?.query_row([], |row| row.get(0))? {
        return Ok(None);
    }
    let mut statement = connection.prepare_cached("SELECT position FROM behind WHERE run = ?1")?;
    statement.query_row([run], |row| row.get(0)).optional()
}

impl Kept {
    /// A run as it lies in the file.
    ///
    /// # Errors
    /// When there is no such run, or what lies there does not fit its plan or itself.
    pub(super) fn read(
        connection: &Connection,
        path: &Path,
        run: &str,
        checked: &Checked,
    ) -> Result<Self, HostError> {
        let fail = |e: rusqlite::Error| failure(path, &e);
        let misfit = || HostError::Misfit(path.to_owned());
        let row: Option<(String, String)> = connection
            .prepare_cached("SELECT state, head FROM run WHERE id = ?1")
            .and_then(|mut found| found.query_row([run], |row| Ok((row.get(0)?, row.get(1)?))).optional())
            .map_err(fail)?;
        let (text, head) =
            row.ok_or_else(|| HostError::NoRun { path: path.to_owned(), run: run.to_owned() })?;
        let snapshot: Snapshot = serde_json::from_str(&text).map_err(|_| misfit())?;
        let state = snapshot.restore(checked).ok_or_else(misfit)?;
        let last = "SELECT coalesce(max(position) + 1, 0) FROM record WHERE run = ?1";
        let position: i64 = connection
            .prepare_cached(last)
            .and_then(|mut last| last.query_row([run], |row| row.get(0)))
            .map_err(fail)?;
        let length = text.len();
        let Some(stated) = behind(connection, run).map_err(fail)? else {
            return Ok(Self { state, head, position, stated: position, length });
        };
        // The digest at which the state was written is that of the record before.
        let before = "SELECT digest FROM record WHERE run = ?1 AND position = ?2";
        let written: Option<String> = connection
            .prepare_cached(before)
            .and_then(|mut found| found.query_row((run, stated - 1), |row| row.get(0)).optional())
            .map_err(fail)?;
        let kept = Self { state, head: written.ok_or_else(misfit)?, position: stated, stated, length };
        kept.caught_up(connection, path, run, checked)
    }

    /// The same with what has come to the record since.
    ///
    /// # Errors
    /// When that does not follow from what was there.
    pub(super) fn caught_up(
        mut self,
        connection: &Connection,
        path: &Path,
        run: &str,
        checked: &Checked,
    ) -> Result<Self, HostError> {
        let more = bodies(connection, run, self.position).map_err(|e| failure(path, &e))?;
        for (position, body, digest) in &more {
            if *position != self.position || link(&self.head, *position, body) != *digest {
                return Err(HostError::Broken { path: path.to_owned(), position: *position });
            }
            let record: Record =
                serde_json::from_str(body).map_err(|_| HostError::Misfit(path.to_owned()))?;
            let _applied = follow(checked, &mut self.state, &record);
            self.position += 1;
            self.head.clone_from(digest);
        }
        if more.is_empty() {
            return Err(HostError::Broken { path: path.to_owned(), position: self.position });
        }
        let stated = behind(connection, run).map_err(|e| failure(path, &e))?;
        self.stated = stated.unwrap_or(self.position);
        Ok(self)
    }

    /// Whether the state is to be written with the record that makes so many: a long one is, once the records since
    /// weigh half of it.
    pub(super) const fn is_due(&self, records: i64) -> bool {
        let since = records.saturating_sub(self.stated).unsigned_abs() as usize;
        // What is written first is the state after some record: the digest of that one tells that it is.
        self.length <= SMALL || self.stated == 0 || since.saturating_mul(RECORD) >= self.length / 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{plan::given::Given, source::Source};

    #[test]
    fn a_long_state_is_written_seldom_and_a_short_one_each_time() {
        let text = include_str!("../../plans/xml-signature/two-keys.renewal");
        let checked = crate::check::read(&Source::new("plan", text), &Given::default()).unwrap();
        let of = |length| Kept {
            state: State::new(&checked),
            head: String::new(),
            position: 10,
            stated: 10,
            length,
        };
        assert!(of(SMALL).is_due(11));
        let long = of(100 * RECORD);
        let first = (11..).find(|records| long.is_due(*records));
        assert_eq!(first, Some(60));
    }
}
