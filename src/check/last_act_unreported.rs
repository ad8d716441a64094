//! A last act of which nobody tells the role that began the plan.

use std::collections::BTreeSet;

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    explanation::Explanation,
    source::{Finding, shown},
    world::id::StepId,
};

use super::Subject;

/// The act is not reported.
#[derive(Debug, Diagnostic, Error)]
#[error("nobody tells `{owner}` that `{step}` is done")]
#[diagnostic(
    severity(Advice),
    code(keyroll::last_act_unreported),
    help("add a last step by `{role}` after it that does `inform {owner}`")
)]
struct LastActUnreported {
    step: String,
    role: String,
    owner: String,
    #[label("the plan ends here without a word")]
    at: SourceSpan,
}

/// Finds last steps of other roles than the one whose keys are renewed.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let plan = subject.plan;
    let Some(owner) = subject.order.sequence().first().map(|first| plan.steps[*first].role.value) else {
        return Vec::new();
    };
    let waited_for: BTreeSet<StepId> =
        plan.steps.rows().flat_map(|step| step.after.iter().map(|before| before.value)).collect();
    let last = plan
        .steps
        .iter()
        .filter(|(id, step)| step.role.value != owner && step.speech.is_none() && !waited_for.contains(id));
    let finding = |step: &crate::plan::Step| -> Finding {
        Box::new(LastActUnreported {
            step: shown(&step.name.value),
            role: shown(&plan.landscape.roles[step.role.value]),
            owner: shown(&plan.landscape.roles[owner]),
            at: step.name.span.into(),
        })
    };
    last.map(|(_, step)| finding(step)).collect()
}

/// What `explain` says.
pub const EXPLANATION: Explanation = Explanation {
    code: "last_act_unreported",
    title: "advice: a last act that is not reported",
    text: "The plan is safe without it. But the role that began the renewal never hears that it is over: that\n\
           the old certificate is gone, or that the flow runs again.",
};
