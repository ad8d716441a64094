//! A survey: what the roles of a plan are asked before its run begins, by when, and what they have answered.
//!
//! It has the name that the run will have. As long as it is open nothing of the run is recorded; the run is entered in
//! the same act that ends the survey. Answers are never changed and never taken out: a later one counts instead of an
//! earlier one, and both stay, for those who ask the same again.

mod read;
mod write;

use std::{collections::BTreeMap, time::Duration};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    plan::{answers::Answers, date::in_utc},
    transition::{event::Actor, why::Why},
};

pub use write::{Begun, Refused};

/// So long nobody may have looked at a survey that was due: a clock that says more is not believed.
const UNSEEN: SignedDuration = SignedDuration::from_hours(366 * 24);

/// A survey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survey {
    /// What the run will be called.
    pub run: String,
    /// The plan's name.
    pub plan_name: String,
    /// The file that the plan was read from.
    pub plan_file: String,
    /// The plan's text.
    pub plan_text: String,
    /// The texts of the files that it names, by their names.
    pub plan_files: BTreeMap<String, String>,
    /// What was answered on the command line or by the site when it was opened: nobody is asked for that.
    pub given: Answers,
    /// When it was opened.
    pub opened: Timestamp,
    /// How far it is.
    pub stage: Stage,
    /// Who called it off, when and why, where somebody did.
    pub called_off: Option<CalledOff>,
    /// What is asked, in the order of the plan.
    pub asked: Vec<Asked>,
    /// The number of its last answer in the journal; zero where there is none.
    pub last: i64,
}

/// How far a survey is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Answers are taken.
    Open,
    /// The run was entered with its answers.
    Begun,
    /// Somebody has called it off.
    CalledOff,
}

/// How a survey came to be called off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalledOff {
    /// Who had it so.
    pub by: Actor,
    /// Why.
    pub because: String,
    /// When.
    pub at: Timestamp,
}

/// A question of a survey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// What the plan calls it.
    pub name: String,
    /// The role that is asked.
    pub role: String,
    /// The question.
    pub text: String,
    /// What silence means.
    pub silence: bool,
    /// When it was asked.
    pub asked: Timestamp,
    /// By when it is to be answered.
    pub due: Timestamp,
    /// How long an answer of an earlier run counts, where it does.
    pub holds: Option<Duration>,
    /// What was answered, in the order in which it was taken down.
    pub answers: Vec<Answer>,
    /// What the same role answered to the same question the last time, for an earlier run.
    pub earlier: Option<Answer>,
}

/// An answer: a fact with its date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// For which run it was given.
    pub run: String,
    /// Whether it is yes.
    pub yes: bool,
    /// Who, as far as that was said.
    pub person: Option<String>,
    /// Why, as far as that was said.
    pub because: Option<String>,
    /// When it was taken down.
    pub at: Timestamp,
}

impl Asked {
    /// The answer that counts: the last one, or one for an earlier run that still holds.
    #[must_use]
    pub fn counts(&self) -> Option<&Answer> {
        self.answers.last().or_else(|| self.earlier.as_ref().filter(|earlier| self.still_holds(earlier)))
    }

    /// Whether an answer for an earlier run counted when this was asked. One of a clock that was ahead does not.
    fn still_holds(&self, earlier: &Answer) -> bool {
        let until = self.holds.and_then(|holds| earlier.at.checked_add(holds).ok());
        earlier.at <= self.asked && until.is_some_and(|until| self.asked <= until)
    }

    /// Whether nobody is waited for any more.
    #[must_use]
    pub fn is_settled(&self, now: Timestamp) -> bool {
        self.counts().is_some() || self.due <= now
    }
}

impl Survey {
    /// What is still to be answered, leaving out what is given elsewhere.
    pub fn open(&self, given: &Answers, now: Timestamp) -> impl Iterator<Item = &Asked> {
        self.asked.iter().filter(move |asked| !given.contains_key(&asked.name) && !asked.is_settled(now))
    }

    /// The answers: those that were given, and those of the roles that count.
    #[must_use]
    pub fn answers(&self, given: &Answers) -> Answers {
        let counts = |asked: &Asked| Some((asked.name.clone(), asked.counts()?.yes));
        let mut answers: Answers = self.asked.iter().filter_map(counts).collect();
        answers.extend(self.given.clone());
        answers.extend(given.clone());
        answers
    }

    /// The last moment that is recorded of it.
    #[must_use]
    pub fn moved(&self) -> Timestamp {
        let answers = self.asked.iter().flat_map(|asked| &asked.answers).map(|answer| answer.at);
        self.asked.iter().map(|asked| asked.asked).chain(answers).fold(self.opened, Timestamp::max)
    }

    /// Why a moment is not believed, if it is not: it lies more than a year behind all that was asked and answered.
    #[must_use]
    pub fn leap(&self, now: Timestamp) -> Option<Why> {
        let last = self.asked.iter().map(|asked| asked.due).fold(self.moved(), Timestamp::max);
        let horizon = last.checked_add(UNSEEN).unwrap_or(Timestamp::MAX);
        (now > horizon).then(|| Why::Astray { now: in_utc(now), last: in_utc(self.moved()) })
    }

    /// The question that an actor may answer.
    ///
    /// # Errors
    /// It asks no such question, or another role.
    pub fn own(&self, question: &str, by: &Actor) -> Result<&Asked, Why> {
        let asked = self.asked.iter().find(|asked| asked.name == question);
        let asked = asked.ok_or_else(|| Why::Unasked(question.to_owned()))?;
        if asked.role == by.role { Ok(asked) } else { Err(Why::NotAsked(asked.role.clone())) }
    }
}
