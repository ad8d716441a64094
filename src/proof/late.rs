//! What a verdict takes for granted of attempts that were given up and take effect after all.

use crate::{
    check::Checked, graph::late::Hazard, invariant::course::Course, source::shown, world::id::StepId,
};

/// So many steps are named of a kind.
const NAMED: usize = 12;

/// One sentence fragment for each step that could matter late, and one for all others.
pub(super) fn assumptions(checked: &Checked) -> Vec<String> {
    let (plan, late) = (checked.plan(), checked.late());
    let name = |step: StepId| shown(&plan.steps[step].name.value);
    let mut found = Vec::new();
    let declared = late.moves().iter().chain(late.idle());
    let any = match late.moves().len() + late.undeclared().count() {
        0 => "an attempt",
        _ => "an attempt of any other step",
    };
    found.push(format!(
        "faults: {any} that was given up may take effect at any later moment, any number of times: once \
         its step is done it changes nothing"
    ));
    let all: Vec<StepId> = declared.copied().collect();
    for step in all.iter().take(NAMED) {
        let what = if late.moves().contains(step) {
            "whenever it fits and changes something: each such moment was looked at"
        } else {
            "and changes nothing once its step is done"
        };
        found.push(format!(
            "faults: an attempt of {} that was given up may take effect at any later moment, {what} (declared)",
            name(*step)
        ));
    }
    found.extend(more(all.len(), "may take effect at any later moment likewise (declared)"));
    for Hazard { step, after, by_late, others } in late.undeclared().take(NAMED) {
        let when = match (by_late, others) {
            (true, _) => format!("after one of {}, which may come late", name(after)),
            (false, true) => format!("after {} or another step that lets it fit again", name(after)),
            (false, false) => format!("after {}", name(after)),
        };
        found.push(format!(
            "faults: an attempt of {} that was given up does not take effect any more {when}",
            name(step)
        ));
    }
    found
        .extend(more(late.undeclared().count(), "does not take effect any more after a step that undoes it"));
    if !late.moves().is_empty() && plan.promised(Course::Finishes).is_some() {
        found.push("finishes: some day no attempt that was given up takes effect any more".to_owned());
    }
    found
}

/// Those that are not named.
fn more(all: usize, what: &str) -> Option<String> {
    let others = all.checked_sub(NAMED).filter(|others| *others > 0)?;
    let steps = if others == 1 { "1 more step" } else { &format!("{others} more steps") };
    Some(format!("faults: an attempt of {steps} that was given up {what}"))
}
