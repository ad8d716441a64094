//! Reading surveys and answers.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Answer, Asked, Stage, Survey};
use crate::journal::{
    HostError,
    sqlite::SqliteHost,
    store::{Store, failure},
};

impl Stage {
    /// The word for it in the journal.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Begun => "begun",
            Self::CalledOff => "called_off",
        }
    }

    fn of(word: &str) -> Option<Self> {
        [Self::Open, Self::Begun, Self::CalledOff].into_iter().find(|stage| stage.word() == word)
    }
}

/// What the columns of an answer are called.
const ANSWER: &str = "number, run, yes, person, because, at";

type Said = (i64, String, bool, Option<String>, Option<String>, String);

fn said(row: &Row<'_>) -> Result<Said, rusqlite::Error> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
}

/// Surveys as they lie in the file.
pub(super) struct Reader<'a> {
    pub(super) connection: &'a Connection,
    pub(super) path: &'a std::path::Path,
}

impl Reader<'_> {
    fn fail(&self, error: &rusqlite::Error) -> HostError {
        failure(self.path, error)
    }

    fn time(&self, text: &str) -> Result<Timestamp, HostError> {
        text.parse().map_err(|_| HostError::Misfit(self.path.to_owned()))
    }

    fn answer(&self, (_, run, yes, person, because, at): Said) -> Result<Answer, HostError> {
        Ok(Answer { run, yes, person, because, at: self.time(&at)? })
    }

    /// The surveys that a clause finds.
    pub(super) fn surveys(
        &self,
        clause: &str,
        parameters: impl rusqlite::Params,
    ) -> Result<Vec<Survey>, HostError> {
        let tables = "SELECT count(*) FROM sqlite_schema WHERE name IN ('survey', 'question', 'answer')";
        let tables: i64 =
            self.connection.query_row(tables, [], |row| row.get(0)).map_err(|e| self.fail(&e))?;
        // A journal that is only looked at may be one of an earlier version.
        if tables != 3 {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT run, plan_name, plan_file, plan_text, plan_files, given, opened, stage, called_off FROM survey {clause}"
        );
        type Columns = (String, String, String, String, String, String, String, String, Option<String>);
        let columns = |row: &Row<'_>| -> Result<Columns, rusqlite::Error> {
            Ok((
                row.get(0)?,
                row.get(1)?,
                row.get(2)?,
                row.get(3)?,
                row.get(4)?,
                row.get(5)?,
                row.get(6)?,
                row.get(7)?,
                row.get(8)?,
            ))
        };
        let mut statement = self.connection.prepare(&sql).map_err(|e| self.fail(&e))?;
        let rows: Result<Vec<Columns>, _> =
            statement.query_map(parameters, columns).and_then(Iterator::collect);
        let misfit = || HostError::Misfit(self.path.to_owned());
        let mut found = Vec::new();
        for row in rows.map_err(|e| self.fail(&e))? {
            let (run, plan_name, plan_file, plan_text, files, given, opened, stage, called_off) = row;
            let asked = self.asked(&run)?;
            let last = "SELECT coalesce(max(number), 0) FROM answer WHERE run = ?1";
            let last =
                self.connection.query_row(last, [&run], |row| row.get(0)).map_err(|e| self.fail(&e))?;
            let called_off = called_off.map(|text| serde_json::from_str(&text)).transpose();
            found.push(Survey {
                run,
                plan_name,
                plan_file,
                plan_text,
                plan_files: serde_json::from_str(&files).map_err(|_| misfit())?,
                given: serde_json::from_str(&given).map_err(|_| misfit())?,
                opened: self.time(&opened)?,
                stage: Stage::of(&stage).ok_or_else(misfit)?,
                called_off: called_off.map_err(|_| misfit())?,
                asked,
                last,
            });
        }
        Ok(found)
    }

    fn asked(&self, run: &str) -> Result<Vec<Asked>, HostError> {
        type Columns = (String, String, String, bool, String, String, Option<i64>);
        let sql =
            "SELECT name, role, text, silence, asked, due, holds FROM question WHERE run = ?1 ORDER BY place";
        let columns = |row: &Row<'_>| -> Result<Columns, rusqlite::Error> {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?))
        };
        let mut statement = self.connection.prepare_cached(sql).map_err(|e| self.fail(&e))?;
        let rows: Result<Vec<Columns>, _> = statement.query_map([run], columns).and_then(Iterator::collect);
        let mut found = Vec::new();
        for (name, role, text, silence, asked, due, holds) in rows.map_err(|e| self.fail(&e))? {
            let answers = self.answers(run, &name, (&role, &text))?;
            let earlier = self.earlier(run, (&role, &text))?;
            found.push(Asked {
                name,
                role,
                text,
                silence,
                asked: self.time(&asked)?,
                due: self.time(&due)?,
                holds: holds.and_then(|seconds| u64::try_from(seconds).ok()).map(Duration::from_secs),
                answers,
                earlier,
            });
        }
        Ok(found)
    }

    /// What a role answered to a question of a run. Of one that was put otherwise before, nothing counts.
    fn answers(
        &self,
        run: &str,
        question: &str,
        (role, text): (&str, &str),
    ) -> Result<Vec<Answer>, HostError> {
        let sql = format!(
            "SELECT {ANSWER} FROM answer WHERE run = ?1 AND question = ?2 AND role = ?3 AND text = ?4 ORDER BY number"
        );
        let mut statement = self.connection.prepare_cached(&sql).map_err(|e| self.fail(&e))?;
        let rows: Result<Vec<Said>, _> =
            statement.query_map(params![run, question, role, text], said).and_then(Iterator::collect);
        rows.map_err(|e| self.fail(&e))?.into_iter().map(|row| self.answer(row)).collect()
    }

    /// What a role answered last to the same question for a run that was asked for before this one.
    fn earlier(&self, run: &str, (role, text): (&str, &str)) -> Result<Option<Answer>, HostError> {
        let sql = format!(
            "SELECT {ANSWER} FROM answer WHERE run <> ?1 AND role = ?2 AND text = ?3
             AND number <= (SELECT answered FROM survey WHERE survey.run = ?1) ORDER BY number DESC LIMIT 1"
        );
        let mut statement = self.connection.prepare_cached(&sql).map_err(|e| self.fail(&e))?;
        let row = statement.query_row(params![run, role, text], said).optional();
        row.map_err(|e| self.fail(&e))?.map(|row| self.answer(row)).transpose()
    }
}

impl Store {
    /// The surveys that are open, the youngest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn open_surveys(&self) -> Result<Vec<Survey>, HostError> {
        self.surveys_where("WHERE stage = 'open' ORDER BY opened DESC, run DESC", [])
    }

    /// All surveys, the youngest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn surveys(&self) -> Result<Vec<Survey>, HostError> {
        self.surveys_where("ORDER BY opened DESC, run DESC", [])
    }

    /// The survey of a run.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn survey(&self, run: &str) -> Result<Option<Survey>, HostError> {
        let found = self.surveys_where("WHERE run = ?1", [crate::journal::leg::run(run)])?;
        Ok(found.into_iter().next())
    }

    fn surveys_where(
        &self,
        clause: &str,
        parameters: impl rusqlite::Params,
    ) -> Result<Vec<Survey>, HostError> {
        Reader { connection: &self.connection, path: &self.path }.surveys(clause, parameters)
    }
}

impl SqliteHost {
    /// The survey with whose answers this run began, where there was one.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn survey(&self) -> Result<Option<Survey>, HostError> {
        self.store.survey(&self.run)
    }
}
