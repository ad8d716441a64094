//! Flows that steps repoint: which key lies under the alias to which each step leads.

use std::collections::{BTreeMap, BTreeSet};

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    explanation::Explanation,
    source::{Finding, Span, shown},
    world::{
        effect::Effect,
        id::{ChannelId, KeyId, PlaceId, StepId, Table},
        landscape::Landscape,
    },
};

use super::{Step, resolve::Draft};

/// A flow that cannot be repointed so.
#[derive(Debug, Diagnostic, Error)]
#[error("`{flow}` cannot be repointed to {alias}: {why}")]
#[diagnostic(code(keyroll::cannot_repoint))]
struct CannotRepoint {
    flow: String,
    alias: String,
    why: String,
    #[help]
    help: String,
    #[label("to what is it to sign with?")]
    at: SourceSpan,
}

/// The keys that come to lie under each alias at one time or another, whatever the order of the steps.
pub(super) fn held(draft: &Draft, steps: &Table<StepId, Step>) -> BTreeMap<PlaceId, BTreeSet<KeyId>> {
    let mut held: BTreeMap<PlaceId, BTreeSet<KeyId>> = BTreeMap::new();
    for (place, key, _) in &draft.start.places {
        held.entry(*place).or_default().insert(*key);
    }
    let effects = || steps.rows().flat_map(|step| step.action.value.effects());
    for effect in effects() {
        if let Effect::Put { place, key } | Effect::Exchange { place, key, .. } = effect {
            held.entry(place).or_default().insert(key);
        }
    }
    // What an exchange keeps may be exchanged in its turn.
    let mut grown = true;
    while std::mem::take(&mut grown) {
        for effect in effects() {
            let Effect::Exchange { place, key, backup, .. } = effect else { continue };
            let moved = held.get(&place).cloned().unwrap_or_default();
            let kept = held.entry(backup).or_default();
            let before = kept.len();
            kept.extend(moved.into_iter().filter(|old| *old != key));
            grown |= kept.len() > before;
        }
    }
    held
}

/// The key to which a flow is repointed, or what speaks against it.
pub(super) fn key(
    land: &Landscape,
    held: &BTreeMap<PlaceId, BTreeSet<KeyId>>,
    (flow, alias, at): (ChannelId, PlaceId, Span),
) -> Result<KeyId, Finding> {
    let channel = &land.channels[flow];
    let (store, name) = (land.places[alias].store, shown(&land.place_name(alias)));
    let store_name = shown(&land.stores[store].name);
    let keys: Vec<KeyId> = held.get(&alias).into_iter().flatten().copied().collect();
    let (why, help) = match (channel.beside, keys.as_slice()) {
        (Some(_), _) => (
            "it lists two aliases".to_owned(),
            "let it list one alias; or bring another key under one of the two, and destroy the old one"
                .to_owned(),
        ),
        _ if land.places[channel.alias].store != store => (
            format!(
                "it signs with what lies in `{}`",
                shown(&land.stores[land.places[channel.alias].store].name)
            ),
            "name another alias of the same keystore".to_owned(),
        ),
        (None, []) => (
            "no step brings a key there".to_owned(),
            format!("add a step that does `create ... in {store_name} as \"...\"` with that alias"),
        ),
        (None, [key]) => return Ok(*key),
        (None, several) => {
            let names: Vec<String> = several.iter().map(|key| shown(&land.keys[*key])).collect();
            (
                format!("now {} lies there, now another key", names.join(" or ")),
                "bring the key under an alias of its own, and name that".to_owned(),
            )
        }
    };
    Err(Box::new(CannotRepoint { flow: shown(&channel.name), alias: name, why, help, at: at.into() }))
}

/// What `explain` says.
pub(super) const EXPLANATIONS: &[Explanation] = &[Explanation {
    code: "cannot_repoint",
    title: "a flow cannot be repointed so",
    text: "\
`repoint FLOW to KEYSTORE[ALIAS]` lets a flow sign with the key under another alias of the keystore
with which it signs. It names an alias to which the plan brings one key, and only one, so that
everybody knows which key that is. A flow that lists two aliases is never repointed.

Right:
  step create_key by tenant_admin {
    create new in tenant as \"orders-2027\"
  }

  step repoint by tenant_admin {
    after create_key
    repoint orders to tenant[\"orders-2027\"]
  }
",
}];
