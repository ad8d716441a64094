//! A key that two steps create.

use std::collections::BTreeMap;

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    explanation::Explanation,
    source::{Finding, Span, shown},
    world::{effect::Effect, id::KeyId},
};

use super::Subject;

/// A second creation.
#[derive(Debug, Diagnostic, Error)]
#[error("`{key}` is {how}")]
#[diagnostic(code(keyroll::created_twice), help("{help}"))]
struct CreatedTwice {
    key: String,
    how: &'static str,
    help: &'static str,
    #[label("{again}")]
    at: SourceSpan,
    again: &'static str,
    #[label("{earlier}")]
    first: SourceSpan,
    earlier: &'static str,
}

/// What is said of a key that is there already: how it comes again, what to do, and of the two places.
type Words = (&'static str, &'static str, &'static str, &'static str);

const ANOTHER: &str = "a second pair is another key: declare a key of its own for it, or leave the step out";
const ONE_KEYSTORE: &str =
    "a key lies in one keystore of a plan: declare a key of its own for the other place";

const IN_USE: Words = (
    "created although it is in use from the start",
    ANOTHER,
    "creates a second pair",
    "its pair lies in a keystore already",
);
const TWICE: Words = ("created twice", ANOTHER, "creates a second pair", "creates the first pair");
const IMPORTED_IN_USE: Words = (
    "imported although it lies in a keystore from the start",
    ONE_KEYSTORE,
    "imports it again",
    "lies in a keystore already",
);
const IMPORTED: Words =
    ("imported although it comes to lie in a keystore", ONE_KEYSTORE, "imports it again", "brings it there");

/// Finds keys that are created or imported although they are there.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let plan = subject.plan;
    let in_use: BTreeMap<KeyId, Span> =
        plan.places_in_use().map(|(_, key)| (key, plan.declared.keys[key])).collect();
    let (mut made, mut brought): (BTreeMap<KeyId, Span>, BTreeMap<KeyId, Span>) = Default::default();
    let mut findings: Vec<Finding> = Vec::new();
    for step in plan.steps.rows() {
        let action = &step.action.value;
        let put = action.effects().into_iter().find_map(|effect| match effect {
            Effect::Put { key, .. } => Some(key),
            _ => None,
        });
        let Some(key) = action.makes().or(put) else { continue };
        let at = step.action.span;
        let earlier = match action.makes() {
            Some(key) => {
                let before = made.get(&key).or_else(|| put.and_then(|key| brought.get(&key)));
                in_use.get(&key).map(|at| (*at, IN_USE)).or(before.map(|at| (*at, TWICE)))
            }
            None => in_use
                .get(&key)
                .map(|at| (*at, IMPORTED_IN_USE))
                .or(brought.get(&key).map(|at| (*at, IMPORTED))),
        };
        if let Some((first, (how, help, again, earlier))) = earlier {
            let (key, at, first) = (shown(&plan.landscape.keys[key]), at.into(), first.into());
            findings.push(Box::new(CreatedTwice { key, how, help, at, again, first, earlier }));
            continue;
        }
        made.extend(action.makes().map(|key| (key, at)));
        brought.extend(put.map(|key| (key, at)));
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
