//! What a step waits for, in words.

use crate::{check::Checked, world::id::StepId};

use super::ready::Blocker;

/// What a step waits for, in words.
#[must_use]
pub fn reasons(checked: &Checked, step: StepId, blockers: &[Blocker]) -> String {
    let plan = checked.plan();
    let row = &plan.steps[step];
    let role = &plan.landscape.roles[row.role.value];
    let name = |step: StepId| plan.steps[step].name.value.as_str();
    let need = |number: &usize| {
        row.needs.get(*number).map(|need| need.value.sentence(&plan.landscape)).unwrap_or_default()
    };
    let words = blockers.iter().map(|blocker| match blocker {
        Blocker::Done => "it is done".to_owned(),
        Blocker::Unanswered => "its proposal is not answered".to_owned(),
        Blocker::After(before) => format!("`{}` comes first", name(*before)),
        Blocker::Unheard(message) => {
            format!("{role} waits for the message of `{}`", name(plan.deliveries[*message].step))
        }
        Blocker::Unknown(number) => format!("{role} was not told yet that {}", need(number)),
        Blocker::Unmet(number) => format!("it is not so yet that {}", need(number)),
        Blocker::Unsettled(other) => {
            format!("`{}` has no outcome yet, and it changes what `{}` asks for", name(*other), name(step))
        }
        Blocker::Stale(number) => {
            format!("{role} was told that {}, and that is not so any more", need(number))
        }
    });
    words.collect::<Vec<_>>().join("; ")
}
