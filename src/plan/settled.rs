//! Where an act finds what it moves or removes: only all the steps together tell.

use std::collections::{BTreeMap, BTreeSet};

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    action::Unsettled,
    explanation::Explanation,
    source::{Span, shown},
    world::{
        effect::Effect,
        id::{KeyId, PlaceId, StepId, StoreId, Table},
        landscape::Channel,
    },
};

use super::{Step, repointed, resolve::Draft};

/// An exchange for a key that nobody creates.
#[derive(Debug, Diagnostic, Error)]
#[error("no step creates `{key}` in `{store}`")]
#[diagnostic(
    code(keyroll::nothing_staged),
    help("add a step that does `create {key} in {store} as \"...\"`")
)]
struct NothingStaged {
    key: String,
    store: String,
    #[label("nothing waits there for this")]
    at: SourceSpan,
}

/// A removal of a pair that nothing leaves behind.
#[derive(Debug, Diagnostic, Error)]
#[error("nothing leaves `{key}` in `{store}`")]
#[diagnostic(
    code(keyroll::nothing_kept),
    help(
        "`destroy` removes the pair that an `exchange` keeps under its backup alias; name that key and keystore"
    )
)]
struct NothingKept {
    key: String,
    store: String,
    #[label("there is no kept pair to destroy")]
    at: SourceSpan,
}

/// Tells each act the places that only the whole plan can tell.
pub(super) fn settle(draft: &mut Draft, steps: &mut Table<StepId, Step>) {
    // A step that could not be read may be the one that is looked for.
    if !draft.findings.is_empty() {
        return;
    }
    let rooms = Rooms::of(draft, steps);
    // Most plans repoint nothing, and every step is asked.
    let repoints = |step: &Step| matches!(step.action.value.unsettled(), Some(Unsettled::Repointed(..)));
    let held = if steps.rows().any(repoints) { repointed::held(draft, steps) } else { BTreeMap::new() };
    for id in steps.ids() {
        let step = &mut steps[id];
        let at: Span = step.action.span;
        let Some(unsettled) = step.action.value.unsettled() else { continue };
        let (place, store, key) = match unsettled {
            Unsettled::Repointed(flow, alias) => {
                match repointed::key(&draft.landscape, &held, (flow, alias, at)) {
                    Ok(key) => step.action.value.settle_key(draft.landscape.own_place(flow), key),
                    Err(finding) => draft.findings.push(finding),
                }
                continue;
            }
            Unsettled::Staged(store, key) => (rooms.staged(store, key), store, key),
            Unsettled::Kept(store, key) => (rooms.kept(store, key), store, key),
        };
        match place {
            Some(place) => step.action.value.settle(place),
            None => {
                let key = shown(&draft.landscape.keys[key]);
                let store = shown(&draft.landscape.stores[store].name);
                draft.findings.push(match unsettled {
                    Unsettled::Staged(..) => Box::new(NothingStaged { key, store, at: at.into() }),
                    Unsettled::Kept(..) | Unsettled::Repointed(..) => {
                        Box::new(NothingKept { key, store, at: at.into() })
                    }
                });
            }
        }
    }
}

/// Where keys wait and are kept, as all the steps together say.
struct Rooms {
    /// Where a key is put first in a store.
    put: BTreeMap<(StoreId, KeyId), PlaceId>,
    /// Where a key lies from the start in a store.
    declared: BTreeMap<(StoreId, KeyId), PlaceId>,
    /// Where an exchange keeps what another key leaves, by the exchange's store and that key.
    kept: BTreeMap<(StoreId, KeyId), PlaceId>,
    /// The aliases that a flow lists beside another one, or between which it is repointed: a key may be taken from
    /// there without an exchange.
    listed: BTreeSet<PlaceId>,
}

impl Rooms {
    fn of(draft: &Draft, steps: &Table<StepId, Step>) -> Self {
        let effects = || steps.rows().flat_map(|step| step.action.value.effects());
        let store = |place: PlaceId| draft.landscape.places[place].store;
        let (mut put, mut declared, mut kept) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let mut held: BTreeMap<PlaceId, BTreeSet<KeyId>> = BTreeMap::new();
        for (place, key, _) in &draft.start.places {
            declared.entry((store(*place), *key)).or_insert(*place);
            held.entry(*place).or_default().insert(*key);
        }
        for effect in effects() {
            match effect {
                Effect::Put { place, key } => drop(put.entry((store(place), key)).or_insert(place)),
                Effect::Exchange { place, key, .. } => drop(held.entry(place).or_default().insert(key)),
                _ => {}
            }
        }
        for effect in effects() {
            if let Effect::Exchange { place, key: new, backup, .. } = effect {
                let store = draft.landscape.places[place].store;
                for old in held.get(&place).into_iter().flatten().filter(|old| **old != new) {
                    kept.entry((store, *old)).or_insert(backup);
                }
            }
        }
        let doubled = draft.landscape.channels.rows().filter(|flow| flow.beside.is_some());
        let mut listed: BTreeSet<PlaceId> = doubled.flat_map(Channel::aliases).collect();
        for step in steps.rows() {
            if let Some(Unsettled::Repointed(flow, alias)) = step.action.value.unsettled() {
                listed.extend([draft.landscape.channels[flow].alias, alias]);
            }
        }
        Self { put, declared, kept, listed }
    }

    fn staged(&self, store: StoreId, key: KeyId) -> Option<PlaceId> {
        self.put.get(&(store, key)).or_else(|| self.declared.get(&(store, key))).copied()
    }

    fn kept(&self, store: StoreId, key: KeyId) -> Option<PlaceId> {
        let lies = [&self.kept, &self.declared, &self.put].map(|places| places.get(&(store, key)));
        let [kept, declared, put] = lies;
        let listed = [declared, put].into_iter().flatten().find(|place| self.listed.contains(place));
        kept.or(listed).copied()
    }
}

/// What `explain` says.
pub(super) const EXPLANATIONS: &[Explanation] = &[
    Explanation {
        code: "nothing_staged",
        title: "an exchange for a key that nobody creates",
        text: "`exchange tenant[$alias] for new` takes the key pair that waits under a staging alias of the\n\
               same keystore: some step does `create new in tenant as \"...\"`, or the keystore declares it.\n\
               `install certificate of new in tenant` looks for it there too.",
    },
    Explanation {
        code: "nothing_kept",
        title: "`destroy` for a pair that nothing keeps",
        text: "\
An exchange keeps the old pair under a backup alias, the kept alias and `-backup`. `destroy` removes
that pair and nothing else does.

Right:
  step exchange_key by tenant_admin {
    after create_key
    exchange tenant[$alias] for new
  }
  step destroy_old by tenant_admin {
    after exchange_key
    destroy old in tenant
  }
",
    },
];
