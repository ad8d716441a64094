//! What `prove` tells of the way back.

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    check::Checked,
    graph::outline::Outline,
    page::findings::{Lines, Place},
    plan::Plan,
    source::shown,
    way_back::{UndoLimit, no_return, undo_limits},
    world::id::StepId,
};

/// How far there is a way back.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(super) struct WayBack {
    /// For each act that ends a partner's trust in a key: the reports that license it. Once the last of
    /// them is sent, going back needs the partner's acknowledgement first. Nothing where there is too
    /// much to follow.
    #[serde(skip_serializing_if = "Option::is_none")]
    undo_limits: Option<Vec<Limit>>,
    /// The steps of which the first one to be done ends the way back to the start; empty where there is
    /// always one.
    point_of_no_return: Vec<Moment>,
}

/// An undo limit.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct Limit {
    /// The reports; mostly one.
    reports: Vec<Moment>,
    /// The act that they license.
    licenses: Moment,
}

/// A step, and where it stands.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct Moment {
    /// Its number in the order of the text, counted from one.
    number: usize,
    /// Its name.
    step: String,
    /// Where its act is written.
    at: Place,
}

impl WayBack {
    /// Of a plan.
    pub(super) fn of(checked: &Checked) -> Self {
        let plan = checked.plan();
        let lines = Lines::of(&plan.source);
        let moment = |step: StepId| {
            let (row, at) = (&plan.steps[step], plan.steps[step].action.span);
            Moment {
                number: Outline::number(step),
                step: row.name.value.clone(),
                at: lines.place(at.start, at.end.saturating_sub(at.start)),
            }
        };
        let limit = |limit: &UndoLimit| Limit {
            reports: limit.reports.iter().copied().map(moment).collect(),
            licenses: moment(limit.act),
        };
        let limits = undo_limits(plan, checked.order(), checked.knowledge());
        Self {
            undo_limits: limits.map(|limits| limits.iter().map(limit).collect()),
            point_of_no_return: no_return(plan, checked.order()).into_iter().map(moment).collect(),
        }
    }
}

/// So many lines of one kind are written; the document for machines has all.
const LINES: usize = 20;

/// The same, line by line.
pub(super) fn lines(checked: &Checked) -> Vec<String> {
    let plan = checked.plan();
    let mut lines = Vec::new();
    match undo_limits(plan, checked.order(), checked.knowledge()) {
        None => lines.push("  undo limit  not told: there is too much to follow".to_owned()),
        Some(limits) if limits.is_empty() => lines.push("  undo limit  none".to_owned()),
        Some(limits) => {
            for limit in limits.iter().take(LINES) {
                let act = shown(&plan.steps[limit.act].name.value);
                lines.push(format!(
                    "  undo limit  {}: from then on `{act}` may be done at any moment",
                    moments(plan, &limit.reports)
                ));
            }
            if limits.len() > LINES {
                lines.push(format!("  undo limit  {} more", limits.len() - LINES));
            }
        }
    }
    let last = no_return(plan, checked.order());
    lines.push(if last.is_empty() {
        "  no return   none: from every moment the start can be reached again".to_owned()
    } else {
        format!("  no return   {}: the pair that it removes lies nowhere else", moments(plan, &last))
    });
    lines
}

/// `step 6 announce_exchange [plan:line]`; the first or the last of several, where there are several.
fn moments(plan: &Plan, steps: &[StepId]) -> String {
    let one = |step: &StepId| {
        let row = &plan.steps[*step];
        let (name, line, _) = plan.source.place(row.action.span);
        let name = shown(name);
        format!("step {} `{}` [{name}:{line}]", Outline::number(*step), shown(&row.name.value))
    };
    let more = steps.len().saturating_sub(LINES);
    let mut told: Vec<String> = steps.iter().take(LINES).map(one).collect();
    if more > 0 {
        told.push(format!("{more} more"));
    }
    told.join(" or ")
}
