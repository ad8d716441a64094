//! Answers to a plan's questions, from the command line and from a site.

use std::collections::BTreeMap;

use crate::{
    check::Checked,
    journal::sqlite::Pinned,
    plan::{
        answers::{Answers, Question},
        given::Given,
    },
    run::site::Site,
    source::{Refusal, shown},
};

use super::{exit::Exit, screen::Screen};

/// What is answered on the command line.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Answered {
    /// Answer a question of the plan
    #[arg(long = "answer", value_name = "NAME=yes|no", value_parser = answer)]
    answer: Vec<(String, bool)>,
}

/// Reads `NAME=yes` or `NAME=no`.
///
/// # Errors
/// It is neither.
pub(super) fn answer(text: &str) -> Result<(String, bool), String> {
    match text.split_once('=') {
        Some((name, "yes")) => Ok((name.to_owned(), true)),
        Some((name, "no")) => Ok((name.to_owned(), false)),
        _ => Err("write it as NAME=yes or NAME=no".to_owned()),
    }
}

impl Answered {
    /// The answers.
    ///
    /// # Errors
    /// The exit: a question is answered with yes and with no.
    pub fn answers(&self, screen: &mut Screen) -> Result<Answers, Exit> {
        self.beside(Answers::new(), screen)
    }

    /// What a plan is read with at a site.
    ///
    /// # Errors
    /// The exit: a question is answered with yes and with no, perhaps once by the site.
    pub fn given(&self, site: &Site, screen: &mut Screen) -> Result<Given, Exit> {
        Ok(Given::at_site(site.parameters.clone(), self.beside(site.answers(), screen)?))
    }

    fn beside(&self, mut answers: Answers, screen: &mut Screen) -> Result<Answers, Exit> {
        for (name, yes) in &self.answer {
            if answers.insert(name.clone(), *yes).is_some_and(|earlier| earlier != *yes) {
                screen.talk(format_args!("`{}` is answered with yes and with no", shown(name)));
                return Err(Exit::Usage);
            }
        }
        Ok(answers)
    }
}

/// Refuses answers of the command line to questions that the plan does not ask. Those of the site are found
/// where it is compared with the plan.
///
/// # Errors
/// The exit; what is wrong has been said.
pub fn vain(given: &Given, site: &Site, checked: &Checked, screen: &mut Screen) -> Result<(), Exit> {
    let mut answers = given.answers.clone();
    answers.retain(|name, _| !site.answers.contains_key(name));
    let found = Given { answers, ..Given::default() }.in_vain(checked.plan());
    if found.is_empty() {
        return Ok(());
    }
    screen.page(&Refusal::new(checked.plan().source.clone(), found));
    Err(Exit::Refused)
}

/// What is to be said where a run began with other answers than it is to go on with.
#[must_use]
pub fn answered_otherwise(pinned: &Pinned, kept: &BTreeMap<String, String>) -> Option<String> {
    let began = Given::kept(&pinned.parameters).answers;
    let now = Given::kept(kept).answers;
    let silence = |text: &str| text.strip_prefix("silence: ").map(str::to_owned);
    let yes = |kept: &BTreeMap<String, String>, answers: &Answers, name: &str| {
        let silent = kept.get(name).and_then(|text| silence(text)).map(|said| said == "yes");
        answers.get(name).copied().or(silent)
    };
    kept.keys().find_map(|name| {
        let (before, after) = (yes(&pinned.parameters, &began, name)?, yes(kept, &now, name)?);
        (before != after).then(|| {
            let word = if before { "yes" } else { "no" };
            format!(
                "run {} began with the answer {word} to `{}`: go on with `--answer {}={word}`, or finish that run first",
                pinned.run,
                shown(name),
                shown(name)
            )
        })
    })
}

/// What is said of each question of a run.
pub fn lines(questions: &[Question]) -> impl Iterator<Item = String> {
    questions.iter().map(|question| format!("  answer      {}", shown(&question.told())))
}
