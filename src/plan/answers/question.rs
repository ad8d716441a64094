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

/// So many answers are told one by one.
const TOLD: usize = 3;

/// The same where there may be very many: some of them, and how many more there are.
#[must_use]
pub fn few(answers: &Answers) -> String {
    if answers.len() <= 2 * TOLD {
        return written(answers);
    }
    let yes = answers.values().filter(|yes| **yes).count();
    let (all, no) = (answers.len(), answers.len() - yes);
    if yes == 0 || no == 0 {
        return format!("all {all} answers are {}", word(no == 0));
    }
    // What fewer of them are is what tells this way from others.
    let rare = yes <= no;
    let some: Answers = answers
        .iter()
        .filter(|(_, yes)| **yes == rare)
        .take(TOLD)
        .map(|(name, yes)| (name.clone(), *yes))
        .collect();
    let rest = all - some.len();
    let fewer = yes.min(no);
    if fewer > TOLD {
        return format!("{}, and {} more of {all} are {}", written(&some), fewer - TOLD, word(rare));
    }
    format!("{}, and the other {rest} are {}", written(&some), word(!rare))
}

/// Answers as they are told: `holds_two is yes, sends_two is no`.
#[must_use]
pub fn written(answers: &Answers) -> String {
    let one = |(name, yes): (&String, &bool)| format!("{name} is {}", word(*yes));
    answers.iter().map(one).collect::<Vec<String>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::{Answers, few};

    #[test]
    fn very_many_answers_are_told_in_few_words() {
        let told = |yes: usize, all: usize| {
            few(&(0..all).map(|number| (format!("q{number}"), number < yes)).collect::<Answers>())
        };
        assert_eq!(told(1, 2), "q0 is yes, q1 is no");
        assert_eq!(told(40, 40), "all 40 answers are yes");
        assert_eq!(told(0, 40), "all 40 answers are no");
        assert_eq!(told(1, 40), "q0 is yes, and the other 39 are no");
        assert_eq!(told(39, 40), "q39 is no, and the other 39 are yes");
        assert_eq!(told(5, 40), "q0 is yes, q1 is yes, q2 is yes, and 2 more of 40 are yes");
    }
}
