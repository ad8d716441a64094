//! What is weak about the keys of a run, or another kind than the plan says: told, and nothing is stopped for
//! it. Of a key that is in use already it is a reason to renew it.

use crate::{
    backend::bench::Material,
    plan::Plan,
    source::shown,
    world::{key_kind::KeyKind, weakness::Weakness},
};

use super::bind::created;

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
