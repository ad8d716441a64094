//! A step that changes what its role does not own.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    explanation::Explanation,
    source::{Finding, shown},
    world::{id::StepId, landscape::Fact},
};

use super::Subject;

/// The role does not own the thing.
#[derive(Debug, Diagnostic, Error)]
#[error("`{role}` does not own `{thing}`")]
#[diagnostic(
    code(keyroll::role_without_authority),
    help("let `{owner}` do this step, or ask for it: `request {owner} to {act}`")
)]
struct RoleWithoutAuthority {
    role: String,
    thing: String,
    owner: String,
    act: String,
    does: &'static str,
    #[label("{does} `{thing}`, which belongs to `{owner}`")]
    at: SourceSpan,
    #[label("acts here")]
    role_at: SourceSpan,
}

/// Finds steps on what their role does not own.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Finding> {
    subject.plan.steps.ids().filter_map(|step| one(subject, step)).collect()
}

fn one(subject: &Subject<'_>, id: StepId) -> Option<Finding> {
    let plan = subject.plan;
    let step = &plan.steps[id];
    let role = step.role.value;
    let foreign = |fact: &Fact| plan.landscape.owner(*fact).filter(|owner| *owner != role);
    let (fact, owner) =
        step.action.value.authority().into_iter().find_map(|fact| foreign(&fact).map(|o| (fact, o)))?;
    let effects = step.action.value.effects();
    let thing = match fact {
        Fact::Place(place) => &plan.landscape.stores[plan.landscape.places[place].store].name,
        Fact::Accepts(receiver, _) | Fact::AcceptsOther(receiver) => &plan.landscape.acceptors[receiver].name,
        Fact::Running(flow) => &plan.landscape.channels[flow].name,
        Fact::Window(window) => &plan.landscape.windows[window].name,
        Fact::Own(own) => &plan.landscape.own_facts[own].name,
    };
    Some(Box::new(RoleWithoutAuthority {
        role: shown(&plan.landscape.roles[role]),
        thing: shown(thing),
        owner: shown(&plan.landscape.roles[owner]),
        act: shown(&plan.sentence(id)),
        does: if effects.iter().all(|effect| effect.writes().is_empty()) { "tests" } else { "changes" },
        at: step.action.span.into(),
        role_at: step.role.span.into(),
    }))
}

/// What `explain` says.
pub const EXPLANATION: Explanation = Explanation {
    code: "role_without_authority",
    title: "a step changes what its role does not own",
    text: "`keystore tenant of tenant_admin` says who may change the keystore: its owner and nobody else. The\n\
           same holds for receivers, flows and facts. An exchange is the act of the keystore's owner, a\n\
           deployment the act of the flow's owner.",
};
