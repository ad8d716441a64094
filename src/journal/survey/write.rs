//! Opening a survey, taking answers down, and ending it: each in one act, with what people are to be told of it.

use jiff::Timestamp;
use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use super::{CalledOff, Stage, Survey, read::Reader};
use crate::{
    check::Checked,
    journal::{
        HostError,
        notice::{Herald, Tiding, matched},
        schema::SURVEYED,
        sheet::raise,
        store::{Pinned, Store, failure, written},
    },
    transition::{event::Actor, why::Why},
};

/// Why an answer was not taken down.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The journal asks for no such run.
    #[error("nobody is asked anything for the run {0}")]
    None(String),
    /// The run has begun.
    #[error("the run {0} has begun with the answers that it had: an answer now would change nothing")]
    Begun(String),
    /// Somebody has called the survey off.
    #[error("the survey for {0} was called off")]
    CalledOff(String),
    /// The question is another one's, or the moment is not believed.
    #[error("{0}")]
    Why(#[from] Why),
}

/// What became of a run that was to begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    /// It is entered.
    Entered,
    /// Somebody has answered, begun it or called it off meanwhile: nothing was written.
    Moved,
}

impl Store {
    /// Lets somebody write, and makes it durable if all of it was.
    fn in_one_act<T>(
        &mut self,
        write: impl FnOnce(&Act<'_>) -> Result<T, HostError>,
    ) -> Result<T, HostError> {
        let path = self.path.clone();
        let fail = |e: rusqlite::Error| failure(&path, &e);
        let transaction =
            Transaction::new(&mut self.connection, TransactionBehavior::Immediate).map_err(fail)?;
        let done = write(&Act { reader: Reader { connection: &transaction, path: &path } })?;
        transaction.commit().map_err(fail)?;
        Ok(done)
    }

    /// Opens a survey. Where one of this plan is open already, it stays: what both ask goes on being asked and keeps its
    /// answers, and what it did not ask, or not so, is asked now. Says how it stands, and whether anything is new.
    ///
    /// # Errors
    /// When the file cannot be written; then nothing happened.
    pub fn open_survey(
        &mut self,
        new: &Survey,
        herald: Option<&dyn Herald>,
    ) -> Result<(Survey, bool), HostError> {
        self.in_one_act(|act| {
            let open = "WHERE plan_name = ?1 AND stage = 'open'";
            let found = act.reader.surveys(open, [&new.plan_name])?.into_iter().next();
            let before = found.as_ref();
            let is_new = before.is_none_or(|before| {
                (&before.plan_text, &before.plan_files, &before.given)
                    != (&new.plan_text, &new.plan_files, &new.given)
            });
            if let (Some(before), false) = (before, is_new) {
                return Ok((before.clone(), false));
            }
            let run = before.map_or(&new.run, |before| &before.run);
            act.put(run, new, before)?;
            let survey = act.survey(run)?;
            act.tell(&survey, None, (herald, new.opened))?;
            Ok((survey, true))
        })
    }

    /// Takes answers of an actor down, and says how the survey stands then. Those that are the same as the last ones are
    /// no new ones: without any new one nothing is written.
    ///
    /// # Errors
    /// When the file cannot be written; then nothing happened.
    pub fn answer(
        &mut self,
        run: &str,
        answers: &[(String, bool)],
        (by, because, at): (&Actor, Option<&str>, Timestamp),
        herald: Option<&dyn Herald>,
    ) -> Result<Result<(Survey, bool), Refused>, HostError> {
        self.in_one_act(|act| {
            let Some(survey) = act.reader.surveys("WHERE run = ?1", [run])?.pop() else {
                return Ok(Err(Refused::None(run.to_owned())));
            };
            let mut new = Vec::new();
            let mut checked = || -> Result<(), Refused> {
                match survey.stage {
                    Stage::Open => {}
                    Stage::Begun => return Err(Refused::Begun(run.to_owned())),
                    Stage::CalledOff => return Err(Refused::CalledOff(run.to_owned())),
                }
                if let Some(why) = survey.leap(at) {
                    return Err(why.into());
                }
                for (name, yes) in answers {
                    let asked = survey.own(name, by)?;
                    if asked.answers.last().is_none_or(|last| last.yes != *yes) {
                        new.push((asked, *yes));
                    }
                }
                Ok(())
            };
            if let Err(refused) = checked() {
                return Ok(Err(refused));
            }
            for (asked, yes) in &new {
                let sql = "INSERT INTO answer (run, question, role, text, yes, person, because, at)
                           VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
                let row =
                    params![run, asked.name, asked.role, asked.text, yes, by.person, because, at.to_string()];
                act.execute(sql, row)?;
            }
            let after = act.survey(run)?;
            act.tell(&after, Some(&by.role), (herald, at))?;
            Ok(Ok((after, !new.is_empty())))
        })
    }

    /// Calls an open survey off. Says whether it was open.
    ///
    /// # Errors
    /// When the file cannot be written; then nothing happened.
    pub fn call_off(
        &mut self,
        run: &str,
        how: &CalledOff,
        herald: Option<&dyn Herald>,
    ) -> Result<bool, HostError> {
        self.in_one_act(|act| {
            let how_text = written(act.reader.path, how)?;
            let sql =
                "UPDATE survey SET stage = 'called_off', called_off = ?2 WHERE run = ?1 AND stage = 'open'";
            let is_open = act.execute(sql, params![run, how_text])? > 0;
            if is_open {
                act.tell(&act.survey(run)?, None, (herald, how.at))?;
            }
            Ok(is_open)
        })
    }

    /// Enters the run of a survey, if nobody has answered since `last`, and ends the survey in the same act.
    ///
    /// # Errors
    /// When the file cannot be written; then nothing happened.
    pub fn begin(
        &mut self,
        checked: &Checked,
        (pinned, last): (&Pinned, i64),
        herald: Option<&dyn Herald>,
    ) -> Result<Begun, HostError> {
        let path = self.path.clone();
        let row = super::super::store::Entry::of(&path, checked, pinned)?;
        self.in_one_act(|act| {
            let sql = "UPDATE survey SET stage = 'begun' WHERE run = ?1 AND stage = 'open'
                       AND ?2 = (SELECT coalesce(max(number), 0) FROM answer WHERE answer.run = ?1)";
            if act.execute(sql, params![pinned.run, last])? == 0 {
                return Ok(Begun::Moved);
            }
            row.insert(act.reader.connection, pinned).map_err(|e| failure(&path, &e))?;
            act.tell(&act.survey(&pinned.run)?, None, (herald, pinned.started))?;
            Ok(Begun::Entered)
        })
    }
}

/// What is written in one act.
struct Act<'a> {
    reader: Reader<'a>,
}

