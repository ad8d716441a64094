//! What people are to be told of a run, taken down in the same act as the event that brings it about.
//!
//! What is asked of somebody stays open until it is asked no more; what is told is told once. What it says is
//! known to the [`Herald`] alone: here it is a text.

use std::{fmt::Debug, path::Path};

use jiff::Timestamp;
use rusqlite::{Connection, params};

use crate::{
    check::Checked,
    transition::{event::Record, state::State},
    world::material::Fingerprint,
};

use super::{Host, HostError, leg, sqlite::SqliteHost, store::failure, survey::Survey};

/// What somebody is asked, or told, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tiding {
    /// What it is about: while something with this key is asked at an address, it is not asked again.
    pub key: String,
    /// In a word: see the herald.
    pub kind: &'static str,
    /// The step that it is about; empty for the run.
    pub step: String,
    /// The role that is told; empty for whoever looks after the run.
    pub role: String,
    /// By which channel of the site.
    pub channel: String,
    /// To which address; empty where the channel has one end only.
    pub address: String,
    /// What it says.
    pub body: String,
}

/// A moment of a run.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    /// The run, or the part of it.
    pub run: &'a str,
    /// The plan.
    pub checked: &'a Checked,
    /// Where it stood.
    pub before: &'a State,
    /// Where it stands.
    pub after: &'a State,
    /// What brought it there; nothing where only time has passed.
    pub record: Option<&'a Record>,
    /// The time.
    pub now: Timestamp,
}

/// Says what people are to be told.
pub trait Herald: Debug + Send {
    /// What is asked of people where a run stands.
    fn asked(&self, run: &str, checked: &Checked, state: &State, now: Timestamp) -> Vec<Tiding>;

    /// What they are told once, because of what happened.
    fn told(&self, moment: &Moment<'_>) -> Vec<Tiding>;

    /// The role that has done by this event what was asked of it about this step: nobody tells it that it is asked
    /// no more.
    fn answered<'r>(&self, record: &'r Record) -> Option<(&'r str, &'r str)>;

    /// What is asked of people by a survey.
    fn surveyed(&self, survey: &Survey, now: Timestamp) -> Vec<Tiding>;

    /// The text that takes back what was asked.
    fn taken_back(&self, body: &str, now: Timestamp) -> String;

    /// The word for what is asked, and for what takes it back.
    fn words(&self) -> (&'static str, &'static str);
}

/// What is open at a run: number, key, step, role, channel, address, body, and whether a letter has it.
type Open = (i64, String, String, String, String, String, String, bool);

/// Takes down what people are to be told at a moment; `goes_on` is asked of them beside.
pub(super) fn take_down(
    transaction: &Connection,
    path: &Path,
    herald: &dyn Herald,
    moment: &Moment<'_>,
    goes_on: &[Tiding],
) -> Result<(), HostError> {
    let fail = |e: rusqlite::Error| failure(path, &e);
    if !moment.after.started {
        return Ok(());
    }
    let run = leg::run(moment.run);
    let mut wanted = herald.asked(run, moment.checked, moment.after, moment.now);
    wanted.extend_from_slice(goes_on);
    let answered = moment.record.and_then(|record| herald.answered(record));
    let has_answered = |role: &str, step: &str| answered == Some((role, step));
    let back = |body: &str| herald.taken_back(body, moment.now);
    matched(transaction, run, &wanted, (herald.words(), &has_answered, &back)).map_err(fail)?;
    for tiding in herald.told(moment) {
        insert(transaction, run, &tiding, false).map_err(fail)?;
    }
    Ok(())
}

/// How what was asked is taken back: the words for both, whether a role has answered about a step, and the text.
pub(super) type Back<'a> =
    ((&'static str, &'static str), &'a dyn Fn(&str, &str) -> bool, &'a dyn Fn(&str) -> String);

