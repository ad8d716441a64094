//! `destroy old in tenant`: the kept old pair is removed from its backup alias, or a key from one of the two
//! aliases that a flow lists.

use crate::{
    backend::{
        Outcome,
        bench::{ActError, Workbench},
    },
    name::Alias,
    world::{
        effect::{Effect, Effects},
        id::{KeyId, PlaceId, StoreId},
        landscape::Landscape,
    },
};

use super::{Action, Unsettled, Verb};

/// The row of the vocabulary.
pub const VERB: Verb = Verb {
    keyword: "destroy",
    usage: "destroy <key> in <keystore>",
    meaning: "removes the key pair that an exchange left under its backup alias, or that lies under one of two aliases which a flow lists; the owner of the keystore does it. Nothing else removes it, and there is no way back afterwards.",
    read: |arguments, landscape| {
        let key = arguments.key()?;
        let store = arguments.keystore()?;
        // Where the old pair is kept is known once every `exchange` of the plan is read; until then
        // it points at any alias of the keystore.
        let known = landscape.places.find(|place| place.store == store);
        let any = known.or_else(|| Some(landscape.place(store, &Alias::new("backup").ok()?)))?;
        Some(Box::new(Destroy { key, place: any, store }))
    },
};

/// A kept pair is removed.
#[derive(Debug)]
pub struct Destroy {
    key: KeyId,
    place: PlaceId,
    store: StoreId,
}

impl Action for Destroy {
    fn words(&self, landscape: &Landscape) -> String {
        format!("destroy {} in {}", landscape.keys[self.key], landscape.stores[self.store].name)
    }

    fn effects(&self) -> Effects {
        [Effect::Remove { place: self.place, key: self.key }].into()
    }

    fn unsettled(&self) -> Option<Unsettled> {
        Some(Unsettled::Kept(self.store, self.key))
    }

    fn settle(&mut self, place: PlaceId) {
        self.place = place;
    }

    fn perform(&self, bench: &mut Workbench<'_>) -> Result<Outcome, ActError> {
        bench.remove(self.place, self.key)
    }
}
