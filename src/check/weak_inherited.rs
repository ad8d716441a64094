//! A new key that is made like a weak one.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    explanation::Explanation,
    plan::Plan,
    source::{Finding, Span, shown},
    world::{id::KeyId, weakness::Weakness},
};

use super::Subject;

/// What is said of the old key counts for the new one.
#[derive(Debug, Diagnostic, Error)]
#[error("`{key}` would be made like `{old}`, and be weak: {weakness}")]
#[diagnostic(
    severity(Advice),
    code(keyroll::weak_inherited),
    help("say which type it is to be, as in `type of {key} is rsa-3072`; otherwise only a site can")
)]
struct WeakInherited {
    key: String,
    old: String,
    weakness: Weakness,
    #[label("of which the new one would be too")]
    at: SourceSpan,
    #[label("of which type is not said")]
    made: SourceSpan,
}

/// Finds keys of whose type nothing is said, and that take the place of one of a weak type.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let plan = subject.plan;
    // Most plans say nothing of types, and what is new is asked of every step.
    if plan.declared.kinds.said.is_empty() {
        return Vec::new();
    }
    let may_be = plan.may_be_weak();
    let made = plan.steps.rows().filter_map(|step| Some((step.action.value.makes()?, step.action.span)));
    let silent = made.filter(|(key, _)| !may_be.contains(key));
    silent.filter_map(|(key, made)| one(plan, key, made)).collect()
}

fn one(plan: &Plan, key: KeyId, made: Span) -> Option<Finding> {
    let (mut at, mut seen) = (key, vec![key]);
    while plan.key_kind(at).is_none() {
        at = *plan.predecessors.get(&at).filter(|old| !seen.contains(*old))?;
        seen.push(at);
    }
    let (kind, span) = plan.declared.kinds.said.get(&at).filter(|_| at != key)?;
    Some(Box::new(WeakInherited {
        key: shown(&plan.landscape.keys[key]),
        old: shown(&plan.landscape.keys[at]),
        weakness: Weakness::of_kind(*kind)?,
        at: (*span).into(),
        made: made.into(),
    }))
}

/// What `explain` says.
pub const EXPLANATION: Explanation = Explanation {
    code: "weak_inherited",
    title: "advice: a new key is made like a weak one",
    text: "\
A new key is of the type of the one that it replaces, unless the plan or the site says another.
Where the old one is weak, a run takes in no such pair: it says so before it begins. Say what comes
instead, in the plan or in the site.

Wrong:
  type of old is rsa-1024

Right:
  type of old is rsa-1024
  type of new is rsa-3072
",
};
