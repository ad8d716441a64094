//! `import new in tenant as "alias"`: what another role made comes to lie under a staging alias.

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
    keyword: "import",
    usage: "import <key> in <keystore> as <alias>",
    meaning: "puts what another role made and handed over under a staging alias: a certificate to encrypt for, or a user with a password; the owner of the keystore does it. A key lies in one keystore of the plan only.",
    read: |arguments, landscape| {
        let key = arguments.key()?;
        let store = arguments.keystore()?;
        let place = landscape.place(store, &arguments.alias()?);
        Some(Box::new(Import { key, place }))
    },
};

/// What was handed over comes to lie under a staging alias.
#[derive(Debug)]
pub struct Import {
    key: KeyId,
    place: PlaceId,
}

impl Action for Import {
    fn words(&self, landscape: &Landscape) -> String {
        let place = &landscape.places[self.place];
        let store = &landscape.stores[place.store].name;
        format!("import {} in {store} as \"{}\"", landscape.keys[self.key], place.alias)
    }

    fn effects(&self) -> Effects {
        [Effect::Put { place: self.place, key: self.key }].into()
    }

    fn uses_public_half(&self) -> Option<KeyId> {
        Some(self.key)
    }

    fn perform(&self, bench: &mut Workbench<'_>) -> Result<Outcome, ActError> {
        bench.import(self.place, self.key)
    }
}
