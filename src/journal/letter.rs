//! Letters: what has been put together for one address, and how its delivery stands. A letter keeps its id and its
//! text however often it is tried, so that whoever gets it twice knows it again.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, TransactionBehavior, params};
use serde::{Deserialize, Serialize};

use super::{HostError, leg, store::Store};

/// What waits to be put into a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Its number in the journal.
    pub number: i64,
    /// Its id.
    pub id: String,
    /// In a word.
    pub kind: String,
    /// By which channel.
    pub channel: String,
    /// To which address.
    pub address: String,
    /// What it says.
    pub body: String,
    /// Whether it was in a letter before, and is told again.
    pub again: bool,
}

/// One thing that a letter says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// The id of what it says.
    pub id: String,
    /// In a word.
    pub kind: String,
    /// Whether it was said before.
    pub again: bool,
    /// The text.
    pub body: String,
}

/// A letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Its id, in hexadecimal digits.
    pub id: String,
    /// By which channel it goes.
    pub channel: String,
    /// To which address.
    pub address: String,
    /// Of which kind it is: of each kind, an address gets one a day.
    pub kind: String,
    /// When it was put together.
    pub composed: Timestamp,
    /// What it says.
    pub said: Vec<Said>,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried next.
    pub due: Timestamp,
    /// When it was handed over.
    pub sent: Option<Timestamp>,
    /// Why it was not, the last time.
    pub fault: Option<String>,
}

/// How the delivery of what a role was told of a step stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// In a word what was told.
    pub kind: String,
    /// The step; empty for the run.
    pub step: String,
    /// The role; empty for whoever looks after the run.
    pub role: String,
    /// By which channel.
    pub channel: String,
    /// Its last letter, if it came into one.
    pub letter: Option<Letter>,
}

const COLUMNS: &str = "letter.id, letter.channel, letter.address, letter.kind, letter.composed, letter.bodies, \
                       letter.attempts, letter.due, letter.sent, letter.fault";

/// The columns of a letter as they lie in the file.
type Columns = (String, String, String, String, String, String, u32, String, Option<String>, Option<String>);

fn columns(row: &Row<'_>, first: usize) -> Result<Columns, rusqlite::Error> {
    Ok((
        row.get(first)?,
        row.get(first + 1)?,
        row.get(first + 2)?,
        row.get(first + 3)?,
        row.get(first + 4)?,
        row.get(first + 5)?,
        row.get(first + 6)?,
        row.get(first + 7)?,
        row.get(first + 8)?,
        row.get(first + 9)?,
    ))
}

impl Store {
    fn letter(&self, columns: Columns) -> Result<Letter, HostError> {
        let (id, channel, address, kind, composed, bodies, attempts, due, sent, fault) = columns;
        let misfit = || HostError::Misfit(self.path.clone());
        let time = |text: &str| text.parse::<Timestamp>().map_err(|_| misfit());
        Ok(Letter {
            id,
            channel,
            address,
            kind,
            composed: time(&composed)?,
            said: serde_json::from_str(&bodies).map_err(|_| misfit())?,
            attempts,
            due: time(&due)?,
            sent: sent.as_deref().map(time).transpose()?,
            fault,
        })
    }

