//! A plan as a runbook for people: a head that says what it is worth, and a page for each role.
//!
//! Everything here is plain words; [`markdown`] and [`html`] write them down, and escape what is foreign.

mod beside;
mod deed;
mod escape;
mod head;
pub mod html;
pub mod markdown;
mod sequence;
mod standing;
mod time;
mod wait;

use crate::{
    check::Checked,
    graph::outline::Outline,
    plan::Plan,
    proof::verdict::Verdict,
    world::id::{Id, RoleId, StepId},
};

pub use beside::Beside;
pub use head::{Head, Kept, Promise};
pub use standing::{Colour, Standing};

/// A procedure for people.
#[derive(Clone, Debug)]
pub struct Runbook {
    /// What stands before the steps.
    pub head: Head,
    /// Who takes part, in the order of the plan.
    pub roles: Vec<Part>,
    /// What is done, each step after all that comes before it. Their numbers are those of the outline.
    pub steps: Vec<Step>,
    /// The plan as it is drawn, its steps in the same order.
    pub outline: Outline,
}

/// Who takes part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What people call the role; its name where it has no title.
    pub title: String,
    /// Its name in the plan.
    pub name: String,
    /// Its steps, by their place in the runbook.
    pub steps: Vec<usize>,
}

/// One step, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its number in the runbook, from one.
    pub number: usize,
    /// Its name in the plan.
    pub name: String,
    /// What people call it; its name where it has no title.
    pub title: String,
    /// The role that acts, by its place in the runbook.
    pub role: usize,
    /// What to do.
    pub act: String,
    /// The same as the plan says it.
    pub sentence: String,
    /// What to wait for; nothing: it may begin at once.
    pub waits: Vec<String>,
    /// Whom to tell.
    pub tells: Vec<String>,
    /// What is compared, where a certificate comes to be accepted.
    pub compares: Option<String>,
    /// How long it takes, where that is said.
    pub takes: Option<String>,
    /// Until when it has to begin, where that is said.
    pub begin_by: Option<String>,
    /// Which steps may go side by side with it.
    pub beside: Beside,
}

impl Runbook {
    /// The runbook of a plan, with what a proof came to.
    #[must_use]
    pub fn of(verdict: &Verdict) -> Self {
        let checked = match verdict {
            Verdict::Proven(proven) => proven.checked(),
            Verdict::Refuted(refuted) => &refuted.checked,
            Verdict::NotProven(open) => &open.checked,
        };
        let plan = checked.plan();
        let sequence = sequence::sequence(plan);
        let numbers = sequence::numbers(plan, &sequence);
        let steps: Vec<Step> = sequence
            .iter()
            .map(|id| Step {
                number: numbers[*id],
                name: plan.steps[*id].name.value.clone(),
                title: title(plan, *id),
                role: plan.steps[*id].role.value.index(),
                act: deed::words(plan, *id),
                sentence: plan.sentence(*id),
                waits: wait::waits(checked, *id, &numbers),
                tells: deed::tells(plan, *id, &numbers),
                compares: deed::compares(plan, *id),
                takes: plan.steps[*id].extra().takes.as_ref().map(time::takes),
                begin_by: plan.steps[*id].extra().not_after.as_ref().map(time::begin_by),
                beside: Beside::of(checked, (*id, &sequence), &numbers),
            })
            .collect();
        Self {
            head: Head::of(verdict, checked, &numbers),
            roles: parts(checked, &steps),
            outline: sequence::outline(checked, &sequence, &numbers),
            steps,
        }
    }
}

fn parts(checked: &Checked, steps: &[Step]) -> Vec<Part> {
    let plan = checked.plan();
    let part =
        |(id, name): (RoleId, &String)| Part { title: role(plan, id), name: name.clone(), steps: Vec::new() };
    let mut parts: Vec<Part> = plan.landscape.roles.iter().map(part).collect();
    for (place, step) in steps.iter().enumerate() {
        if let Some(part) = parts.get_mut(step.role) {
            part.steps.push(place);
        }
    }
    parts
}

/// What people call a role.
fn role(plan: &Plan, role: RoleId) -> String {
    plan.role_titles[role].clone().unwrap_or_else(|| plan.landscape.roles[role].clone())
}

/// What people call a step.
fn title(plan: &Plan, step: StepId) -> String {
    plan.steps[step].title.clone().unwrap_or_else(|| plan.steps[step].name.value.clone())
}
