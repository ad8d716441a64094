//! A step that cannot begin by its deadline, or that may miss it.

use std::time::Duration;

use jiff::Timestamp;
use miette::{Diagnostic, LabeledSpan, SourceSpan};
use thiserror::Error;

use crate::{
    duration::{
        deadline::{Due, Latest, Moment, deadlines},
        gate::Gates,
    },
    explanation::Explanation,
    plan::{Deadline, Plan, date::in_utc},
    source::{Finding, shown},
    syntax::spelt,
    world::id::StepId,
};

use super::Subject;

/// A deadline that no run can keep.
#[derive(Debug, Diagnostic, Error)]
#[error("`{step}` has to begin by {until}, and cannot begin before {earliest}")]
#[diagnostic(code(keyroll::deadline_impossible))]
struct DeadlineImpossible {
    step: String,
    until: String,
    earliest: String,
    #[help]
    help: String,
    #[label("it has to have begun by then")]
    at: SourceSpan,
    #[label(collection)]
    steps: Vec<LabeledSpan>,
}

/// A deadline that a run may miss although all takes no longer than declared.
#[derive(Debug, Diagnostic, Error)]
#[error("`{step}` has to begin by {until}, and in the worst case can only at {latest}")]
#[diagnostic(severity(Advice), code(keyroll::deadline_tight))]
struct DeadlineTight {
    step: String,
    until: String,
    latest: String,
    #[help]
    help: String,
    #[label("it has to have begun by then")]
    at: SourceSpan,
    #[label(collection)]
    steps: Vec<LabeledSpan>,
}

/// Finds deadlines that what is declared contradicts, and those that it lets be missed.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let plan = subject.plan;
    if plan.steps.rows().all(|step| step.extra().not_after.is_none()) {
        return Vec::new();
    }
    let gates = Gates::of(plan, subject.order);
    let found = deadlines(plan, &gates);
    found
        .iter()
        .filter_map(|due| impossible(plan, &gates, due).or_else(|| tight(plan, &gates, due)))
        .collect()
}

fn impossible(plan: &Plan, gates: &Gates<'_>, due: &Due) -> Option<Finding> {
    let earliest = due.earliest.as_ref().filter(|earliest| due.deadline.has_passed(earliest.at))?;
    let over = over(due.deadline, earliest.at);
    let help = match earliest.path.as_slice() {
        [_] => format!("its own date comes {over} too late for that: change one of the two"),
        path => format!(
            "that is {over} too late on the way {}: begin earlier, wait less, or let it begin later",
            way(plan, path)
        ),
    };
    let (step, until) = (name(plan, due.step), in_utc(due.deadline.at));
    let steps = labels(plan, earliest, |step| {
        let least = gates.least(step);
        (!least.is_zero()).then(|| format!("at least {}", spelt(least)))
    });
    let (at, earliest) = (due.deadline.span.into(), in_utc(earliest.at));
    Some(Box::new(DeadlineImpossible { step, until, earliest, help, at, steps }))
}

fn tight(plan: &Plan, gates: &Gates<'_>, due: &Due) -> Option<Finding> {
    let Ok(Latest::Dated(latest)) = &due.latest else { return None };
    if !due.deadline.has_passed(latest.at) {
        return None;
    }
    let help = format!(
        "in the worst case it is {} too late on the way {}: begin earlier, let a step on it take less, or let \
         it begin later",
        over(due.deadline, latest.at),
        way(plan, &latest.path)
    );
    let steps = labels(plan, latest, |step| {
        let most = gates.most(step).unwrap_or_default();
        (!most.is_zero()).then(|| format!("up to {}", spelt(most)))
    });
    let (step, until) = (name(plan, due.step), in_utc(due.deadline.at));
    let (at, latest) = (due.deadline.span.into(), in_utc(latest.at));
    Some(Box::new(DeadlineTight { step, until, latest, help, at, steps }))
}

/// How much too late a moment is.
fn over(deadline: Deadline, at: Timestamp) -> String {
    match deadline.left(at).unsigned_abs() {
        Duration::ZERO => "just".to_owned(),
        over => spelt(Duration::from_secs(over.as_secs())),
    }
}

fn name(plan: &Plan, step: StepId) -> String {
    shown(&plan.steps[step].name.value)
}

/// So many steps of a way are named.
const NAMED: usize = 12;

/// The steps of a way.
fn way(plan: &Plan, path: &[StepId]) -> String {
    let more = path.len().saturating_sub(NAMED);
    let mut names: Vec<String> =
        path.iter().skip(more).map(|step| format!("`{}`", name(plan, *step))).collect();
    if more > 0 {
        names.insert(0, format!("{more} more"));
    }
    names.join(", ")
}

/// What a way is made of: the date that it is counted from, and each time on it. The step at its end counts
/// no more.
fn labels(plan: &Plan, moment: &Moment, takes: impl Fn(StepId) -> Option<String>) -> Vec<LabeledSpan> {
    let mut labels = Vec::new();
    let mut before: Option<StepId> = None;
    for (number, step) in moment.path.iter().enumerate() {
        let row = &plan.steps[*step];
        let date = row.extra().not_before.map(|date| (date.sentence(), date.span));
        let deadline = row.extra().not_after.map(|deadline| (deadline.sentence(), deadline.span));
        let from = if moment.from_deadline { deadline } else { date };
        if let Some((text, at)) = from.filter(|_| before.is_none()) {
            labels.push(LabeledSpan::new_with_span(Some(text), at));
        }
        if let Some(waits) = row.extra().waits.iter().find(|waits| Some(waits.after) == before) {
            let text = format!("it waits {}", spelt(waits.time));
            labels.push(LabeledSpan::new_with_span(Some(text), waits.span));
        }
        if let (Some(declared), Some(text), true) =
            (row.extra().takes, takes(*step), number + 1 < moment.path.len())
        {
            labels.push(LabeledSpan::new_with_span(Some(text), declared.span));
        }
        before = Some(*step);
    }
    labels
}

/// What `explain` says.
pub const EXPLANATIONS: &[Explanation] = &[
    Explanation {
        code: "deadline_impossible",
        title: "a step that cannot begin by its deadline",
        text: "\
`not after 2027-01-31` says that a step has to have begun by the end of that day, at 24:00 UTC.
Here it cannot: its own `not before` is later, or a date of a step before it is, together with what
has to pass between the two: each `waits`, and what the steps take at least. The help names the way.

Wrong:
  step announce by tenant_admin {
    not before 2026-12-01
    inform receiver_admin
  }
  step exchange_key by tenant_admin {
    waits 90d after announce
    not after 2027-01-31
    exchange tenant[$alias] for new
  }

Right:
  step exchange_key by tenant_admin {
    waits 30d after announce
    not after 2027-01-31
    exchange tenant[$alias] for new
  }
",
    },
    Explanation {
        code: "deadline_tight",
        title: "a step that may miss its deadline although all takes no longer than declared",
        text: "\
The worst case is counted from the latest date on the way to the step: the step with that date
begins when it comes, or by its own deadline, and what has no date is done by then. Each step on the
way takes as long as its `takes` says at most, and waits and drains take their time. What is left
until the deadline is told by `prove` as slack; here it is less than nothing. A run may be quicker,
so this refuses nothing. Where something on the way does not say how long it takes, nothing is said.

A step whose deadline has passed is not begun any more: a run waits for a person who says that it
begins all the same, and why.
",
    },
];
