//! A survey as it is told, to people and to machines.

pub(super) mod found;

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    journal::survey::{Answer, Asked, Survey},
    plan::answers::Answers,
    run::time::to_the_second,
    source::shown,
};

/// What the roles of a plan are asked before its run begins, and what they have answered.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Surveyed {
    /// What the run is or will be called.
    pub run: String,
    /// The plan's name.
    pub plan: String,
    /// When it was opened.
    pub opened: Timestamp,
    /// When the run begins at the latest, whoever is silent; nothing where nobody is waited for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Each question, in the order of the plan.
    pub questions: Vec<Put>,
}

/// A question that was put to a role.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Put {
    /// What the plan calls it.
    pub question: String,
    /// The role.
    pub role: String,
    /// The question.
    pub text: String,
    /// When it was asked.
    pub asked: Timestamp,
    /// By when it is to be answered.
    pub due: Timestamp,
    /// What silence means: `yes` or `no`.
    pub silence: &'static str,
    /// Whether somebody is waited for.
    pub open: bool,
    /// What was answered, in the order in which it was taken down; the last one counts.
    pub answers: Vec<Said>,
    /// What the role answered to the same question the last time, for an earlier run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub earlier: Option<Said>,
    /// Whether that earlier answer counts, for the plan says that it still holds.
    pub holds: bool,
}

/// An answer with its date.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Said {
    /// `yes` or `no`.
    pub answer: &'static str,
    /// When it was taken down.
    pub at: Timestamp,
    /// Who, as far as that was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// Why, as far as that was said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// For which run.
    pub run: String,
}

impl From<&Answer> for Said {
    fn from(answer: &Answer) -> Self {
        let Answer { run, yes, person, because, at } = answer.clone();
        Self { answer: word(yes), at, person, because, run }
    }
}

impl Surveyed {
    /// How a survey stands at a moment; what is given elsewhere is not waited for.
    pub(super) fn of(survey: &Survey, given: &Answers, now: Timestamp) -> Self {
        let is_open = |asked: &Asked| survey.open(given, now).any(|open| open.name == asked.name);
        let questions = survey.asked.iter().map(|asked| Put {
            question: asked.name.clone(),
            role: asked.role.clone(),
            text: asked.text.clone(),
            asked: asked.asked,
            due: asked.due,
            silence: word(asked.silence),
            open: is_open(asked),
            answers: asked.answers.iter().map(Said::from).collect(),
            earlier: asked.earlier.as_ref().map(Said::from),
            holds: asked.answers.is_empty() && asked.counts().is_some(),
        });
        Self {
            run: survey.run.clone(),
            plan: survey.plan_name.clone(),
            opened: survey.opened,
            until: survey.open(given, now).map(|asked| asked.due).max(),
            questions: questions.collect(),
        }
    }
}

const fn word(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

/// For whom a survey waits, a sentence for each role and moment.
pub(super) fn waits(survey: &Survey, given: &Answers, now: Timestamp) -> Vec<String> {
    let mut waits: BTreeMap<(Timestamp, &str), Vec<String>> = BTreeMap::new();
    for asked in survey.open(given, now) {
        let line = format!(
            "{} (\"{}\"; silence is taken as {})",
            shown(&asked.name),
            shown(&asked.text),
            word(asked.silence)
        );
        waits.entry((asked.due, &asked.role)).or_default().push(line);
    }
    let line = |((due, role), questions): ((Timestamp, &str), Vec<String>)| {
        format!(
            "waits for {} until {}: to answer {}",
            shown(role),
            to_the_second(due),
            questions.join(" and ")
        )
    };
    waits.into_iter().map(line).collect()
}

/// What is answered, or taken for the answer, and what was answered the last time: lines of a question.
pub(super) fn answers(survey: &Survey, now: Timestamp) -> Vec<String> {
    let mut lines = Vec::new();
    for asked in &survey.asked {
        let name = shown(&asked.name);
        for (number, answer) in asked.answers.iter().enumerate() {
            let counts = if number + 1 == asked.answers.len() { "" } else { ", until another answer came" };
            lines.push(format!("{name} is {}{counts}", said(asked, answer)));
        }
        match (asked.answers.is_empty(), &asked.earlier, asked.counts()) {
            (false, ..) | (true, None, _) => {}
            (true, Some(earlier), Some(_)) => {
                lines.push(format!("{name} is {}, which still holds", said(asked, earlier)));
            }
            (true, Some(earlier), None) => {
                lines.push(format!("{name}: the last time it was {}", said(asked, earlier)));
            }
        }
        if asked.counts().is_none() && asked.is_settled(now) {
            let (silence, due) = (word(asked.silence), to_the_second(asked.due));
            lines.push(format!(
                "{name} is {silence}: silence of {} until {due} is taken as {silence}",
                shown(&asked.role)
            ));
        }
    }
    lines
}

/// `yes: answered by Ann Example (receiver_admin) on 2026-12-01 10:00:00 UTC: it was tried`
fn said(asked: &Asked, answer: &Answer) -> String {
    let role = shown(&asked.role);
    let who =
        answer.person.as_ref().map_or_else(|| role.clone(), |person| format!("{} ({role})", shown(person)));
    let why = answer.because.as_ref().map_or_else(String::new, |because| format!(": {}", shown(because)));
    format!("{}: answered by {who} on {}{why}", word(answer.yes), to_the_second(answer.at))
}
