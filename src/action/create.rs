//! `create new in tenant as "alias"`: a fresh key pair under a staging alias.

use crate::{
    backend::{
        Outcome,
        bench::{ActError, Workbench},
    },
    world::{
        effect::{Effect, Effects},
        id::{KeyId, PlaceId},
        landscape::Landscape,
    },
};

use super::{Action, Verb};

/// The row of the vocabulary.
pub const VERB: Verb = Verb {
    keyword: "create",
    usage: "create <key> in <keystore> as <alias>",
    meaning: "generates a key pair under a staging alias; the owner of the keystore does it. Key type and subject are those of the key that it replaces, unless the site says otherwise.",
    read: |arguments, landscape| {
        let key = arguments.key()?;
        let store = arguments.keystore()?;
        let place = landscape.place(store, &arguments.alias()?);
        Some(Box::new(Create { key, place }))
    },
};

/// A fresh key pair comes to lie under a staging alias.
#[derive(Debug)]
pub struct Create {
    key: KeyId,
    place: PlaceId,
}

impl Action for Create {
    fn words(&self, landscape: &Landscape) -> String {
        let place = &landscape.places[self.place];
        let store = &landscape.stores[place.store].name;
        format!("create {} in {store} as \"{}\"", landscape.keys[self.key], place.alias)
    }

    fn effects(&self) -> Effects {
        [Effect::Put { place: self.place, key: self.key }].into()
    }

    fn makes(&self) -> Option<KeyId> {
        Some(self.key)
    }

    fn perform(&self, bench: &mut Workbench<'_>) -> Result<Outcome, ActError> {
        bench.create(self.place, self.key)
    }
}
