//! `exchange tenant["alias"] for new`: another key pair under a kept alias.

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
    keyword: "exchange",
    usage: "exchange <keystore[alias]> for <key>",
    meaning: "moves the key pair that waits under its staging alias under the kept alias, and the old pair under a backup alias, in one act; the owner of the keystore does it.",
    read: |arguments, landscape| {
        let place = arguments.place()?;
        let key = arguments.key()?;
        let kept = landscape.places[place].clone();
        let backup = landscape.place(kept.store, &backup_alias(&kept.alias)?);
        // Where the new pair waits is known once every `create` of the plan is read.
        Some(Box::new(Exchange { place, key, backup, staged: place, store: kept.store }))
    },
};

/// The alias under which the old pair stays: the kept alias and `-backup`.
#[must_use]
pub fn backup_alias(alias: &Alias) -> Option<Alias> {
    Alias::new(format!("{alias}-backup")).ok()
}

/// A kept alias comes to name another key pair.
#[derive(Debug)]
pub struct Exchange {
    place: PlaceId,
    key: KeyId,
    backup: PlaceId,
    staged: PlaceId,
    store: StoreId,
}

impl Action for Exchange {
    fn words(&self, landscape: &Landscape) -> String {
        format!("exchange {} for {}", landscape.place_name(self.place), landscape.keys[self.key])
    }

    fn effects(&self) -> Effects {
        [Effect::Exchange { place: self.place, staged: self.staged, key: self.key, backup: self.backup }]
            .into()
    }

    fn unsettled(&self) -> Option<Unsettled> {
        Some(Unsettled::Staged(self.store, self.key))
    }

    fn settle(&mut self, place: PlaceId) {
        self.staged = place;
    }

    fn perform(&self, bench: &mut Workbench<'_>) -> Result<Outcome, ActError> {
        bench.exchange(self.place, self.staged, self.key, self.backup)
    }
}
