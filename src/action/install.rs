//! `install certificate of new in tenant`: what was issued takes the place of the certificate with
//! which the pair was made.

use crate::{
    backend::{
        Outcome,
        bench::{ActError, Workbench},
    },
    world::{
        id::{KeyId, PlaceId, StoreId},
        landscape::{Fact, Landscape},
    },
};

use super::{Action, Certifying, Unsettled, Verb};

/// The row of the vocabulary.
pub const VERB: Verb = Verb {
    keyword: "install",
    usage: "install certificate of <key> in <keystore>",
    meaning: "puts the certificate that was issued, and its chain, in place of the one with which the key was made, under its staging alias; the owner of the keystore does it. Its public half must be that of the key. Before this the key is neither handed over nor used.",
    read: |arguments, _| {
        let (key, store) = (arguments.key()?, arguments.keystore()?);
        // Where the pair waits is known once every `create` of the plan is read.
        Some(Box::new(Install { key, store, place: None }))
    },
};

/// An issued certificate is taken in.
#[derive(Debug)]
pub struct Install {
    key: KeyId,
    store: StoreId,
    place: Option<PlaceId>,
}

impl Action for Install {
    fn words(&self, landscape: &Landscape) -> String {
        let (key, store) = (&landscape.keys[self.key], &landscape.stores[self.store].name);
        format!("install certificate of {key} in {store}")
    }

    fn authority(&self) -> Vec<Fact> {
        self.place.into_iter().map(Fact::Place).collect()
    }

    fn uses_public_half(&self) -> Option<KeyId> {
        Some(self.key)
    }

    fn certifies(&self) -> Option<Certifying> {
        self.place.map(|place| Certifying::Install(self.key, place))
    }

    fn unsettled(&self) -> Option<Unsettled> {
        Some(Unsettled::Staged(self.store, self.key))
    }

    fn settle(&mut self, place: PlaceId) {
        self.place = Some(place);
    }

    fn perform(&self, bench: &mut Workbench<'_>) -> Result<Outcome, ActError> {
        self.place.map_or(Ok(Outcome::AlreadySo), |place| bench.install(place, self.key))
    }
}
