//! A step that changes what its role does not own.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    explanation::Explanation,
    plan::Plan,
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

/// None of the roles that are spoken to owns the thing.
#[derive(Debug, Diagnostic, Error)]
#[error("`{step}` speaks to `{asked}` of what `{owner}` alone may do")]
#[diagnostic(code(keyroll::role_without_authority), help("speak to `{owner}` instead, who owns `{thing}`"))]
struct AskedWithoutAuthority {
    step: String,
    asked: String,
    thing: String,
    owner: String,
    #[label("about `{thing}`, which belongs to `{owner}`")]
    at: SourceSpan,
}

/// Finds steps on what their role does not own, and those that ask a role for such a step or allow it.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Finding> {
    subject.plan.steps.ids().filter_map(|step| one(subject, step).or_else(|| asked(subject, step))).collect()
}

fn asked(subject: &Subject<'_>, id: StepId) -> Option<Finding> {
    let plan = subject.plan;
    let (step, land) = (&plan.steps[id], &plan.landscape);
    let speech = step.speech.as_ref()?;
    let foreign = |fact: &Fact| land.owner(*fact).filter(|owner| !speech.to.contains(owner));
    let facts = step.action.value.asks_for();
    let (fact, owner) = facts.into_iter().find_map(|fact| foreign(&fact).map(|owner| (fact, owner)))?;
    let asked: Vec<String> = speech.to.iter().map(|role| shown(&land.roles[*role])).collect();
    Some(Box::new(AskedWithoutAuthority {
        step: shown(&step.name.value),
        asked: asked.join("`, `"),
        thing: shown(thing(plan, fact)),
        owner: shown(&land.roles[owner]),
        at: step.action.span.into(),
    }))
}

/// What a fact is about.
fn thing(plan: &Plan, fact: Fact) -> &str {
    let land = &plan.landscape;
    match fact {
        Fact::Place(place) => &land.stores[land.places[place].store].name,
        Fact::Accepts(receiver, _) | Fact::AcceptsOther(receiver) => &land.acceptors[receiver].name,
        Fact::Running(flow) => &land.channels[flow].name,
        Fact::Window(window) => &land.windows[window].name,
        Fact::Own(own) => &land.own_facts[own].name,
    }
}

fn one(subject: &Subject<'_>, id: StepId) -> Option<Finding> {
    let plan = subject.plan;
    let step = &plan.steps[id];
    let role = step.role.value;
    let foreign = |fact: &Fact| plan.landscape.owner(*fact).filter(|owner| *owner != role);
    let (fact, owner) =
        step.action.value.authority().into_iter().find_map(|fact| foreign(&fact).map(|o| (fact, o)))?;
    let effects = step.action.value.effects();
    Some(Box::new(RoleWithoutAuthority {
        role: shown(&plan.landscape.roles[role]),
        thing: shown(thing(plan, fact)),
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
           deployment the act of the flow's owner. Who asks for an act, or allows it, speaks to that owner too.",
};
