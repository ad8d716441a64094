//! A certificate used by a role that does not hold it.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    action::SpeechKind,
    explanation::Explanation,
    source::{Finding, shown},
    world::{
        effect::Effect,
        id::{DeliveryId, KeyId, StepId},
    },
};

use super::Subject;

/// The role does not hold the certificate.
#[derive(Debug, Diagnostic, Error)]
#[error("`{role}` does not hold the certificate of `{key}` here")]
#[diagnostic(
    code(keyroll::key_not_provided),
    help("let `{owner}` do `provide {key} to {role}` in a step before `{step}`")
)]
struct KeyNotProvided {
    role: String,
    key: String,
    owner: String,
    step: String,
    #[label("needs the certificate of `{key}`")]
    at: SourceSpan,
}

/// Finds steps that use a certificate which their role neither owns nor was handed.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let plan = subject.plan;
    let mut findings: Vec<Finding> = Vec::new();
    for (id, step) in plan.steps.iter() {
        let Some(key) = step.action.value.uses_public_half() else { continue };
        if !holds(subject, id, key) {
            findings.push(Box::new(KeyNotProvided {
                role: shown(&plan.landscape.roles[step.role.value]),
                key: shown(&plan.landscape.keys[key]),
                owner: owner(subject, key),
                step: shown(&step.name.value),
                at: step.action.span.into(),
            }));
        }
    }
    findings
}

/// The role whose keystore holds the key or comes to hold it.
fn owner(subject: &Subject<'_>, key: KeyId) -> String {
    let plan = subject.plan;
    let in_use = plan.places_in_use().find(|(_, k)| *k == key).map(|(place, _)| place);
    let created = || {
        plan.steps.rows().flat_map(|row| row.action.value.effects()).find_map(|effect| match effect {
            Effect::Put { place, key: k } if k == key => Some(place),
            _ => None,
        })
    };
    let place = in_use.or_else(created);
    let role = place.map(|place| plan.landscape.stores[plan.landscape.places[place].store].owner);
    role.map_or_else(|| "whoever creates it".to_owned(), |role| shown(&plan.landscape.roles[role]))
}

/// The messages that hand over the certificate which a step uses; nothing for a step that uses
/// none, or whose role has it without being handed it.
#[must_use]
pub fn provisions(subject: &Subject<'_>, step: StepId) -> Vec<DeliveryId> {
    let plan = subject.plan;
    let Some(key) = plan.steps[step].action.value.uses_public_half() else { return Vec::new() };
    if has(subject, step, key) {
        return Vec::new();
    }
    let role = plan.steps[step].role.value;
    let hands_over = |other: StepId| {
        plan.steps[other].speech.as_ref().is_some_and(|s| s.kind == SpeechKind::Provision(key))
    };
    let deliveries = plan.deliveries.iter();
    let mine = deliveries.filter(|(_, d)| d.to == role && hands_over(d.step));
    mine.filter(|(_, d)| subject.order.is_before(d.step, step)).map(|(id, _)| id).collect()
}

fn holds(subject: &Subject<'_>, step: StepId, key: KeyId) -> bool {
    has(subject, step, key) || !provisions(subject, step).is_empty()
}

/// Whether a role has a certificate without being handed it.
fn has(subject: &Subject<'_>, step: StepId, key: KeyId) -> bool {
    let plan = subject.plan;
    let role = plan.steps[step].role.value;
    let lies_in_own_store = plan.places_in_use().any(|(place, k)| {
        k == key && plan.landscape.stores[plan.landscape.places[place].store].owner == role
    });
    let accepted_by_own = plan
        .landscape
        .acceptors
        .iter()
        .any(|(id, a)| a.owner == role && plan.start.accepted[id].contains(key));
    let created = |other: StepId| {
        let row = &plan.steps[other];
        row.role.value == role
            && row.action.value.effects().iter().any(|e| matches!(e, Effect::Put { key: k, .. } if *k == key))
    };
    lies_in_own_store || accepted_by_own || subject.order.before(step).any(created)
}

/// What `explain` says.
pub const EXPLANATION: Explanation = Explanation {
    code: "key_not_provided",
    title: "a role uses a certificate that it does not hold",
    text: "The private half of a key never leaves its keystore; the certificate is handed over by\n\
           `provide new to receiver_admin`. Only then can that role accept it anywhere.",
};
