//! A key that two steps create.

use std::collections::BTreeMap;

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    explanation::Explanation,
    source::{Finding, shown},
    world::{effect::Effect, id::KeyId},
};

use super::Subject;

/// A second creation.
#[derive(Debug, Diagnostic, Error)]
#[error("`{key}` is created {how}")]
#[diagnostic(
    code(keyroll::created_twice),
    help("a second pair is another key: declare a key of its own for it, or leave the step out")
)]
struct CreatedTwice {
    key: String,
    how: &'static str,
    #[label("creates a second pair")]
    at: SourceSpan,
    #[label("{earlier}")]
    first: SourceSpan,
    earlier: &'static str,
}

/// Finds keys that are created although they exist.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let plan = subject.plan;
    let mut first: BTreeMap<KeyId, crate::source::Span> =
        plan.places_in_use().map(|(_, key)| (key, plan.declared.keys[key])).collect();
    let mut findings: Vec<Finding> = Vec::new();
    for step in plan.steps.rows() {
        for effect in step.action.value.effects() {
            let Effect::Put { key, .. } = effect else { continue };
            if let Some(earlier) = first.get(&key) {
                let (key, at) = (shown(&plan.landscape.keys[key]), step.action.span.into());
                let is_declared = plan.declared.keys.rows().any(|declared| declared == earlier);
                let (how, said) = if is_declared {
                    ("although it is in use from the start", "its pair lies in a keystore already")
                } else {
                    ("twice", "creates the first pair")
                };
                findings.push(Box::new(CreatedTwice {
                    key,
                    how,
                    at,
                    first: (*earlier).into(),
                    earlier: said,
                }));
            } else {
                first.insert(key, step.action.span);
            }
        }
    }
    findings
}

/// What `explain` says.
pub const EXPLANATION: Explanation = Explanation {
    code: "created_twice",
    title: "a key is created although it exists",
    text: "A key is one pair. `create` makes it once; a pair that lies in a keystore from the start is not\n\
           created at all.",
};