    /// What waits to be put into a letter on a day: what was in none, and what is still asked and was in one that was
    /// handed over on an earlier day. What is in a letter that was not handed over yet does not wait.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn waiting(&self, day: &str) -> Result<Vec<Waiting>, HostError> {
        let sql =
            "SELECT number, notice.id, notice.kind, notice.channel, notice.address, body, notice.letter IS NOT NULL
                   FROM notice LEFT JOIN letter ON letter.id = notice.letter
                   WHERE notice.letter IS NULL OR (open AND substr(letter.sent, 1, 10) < ?1)
                   ORDER BY number";
        let mut statement = self.connection.prepare(sql).map_err(|e| self.fail(&e))?;
        let rows = statement.query_map([day], |row| {
            Ok(Waiting {
                number: row.get(0)?,
                id: row.get(1)?,
                kind: row.get(2)?,
                channel: row.get(3)?,
                address: row.get(4)?,
                body: row.get(5)?,
                again: row.get(6)?,
            })
        });
        rows.and_then(Iterator::collect).map_err(|e| self.fail(&e))
    }

    /// Whether an address is to get no other letter of this kind on a day: it got one, or one is still to go.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn has_letter(
        &self,
        (channel, address, kind): (&str, &str, &str),
        day: &str,
    ) -> Result<bool, HostError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM letter WHERE channel = ?1 AND address = ?2 AND kind = ?3
                   AND (sent IS NULL AND NOT needless OR substr(sent, 1, 10) = ?4))";
        let row = params![channel, address, kind, day];
        self.connection.query_row(sql, row, |row| row.get(0)).map_err(|e| self.fail(&e))
    }

    /// Puts a letter together, in one act with what it says.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn compose(&mut self, letter: &Letter, numbers: &[i64]) -> Result<(), HostError> {
        let bodies = super::store::written(&self.path, &letter.said)?;
        let path = self.path.clone();
        let fail = |e: rusqlite::Error| super::store::failure(&path, &e);
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(fail)?;
        let (composed, due) = (letter.composed.to_string(), letter.due.to_string());
        let row = params![letter.id, letter.channel, letter.address, letter.kind, composed, bodies, due];
        let sql = "INSERT INTO letter VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, NULL, NULL, 0)";
        transaction.execute(sql, row).map_err(fail)?;
        for number in numbers {
            let sql = "UPDATE notice SET letter = ?1 WHERE number = ?2";
            transaction.execute(sql, params![letter.id, number]).map_err(fail)?;
        }
        transaction.commit().map_err(fail)
    }

    /// The letters that are to go, the oldest first. One of which nothing is asked any more, and that says nothing
    /// else, is needless by now, and does not go.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn to_go(&self, asks: &str) -> Result<Vec<Letter>, HostError> {
        let needless = "UPDATE letter SET needless = 1 WHERE sent IS NULL AND NOT needless
                        AND EXISTS (SELECT 1 FROM notice WHERE notice.letter = letter.id)
                        AND NOT EXISTS (SELECT 1 FROM notice
                                        WHERE notice.letter = letter.id AND (open OR kind <> ?1))";
        self.connection.execute(needless, [asks]).map_err(|e| self.fail(&e))?;
        let sql =
            format!("SELECT {COLUMNS} FROM letter WHERE sent IS NULL AND NOT needless ORDER BY composed, id");
        let mut statement = self.connection.prepare(&sql).map_err(|e| self.fail(&e))?;
        let rows = statement.query_map([], |row| columns(row, 0)).map_err(|e| self.fail(&e))?;
        rows.map(|row| self.letter(row.map_err(|e| self.fail(&e))?)).collect()
    }

    /// When the next letter that was not handed over is tried again.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn next_try(&self) -> Result<Option<Timestamp>, HostError> {
        let sql = "SELECT min(due) FROM letter WHERE sent IS NULL AND NOT needless";
        let due: Option<String> =
            self.connection.query_row(sql, [], |row| row.get(0)).map_err(|e| self.fail(&e))?;
        due.map(|due| due.parse().map_err(|_| HostError::Misfit(self.path.clone()))).transpose()
    }

    /// Takes down how an attempt ended: handed over, or why not and when to try again.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn tried(
        &self,
        letter: &str,
        now: Timestamp,
        outcome: Result<(), (&str, Timestamp)>,
    ) -> Result<(), HostError> {
        let done = match outcome {
            Ok(()) => self.connection.execute(
                "UPDATE letter SET attempts = attempts + 1, sent = ?2, fault = NULL WHERE id = ?1",
                params![letter, now.to_string()],
            ),
            Err((fault, due)) => self.connection.execute(
                "UPDATE letter SET attempts = attempts + 1, fault = ?2, due = ?3 WHERE id = ?1",
                params![letter, fault, due.to_string()],
            ),
        };
        done.map(|_| ()).map_err(|e| self.fail(&e))
    }

    /// How the delivery of what people were told of a run stands, in the order in which it came up: of each role,
    /// step, kind and channel the last.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn deliveries(&self, run: &str) -> Result<Vec<Delivery>, HostError> {
        let tables = "SELECT count(*) FROM sqlite_schema WHERE name IN ('notice', 'letter')";
        let tables: Option<i64> =
            self.connection.query_row(tables, [], |row| row.get(0)).optional().map_err(|e| self.fail(&e))?;
        if tables != Some(2) {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT notice.kind, step, role, notice.channel, notice.letter IS NOT NULL, {COLUMNS}
             FROM notice LEFT JOIN letter ON letter.id = notice.letter
             WHERE number IN (SELECT max(number) FROM notice WHERE run = ?1
                              GROUP BY step, role, kind, channel, address)
             ORDER BY number"
        );
        let mut statement = self.connection.prepare(&sql).map_err(|e| self.fail(&e))?;
        let rows = statement.query_map([leg::run(run)], |row| {
            let is_in_a_letter: bool = row.get(4)?;
            let letter = if is_in_a_letter { Some(columns(row, 5)?) } else { None };
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, letter))
        });
        let rows = rows.map_err(|e| self.fail(&e))?;
        let mut found = Vec::new();
        for row in rows {
            let (kind, step, role, channel, letter) = row.map_err(|e| self.fail(&e))?;
            let letter = letter.map(|letter| self.letter(letter)).transpose()?;
            found.push(Delivery { kind, step, role, channel, letter });
        }
        Ok(found)
    }
}

impl super::sqlite::SqliteHost {
    /// How the delivery of what people were told of this run stands.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn deliveries(&self) -> Result<Vec<Delivery>, HostError> {
        self.store.deliveries(&self.run)
    }
}
