//! What `prove` tells of deadlines: what each leaves in the worst case.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    check::Checked,
    duration::{
        deadline::{Due, Latest, Moment, deadlines},
        gate::Gates,
    },
    plan::{Plan, date::in_utc},
    source::shown,
    syntax::spelt,
    world::id::StepId,
};

/// A step that has to begin by a date, and what that leaves.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(super) struct Remaining {
    /// The step.
    step: String,
    /// The last second in which it may begin.
    not_after: Timestamp,
    /// What is left of it in the worst case, in seconds, counted from the date of the first step on the
    /// way; less than nothing where the step may come too late.
    #[serde(skip_serializing_if = "Option::is_none")]
    slack_seconds: Option<i64>,
    /// Where no step before it has a date: it is in time where the plan begins by then.
    #[serde(skip_serializing_if = "Option::is_none")]
    begin_plan_by: Option<Timestamp>,
    /// The steps on the way to it, in their order.
    path: Vec<String>,
    /// What is not declared, where nothing can be said.
    #[serde(skip_serializing_if = "Option::is_none")]
    not_bounded: Option<String>,
}

impl Remaining {
    /// Of each step with a deadline, in the order of the text.
    pub(super) fn all(checked: &Checked) -> Vec<Self> {
        let plan = checked.plan();
        due(checked).iter().map(|due| Self::of(plan, due)).collect()
    }

    fn of(plan: &Plan, due: &Due) -> Self {
        let names = |path: &[StepId]| path.iter().map(|step| plan.steps[*step].name.value.clone()).collect();
        let row = Self {
            step: plan.steps[due.step].name.value.clone(),
            not_after: due.deadline.at,
            slack_seconds: None,
            begin_plan_by: None,
            path: Vec::new(),
            not_bounded: None,
        };
        match &due.latest {
            Ok(Latest::Dated(moment)) => Self {
                slack_seconds: Some(due.deadline.left(moment.at).as_secs()),
                path: names(&moment.path),
                ..row
            },
            Ok(Latest::AfterStart(worst)) => Self {
                begin_plan_by: due.deadline.at.checked_sub(worst.time).ok(),
                path: names(&worst.path),
                ..row
            },
            Err(why) => Self { not_bounded: Some(why.sentence(plan)), ..row },
        }
    }
}

/// The same, line by line.
pub(super) fn lines(checked: &Checked) -> Vec<String> {
    let plan = checked.plan();
    let name = |step: StepId| format!("`{}`", shown(&plan.steps[step].name.value));
    let line = |due: &Due| {
        let left = match &due.latest {
            Ok(Latest::Dated(moment)) => {
                let slack = due.deadline.left(moment.at);
                let time = spelt(std::time::Duration::from_secs(slack.unsigned_abs().as_secs()));
                let from = from(due, moment).map_or_else(
                    || "its own date".to_owned(),
                    |step| {
                        format!(
                            "the {} of {}",
                            if moment.from_deadline { "deadline" } else { "date" },
                            name(step)
                        )
                    },
                );
                match slack.is_positive() {
                    true => format!("slack {time}, counted from {from}"),
                    false => format!("up to {time} too late, counted from {from}"),
                }
            }
            Ok(Latest::AfterStart(worst)) => match due.deadline.at.checked_sub(worst.time) {
                Ok(by) => format!("in time where the plan begins by {}", in_utc(by)),
                Err(_) => "what comes before it is longer than the calendar".to_owned(),
            },
            Err(why) => format!("what it leaves is not bounded: {}", why.sentence(plan)),
        };
        format!("  deadline    {}, {}: {left}", name(due.step), due.deadline.sentence())
    };
    due(checked).iter().map(line).collect()
}

/// The step from whose date is counted, where it is another one.
fn from(due: &Due, moment: &Moment) -> Option<StepId> {
    moment.path.first().copied().filter(|first| *first != due.step)
}

fn due(checked: &Checked) -> Vec<Due> {
    deadlines(checked.plan(), &Gates::of(checked.plan(), checked.order()))
}