/// Lets exactly this be asked of people for a run: what else was is taken back, and what was not is asked.
pub(super) fn matched(
    transaction: &Connection,
    run: &str,
    wanted: &[Tiding],
    ((asks, takes_back), has_answered, back): Back<'_>,
) -> Result<(), rusqlite::Error> {
    let open = open(transaction, run)?;
    let is_at = |tiding: &Tiding, open: &Open| {
        tiding.key == open.1 && tiding.channel == open.4 && tiding.address == open.5
    };
    for one in open.iter().filter(|one| wanted.iter().all(|tiding| !is_at(tiding, one))) {
        let (number, key, step, role, channel, address, body, is_in_a_letter) = one;
        // What nobody has heard of need not be taken back, nor what is done.
        if *is_in_a_letter && !has_answered(role, step) {
            let tiding = Tiding {
                key: key.clone(),
                kind: takes_back,
                step: step.clone(),
                role: role.clone(),
                channel: channel.clone(),
                address: address.clone(),
                body: back(body),
            };
            insert(transaction, run, &tiding, false)?;
        }
        let sql = if *is_in_a_letter {
            "UPDATE notice SET open = 0 WHERE number = ?1"
        } else {
            "DELETE FROM notice WHERE number = ?1"
        };
        transaction.execute(sql, [number])?;
    }
    for tiding in wanted.iter().filter(|tiding| open.iter().all(|one| !is_at(tiding, one))) {
        insert(transaction, run, &Tiding { kind: asks, ..tiding.clone() }, true)?;
    }
    Ok(())
}

fn open(transaction: &Connection, run: &str) -> Result<Vec<Open>, rusqlite::Error> {
    let sql = "SELECT number, key, step, role, channel, address, body, letter IS NOT NULL
               FROM notice WHERE run = ?1 AND open ORDER BY number";
    let mut statement = transaction.prepare_cached(sql)?;
    let rows = statement.query_map([run], |row| {
        Ok((
            row.get(0)?,
            row.get(1)?,
            row.get(2)?,
            row.get(3)?,
            row.get(4)?,
            row.get(5)?,
            row.get(6)?,
            row.get(7)?,
        ))
    })?;
    rows.collect()
}

/// Puts it down under an id that is made of what it is and of how often the same was put down before.
pub(super) fn insert(
    transaction: &Connection,
    run: &str,
    tiding: &Tiding,
    is_open: bool,
) -> Result<(), rusqlite::Error> {
    let Tiding { key, kind, step, role, channel, address, body } = tiding;
    let before: i64 = transaction.query_row(
        "SELECT count(*) FROM notice WHERE run = ?1 AND key = ?2 AND kind = ?3 AND channel = ?4 AND address = ?5",
        params![run, key, kind, channel, address],
        |row| row.get(0),
    )?;
    let name = format!("keyroll notice\n{run}\n{key}\n{kind}\n{channel}\n{address}\n{before}");
    let id = Fingerprint::of(name.as_bytes()).to_string();
    let sql = "INSERT INTO notice (run, id, key, kind, step, role, channel, address, body, open)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    let row = params![run, id, key, kind, step, role, channel, address, body, is_open];
    transaction.execute(sql, row).map(|_| ())
}

impl SqliteHost {
    /// Lets this herald say what people are to be told of whatever comes to the record.
    pub fn told_by(&mut self, herald: Box<dyn Herald>) {
        self.herald = Some(herald);
    }

    /// Takes down what people are to be told although nothing happened: because a time has come, or because of
    /// `more`, each of which is told once under its key.
    ///
    /// # Errors
    /// When the file cannot be written; then nothing happened.
    pub fn tell(&mut self, checked: &Checked, now: Timestamp, more: &[Tiding]) -> Result<(), HostError> {
        if self.herald.is_none() {
            return Ok(());
        }
        // Where the run stands is read inside of the transaction: others may act meanwhile.
        self.store.view("BEGIN IMMEDIATE")?;
        let told = self.refresh(checked).and_then(|_| self.tell_now(checked, now, more));
        let ended = self.store.view(if told.is_ok() { "COMMIT" } else { "ROLLBACK" });
        told.and(ended)
    }

    fn tell_now(&self, checked: &Checked, now: Timestamp, more: &[Tiding]) -> Result<(), HostError> {
        let Some(herald) = &self.herald else { return Ok(()) };
        let connection = &self.store.connection;
        let (before, after) = (&self.draft.state, &self.draft.state);
        let moment = Moment { run: &self.run, checked, before, after, record: None, now };
        take_down(connection, &self.store.path, herald.as_ref(), &moment, &[])?;
        let run = leg::run(&self.run);
        let known = "SELECT EXISTS (SELECT 1 FROM notice
                     WHERE run = ?1 AND key = ?2 AND kind = ?3 AND channel = ?4 AND address = ?5)";
        for tiding in more.iter().filter(|_| after.started) {
            let row = params![run, tiding.key, tiding.kind, tiding.channel, tiding.address];
            let is_known: bool =
                connection.query_row(known, row, |row| row.get(0)).map_err(|e| self.store.fail(&e))?;
            if !is_known {
                insert(connection, run, tiding, false).map_err(|e| self.store.fail(&e))?;
            }
        }
        Ok(())
    }
}
