//! An `after` across roles that no message carries.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    action::SpeechKind,
    explanation::Explanation,
    graph::{knowledge::Knowledge, order::Order},
    plan::Plan,
    source::{Finding, shown},
    world::id::StepId,
};

use super::Subject;

/// The role cannot know that the other step is done.
#[derive(Debug, Diagnostic, Error)]
#[error("`{role}` cannot know that `{before}` is done")]
#[diagnostic(code(keyroll::unannounced_step))]
struct UnannouncedStep {
    role: String,
    other: String,
    before: String,
    #[help]
    help: String,
    #[label("`{role}` does not hear of it before")]
    at: SourceSpan,
    #[label("done by `{other}`")]
    before_at: SourceSpan,
}

/// For so many findings the plan is searched for a report that would help.
pub(super) const SEARCHED: usize = 1000;

/// Finds `after` edges from a step of one role to a step of another that does not hear of it.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let plan = subject.plan;
    let mut findings: Vec<Finding> = Vec::new();
    for (id, step) in plan.steps.iter() {
        for before in &step.after {
            let other = &plan.steps[before.value];
            if other.role.value == step.role.value || subject.knowledge.knows(id, before.value) {
                continue;
            }
            findings.push(Box::new(UnannouncedStep {
                role: shown(&plan.landscape.roles[step.role.value]),
                other: shown(&plan.landscape.roles[other.role.value]),
                help: report(subject.told(), id, before.value, findings.len() < SEARCHED),
                before: shown(&other.name.value),
                at: before.span.into(),
                before_at: other.name.span.into(),
            }));
        }
    }
    findings
}

/// How the role of `step` comes to know that `before` is done: by a report that the plan has, or
/// by one that it lacks. A plan with very many findings is not `searched` for each of them: the help
/// then names what would always do.
#[must_use]
pub fn report(
    (plan, order, knowledge): (&Plan, &Order, &Knowledge),
    step: StepId,
    before: StepId,
    searched: bool,
) -> String {
    let row = &plan.steps[step];
    let name = |id: StepId| shown(&plan.steps[id].name.value);
    let role = |id: StepId| shown(&plan.landscape.roles[plan.steps[id].role.value]);
    if row.role.value == plan.steps[before].role.value {
        return format!("let `{}` come after `{}`", name(step), name(before));
    }
    let tells = |id: &StepId| {
        let speech = plan.steps[*id].speech.as_ref();
        speech.is_some_and(|s| s.kind == SpeechKind::Report && s.to.contains(&row.role.value))
            && knowledge.knows(*id, before)
            && *id != step
            && !order.is_before(step, *id)
    };
    let told = if searched { plan.steps.ids().find(tells) } else { None };
    told.map_or_else(
        || {
            format!(
                "add a step by `{}` after `{}` that does `inform {}`, and let `{}` come after that report",
                role(before),
                name(before),
                role(step),
                name(step)
            )
        },
        |told| format!("let `{}` come after `{}`, which reports it", name(step), name(told)),
    )
}

/// What `explain` says.
pub const EXPLANATION: Explanation = Explanation {
    code: "unannounced_step",
    title: "a role waits for a step that nobody tells it of",
    text: "\
A role acts only on what it can know: what it did itself, and what a message told it. `after t`
across roles needs a message from t's side: a report after t, or t itself when t is a message to
that role. A request, a permission and a handed-over certificate tell of nothing but themselves.

Right:
  step confirm_trust by receiver_admin {
    after trust_both
    inform tenant_admin
  }
  step exchange_key by tenant_admin {
    after confirm_trust
    exchange tenant[$alias] for new
  }
",
};