impl Act<'_> {
    fn execute(&self, sql: &str, row: impl rusqlite::Params) -> Result<usize, HostError> {
        self.reader.connection.execute(sql, row).map_err(|e| failure(self.reader.path, &e))
    }

    fn survey(&self, run: &str) -> Result<Survey, HostError> {
        let found = self.reader.surveys("WHERE run = ?1", [run])?.pop();
        found.ok_or_else(|| HostError::Misfit(self.reader.path.to_owned()))
    }

    /// Puts down what is asked. Of what was asked before in the same words the moment stays.
    fn put(&self, run: &str, new: &Survey, before: Option<&Survey>) -> Result<(), HostError> {
        let files = written(self.reader.path, &new.plan_files)?;
        let given = written(self.reader.path, &new.given)?;
        raise(self.reader.connection, SURVEYED).map_err(|e| failure(self.reader.path, &e))?;
        let sql = "INSERT INTO survey VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'open', NULL,
                                              (SELECT coalesce(max(number), 0) FROM answer))
                   ON CONFLICT (run) DO UPDATE SET plan_file = ?3, plan_text = ?4, plan_files = ?5, given = ?6";
        let (name, file, text) = (&new.plan_name, &new.plan_file, &new.plan_text);
        self.execute(sql, params![run, name, file, text, files, given, new.opened.to_string()])?;
        self.execute("DELETE FROM question WHERE run = ?1", [run])?;
        let before = |name: &str, role: &str, text: &str| {
            let mut asked = before.into_iter().flat_map(|before| &before.asked);
            asked.find(|asked| (&*asked.name, &*asked.role, &*asked.text) == (name, role, text))
        };
        for (place, asked) in new.asked.iter().enumerate() {
            let since = before(&asked.name, &asked.role, &asked.text).map_or(asked.asked, |was| was.asked);
            let due = asked.due.duration_since(asked.asked);
            let due = since.saturating_add(due).unwrap_or(Timestamp::MAX);
            let holds = asked.holds.map(|holds| i64::try_from(holds.as_secs()).unwrap_or(i64::MAX));
            let place = i64::try_from(place).unwrap_or(i64::MAX);
            let (since, due) = (since.to_string(), due.to_string());
            let row =
                params![run, place, asked.name, asked.role, asked.text, asked.silence, since, due, holds];
            self.execute("INSERT INTO question VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)", row)?;
        }
        Ok(())
    }

    /// Takes down what people are to be told where a survey stands; `by` is the role that has answered.
    fn tell(
        &self,
        survey: &Survey,
        by: Option<&str>,
        (herald, now): (Option<&dyn Herald>, Timestamp),
    ) -> Result<(), HostError> {
        let Some(herald) = herald else { return Ok(()) };
        let wanted: Vec<Tiding> = match survey.stage {
            Stage::Open => herald.surveyed(survey, now),
            Stage::Begun | Stage::CalledOff => Vec::new(),
        };
        let has_answered = |role: &str, question: &str| {
            let is_it = |asked: &&super::Asked| asked.name == question && asked.role == role;
            by == Some(role) && survey.asked.iter().find(is_it).is_some_and(|asked| asked.counts().is_some())
        };
        let back = |body: &str| herald.taken_back(body, now);
        let connection: &Connection = self.reader.connection;
        let told = matched(connection, &survey.run, &wanted, (herald.words(), &has_answered, &back));
        told.map_err(|e| failure(self.reader.path, &e))
    }
}
