//! What a step waits for, in words.

use crate::{check::Checked, plan::date::in_utc, world::id::StepId};

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
        Blocker::Waits(number, until) => {
            let waits = row.extra().waits.get(*number).map(|waits| waits.sentence(name(waits.after)));
            format!("it waits until {}, {}", in_utc(*until), waits.unwrap_or_default())
        }
        Blocker::NotBefore(until) => format!("it does not begin before {}", in_utc(*until)),
        Blocker::Late(until) => format!("it had to begin by {}", in_utc(*until)),
        Blocker::Unsettled(other) => {
            format!("`{}` has no outcome yet, and it changes what `{}` asks for", name(*other), name(step))
        }
        Blocker::Substituted(other) => {
            format!(
                "a certificate is another one than was sent: nothing begins until `{}` is seen to",
                name(*other)
            )
        }
        Blocker::Stale(number) => {
            format!("{role} was told that {}, and that is not so any more", need(number))
        }
    });
    words.collect::<Vec<_>>().join("; ")
}
