//! Compares the type of a key that a site names with what is strong enough, and with the plan.

use crate::{
    plan::{Plan, Step},
    source::{Finding, Source, Span, shown},
    world::{
        effect::Effect,
        id::{KeyId, StepId},
        key_kind::KeyKind,
        material::KeyType,
        weakness::Weakness,
    },
};

use super::{
    bind::place,
    casting::Casting,
    opening::{XML_KEYS, signs},
    site::{FlowBinding, Site},
    site_fault::{bad_binding, weak_algorithm, weak_binding},
};

/// What a site may name, for people.
const KINDS: &str = "one of rsa-2048, rsa-3072, rsa-4096, ec-p256, ec-p384, ec-p521, ed25519, or opaque for what a command makes";

/// What is wrong with the type that a site names for a key.
pub(super) fn fault(plan: &Plan, site: &Site, (name, word): (&str, &str), at: Span) -> Option<Finding> {
    let Some(kind) = KeyKind::named(word) else {
        return Some(bad_binding(format!("the key type of `{name}` is not known"), KINDS.to_owned(), at));
    };
    let key = plan.key(name)?;
    let waived = plan.declared.kinds.waived.contains_key(&key);
    if let Some(weakness) = Weakness::of_kind(kind).filter(|_| !waived) {
        return Some(weak_algorithm(name, weakness, at));
    }
    if kind.handled().is_none() {
        let what = format!("no pair of the type {kind} is made for `{name}`");
        return Some(bad_binding(what, KINDS.to_owned(), at));
    }
    let said = plan.key_kind(key).filter(|said| *said != kind)?;
    // In a sandbox a key pair stands in for what none of its flows signs with.
    let stands_in =
        |flow: &str| matches!(site.flows.get(flow), Some(FlowBinding::Local { stand_in: true, .. }));
    if signs(plan, site, key).is_some_and(stands_in) {
        return None;
    }
    let what = format!("the plan says that `{}` is {said}, and the site makes {kind}", shown(name));
    let help = format!("write `type = \"{said}\"`, or leave the line out");
    Some(weak_binding(what, help, at))
}

/// What kind of pair a key is to be, where site or plan says so.
pub(super) fn to_be(plan: &Plan, site: &Site, key: KeyId) -> Option<KeyKind> {
    let bound = site.keys.get(&plan.landscape.keys[key]).and_then(|key| key.key_type.as_deref());
    bound.and_then(KeyKind::named).or_else(|| plan.key_kind(key))
}

/// Keys that are to be of a type of which no backend makes a pair, although one is to make them.
pub(super) fn unmade(plan: &Plan, site: &Site, text: &Source) -> Vec<Finding> {
    let (land, casting) = (&plan.landscape, Casting::of(plan, site));
    let one = |(step, row): (StepId, &Step)| {
        let key = row.action.value.makes().filter(|_| !casting.is_by_hand(plan, step))?;
        let (name, kind) = (&land.keys[key], to_be(plan, site, key)?);
        // What a site says is looked at with the key.
        let is_said_here = site.keys.get(name).is_some_and(|key| key.key_type.is_some());
        if is_said_here || kind.handled().is_some() {
            return None;
        }
        let (table, owner) = row.action.value.effects().into_iter().find_map(|effect| match effect {
            Effect::Put { place, .. } => Some(("keystores", &land.stores[land.places[place].store].name)),
            Effect::Accept { acceptor, .. } => Some(("receivers", &land.acceptors[acceptor].name)),
            _ => None,
        })?;
        let what = format!("no pair of the type {kind} is made for `{}`", shown(name));
        let help =
            "bind it as `manual`: then its owner's role makes the pair; or say another type in the plan";
        Some(bad_binding(what, help.to_owned(), place(text, table, owner)))
    };
    plan.steps.iter().filter_map(one).collect()
}

/// Keys that are to be of a type with which the flow that uses them here cannot sign.
pub(super) fn unfit(plan: &Plan, site: &Site, text: &Source) -> Vec<Finding> {
    let one = |key: KeyId| {
        let kind = match to_be(plan, site, key)? {
            KeyKind::Handled(KeyType::Ed25519) => "Ed25519",
            KeyKind::Handled(KeyType::Opaque) => "what is no key pair",
            _ => return None,
        };
        let (flow, name) = (signs(plan, site, key)?, &plan.landscape.keys[key]);
        let what = format!("`{flow}` signs xml with `{name}`, and cannot do so with {kind}");
        Some(bad_binding(what, format!("take {XML_KEYS}"), place(text, "keys", name)))
    };
    plan.landscape.own_keys().filter_map(one).collect()
}
