//! What a run writes, ready to be written: rows as they will lie in the file. Who writes them needs neither the run nor
//! its plan.

use rusqlite::{Connection, params};

use super::{
    kept::head,
    schema::{BEHIND, RAISE},
};

/// A row, or one that goes.
#[derive(Debug)]
pub(super) enum Row {
    /// A record, with its position and its digest.
    Record { position: i64, body: String, digest: String },
    /// A command that is to be carried out, by its id.
    Command { id: String, text: String },
    /// A command was carried out.
    Settled { id: String },
    /// The journal has this version from here on, if it has an earlier one.
    Version(u32),
}

/// Where a run stands after it.
#[derive(Debug)]
pub(super) struct Stands {
    /// The digest of its last record.
    pub(super) head: String,
    /// Whether it is over.
    pub(super) is_over: bool,
    /// Its state, where that is written.
    pub(super) text: Option<String>,
    /// After how many records the state was written last.
    pub(super) stated: i64,
    /// Whether there are records behind that one already.
    pub(super) was_behind: bool,
}

/// What a run writes in one act.
#[derive(Debug)]
pub(super) struct Sheet {
    /// The run.
    pub(super) run: String,
    /// The digest of the record that it follows; nothing where it follows none.
    pub(super) after: Option<String>,
    /// What is written.
    pub(super) rows: Vec<Row>,
    /// Where the run stands then; nothing where it stands where it stood.
    pub(super) stands: Option<Stands>,
}

/// What became of a sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Laid {
    /// It is written.
    Written,
    /// Others have written since, and it follows from what was before: nothing is written.
    Moved,
    /// There is no such run.
    Gone,
}

impl Sheet {
    /// Writes it, if the run stands where it is taken to stand; it is durable with the transaction.
    ///
    /// # Errors
    /// When the database refuses; then a part may be written.
    pub(super) fn write(&self, connection: &Connection) -> Result<Laid, rusqlite::Error> {
        if let Some(after) = &self.after {
            match head(connection, &self.run)? {
                None => return Ok(Laid::Gone),
                Some(found) if found != *after => return Ok(Laid::Moved),
                Some(_) => {}
            }
        }
        for row in &self.rows {
            self.row(connection, row)?;
        }
        self.stands.iter().try_for_each(|stands| self.stands(connection, stands))?;
        Ok(Laid::Written)
    }

    fn row(&self, connection: &Connection, row: &Row) -> Result<(), rusqlite::Error> {
        let run = &self.run;
        match row {
            Row::Record { position, body, digest } => connection
                .prepare_cached("INSERT INTO record VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![run, position, body, digest])
                .map(|_| ()),
            Row::Command { id, text } => connection
                .prepare_cached("INSERT OR IGNORE INTO outbox (run, id, command) VALUES (?1, ?2, ?3)")?
                .execute(params![run, id, text])
                .map(|_| ()),
            Row::Settled { id } => connection
                .prepare_cached("DELETE FROM outbox WHERE run = ?1 AND id = ?2")?
                .execute(params![run, id])
                .map(|_| ()),
            Row::Version(version) => raise(connection, *version),
        }
    }

    /// Writes where the run stands: the digest of its last record, and its state where that is due.
    fn stands(&self, connection: &Connection, stands: &Stands) -> Result<(), rusqlite::Error> {
        let (run, Stands { head, is_over, text, stated, was_behind }) = (&self.run, stands);
        if let Some(text) = text {
            connection
                .prepare_cached("UPDATE run SET state = ?2, head = ?3, finished = ?4 WHERE id = ?1")?
                .execute(params![run, text, head, is_over])?;
            if *was_behind {
                connection.prepare_cached("DELETE FROM behind WHERE run = ?1")?.execute([run])?;
            }
            return Ok(());
        }
        connection
            .prepare_cached("UPDATE run SET head = ?2, finished = ?3 WHERE id = ?1")?
            .execute(params![run, head, is_over])?;
        if !was_behind {
            raise(connection, BEHIND)?;
            connection.prepare_cached("INSERT INTO behind VALUES (?1, ?2)")?.execute(params![run, stated])?;
        }
        Ok(())
    }
}

/// Gives a journal a version, if it has an earlier one.
pub(super) fn raise(connection: &Connection, version: u32) -> Result<(), rusqlite::Error> {
    connection.prepare_cached(RAISE)?.execute([version.to_string()]).map(|_| ())
}
