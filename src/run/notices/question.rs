//! What is asked of people by a survey: a card for each question that nobody has answered.

use jiff::Timestamp;

use crate::{
    journal::survey::{Answer, Asked, Survey},
    run::time::in_utc,
};

use super::{
    card::{Card, Kind},
    tame,
};

/// The cards, each with what tells it from others.
pub(super) fn cards(survey: &Survey, now: Timestamp) -> Vec<(String, Card)> {
    let none = crate::plan::answers::Answers::new();
    survey.open(&none, now).map(|asked| (key(asked), card(survey, asked, now))).collect()
}

/// The same as long as the same role is asked the same since the same moment.
fn key(asked: &Asked) -> String {
    format!("question|{}|{}|{}|{}", asked.name, asked.role, asked.asked, asked.text)
}

fn card(survey: &Survey, asked: &Asked, now: Timestamp) -> Card {
    let (run, name, role) = (&survey.run, &asked.name, &asked.role);
    let silence = format!("no answer by then is taken as {}", word(asked.silence));
    let earlier = asked.earlier.as_ref().map(|earlier| format!("; {}", before(earlier)));
    Card {
        kind: Kind::Asked,
        run: run.clone(),
        plan: survey.plan_name.clone(),
        step: None,
        question: Some(name.clone()),
        role: Some(role.clone()),
        what: tame(&asked.text),
        why: Some(format!("{silence}{}", earlier.unwrap_or_default())),
        since: Some(asked.asked),
        by: Some(asked.due),
        window: None,
        answer: Some(format!("keyroll answer {run} {name}=yes --as {role} --person NAME, or {name}=no")),
        at: now,
    }
}

/// What was answered for an earlier run, and when: `answered yes on 2026-01-04 10:00:00 UTC`.
fn before(answer: &Answer) -> String {
    format!("answered {} on {}", word(answer.yes), in_utc(answer.at))
}

const fn word(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}
