//! A question with the answer that a plan was read for.

use std::{collections::BTreeMap, time::Duration};

use crate::{source::Spanned, world::id::RoleId};

/// Answers by the names of their questions; `true` is yes.
pub type Answers = BTreeMap<String, bool>;

/// A question of a plan, and how it is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// What it is called.
    pub name: Spanned<String>,
    /// The role that is asked.
    pub role: RoleId,
    /// The question, for people.
    pub text: String,
    /// How long after it is asked it is to be answered; nothing where nobody is asked by keyroll.
    pub within: Option<Duration>,
    /// How long an answer counts where the same is asked again.
    pub holds: Option<Duration>,
    /// What silence means.
    pub silence: bool,
    /// The answer.
    pub yes: bool,
    /// Whether somebody gave it; otherwise silence was taken for it.
    pub given: bool,
}

impl Question {
    /// The answer as it is written.
    #[must_use]
    pub const fn answer(&self) -> &'static str {
        word(self.yes)
    }

    /// The answer, and where it comes from: `holds_two is no: silence taken as no`.
    #[must_use]
    pub fn told(&self) -> String {
        let (name, answer) = (&self.name.value, self.answer());
        if self.given {
            format!("{name} is {answer}: answered")
        } else {
            format!("{name} is {answer}: silence taken as {answer}")
        }
    }
}

/// An answer as it is written.
pub(super) const fn word(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

/// Answers as they are told: `holds_two is yes, sends_two is no`.
#[must_use]
pub fn written(answers: &Answers) -> String {
    let one = |(name, yes): (&String, &bool)| format!("{name} is {}", word(*yes));
    answers.iter().map(one).collect::<Vec<String>>().join(", ")
}
