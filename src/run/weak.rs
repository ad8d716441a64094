//! What is weak about the keys of a run, or another kind than the plan says: told, and nothing is stopped for
//! it. Of a key that is in use already it is a reason to renew it.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    backend::bench::Material,
    plan::Plan,
    source::shown,
    world::{id::KeyId, key_kind::KeyKind, weakness::Weakness},
};

use super::{bind::created, casting::Casting, error::RunError, key_kind, site::Site};

/// A key that the run would make, and take in no such pair.
#[derive(Debug, Diagnostic, Error)]
#[error("`{key}` is to be new, and is weak: {weakness}")]
#[diagnostic(
    code(keyroll::weak_algorithm),
    help(
        "say which type it is to be, as in `type of {key} is rsa-3072`, or `type = \"rsa-3072\"` in `[keys.{key}]` of \
         the site; or say why it has to be so: `waive {key} weak because \"...\"`"
    )
)]
struct WeakAlgorithm {
    key: String,
    weakness: Weakness,
    #[label("made like the key that it replaces, as nothing else is said")]
    at: SourceSpan,
}

/// Looks whether a step makes a key through a backend that would be weak, as it is made like the one that it
/// replaces: told before a run begins, for the step would be refused when its turn comes.
///
/// # Errors
/// The finding for the first one.
pub(super) fn inherited(
    plan: &Plan,
    site: &Site,
    casting: &Casting,
    material: &Material,
) -> Result<(), RunError> {
    for (step, row) in plan.steps.iter() {
        let Some(key) = row.action.value.makes().filter(|_| !casting.is_by_hand(plan, step)) else {
            continue;
        };
        if material.certificate(key).is_some() || material.may_be_weak(key) {
            continue;
        }
        if let Some(weakness) = to_be(plan, site, material, key).and_then(Weakness::of_kind) {
            let key = shown(&plan.landscape.keys[key]);
            let finding = WeakAlgorithm { key, weakness, at: row.action.span.into() };
            return Err(RunError::Weak(plan.source.placed_one(Box::new(finding))));
        }
    }
    Ok(())
}

/// What kind of pair a key will be: as site or plan says, or like the key that it replaces.
fn to_be(plan: &Plan, site: &Site, material: &Material, key: KeyId) -> Option<KeyKind> {
    let mut seen = vec![key];
    loop {
        let at = *seen.last()?;
        let said =
            key_kind::to_be(plan, site, at).filter(|_| at == key || material.certificate(at).is_none());
        if let Some(kind) = said.or_else(|| material.certificate(at).and_then(KeyKind::of)) {
            return Some(kind);
        }
        let old = plan.predecessors.get(&at).filter(|old| !seen.contains(*old))?;
        seen.push(*old);
    }
}

/// One sentence for each weak key and certificate that is there, and for each that would be made.
#[must_use]
pub fn weak(plan: &Plan, material: &Material) -> Vec<String> {
    let mut found = Vec::new();
    for key in plan.landscape.own_keys() {
        let Some(certificate) = material.certificate(key) else { continue };
        let name = shown(&plan.landscape.keys[key]);
        found.extend(Weakness::of(certificate).iter().map(|weakness| format!("{name} is weak: {weakness}")));
        let (said, seen) = (plan.key_kind(key), KeyKind::of(certificate));
        if let Some((said, seen)) = said.zip(seen).filter(|(said, seen)| said != seen) {
            found.push(format!("{name}: the plan says that it is {said}, and its certificate is of {seen}"));
        }
    }
    for key in created(plan).filter(|key| material.certificate(*key).is_none()) {
        let kind = material.spec(key).map(|spec| KeyKind::Handled(spec.key_type));
        if let Some(weakness) = kind.and_then(Weakness::of_kind) {
            let name = shown(&plan.landscape.keys[key]);
            let remedy = format!("say which type it is to be, as in `type of {name} is rsa-3072`");
            let remedy = if material.may_be_weak(key) { "the plan waives it".to_owned() } else { remedy };
            found.push(format!("{name} would be weak: {weakness}; {remedy}"));
        }
    }
    found
}
