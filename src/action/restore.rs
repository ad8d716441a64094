//! `restore tenant["alias"] to old`: an exchange is taken back.

use crate::{
    backend::{
        Outcome,
        bench::{ActError, Workbench},
    },
    name::Alias,
    world::{
        effect::{Effect, Effects},
        id::{KeyId, PlaceId},
        landscape::Landscape,
    },
};

use super::{Action, Verb, exchange::backup_alias};

/// The row of the vocabulary.
pub const VERB: Verb = Verb {
    keyword: "restore",
    usage: "restore <keystore[alias]> to <key>",
    meaning: "takes an exchange back: the key pair that is kept under the backup alias moves under the kept alias again, and the pair that lies there under the alias with `-next` behind it, in one act; the owner of the keystore does it.",
    read: |arguments, landscape| {
        let place = arguments.place()?;
        let key = arguments.key()?;
        let live = landscape.places[place].clone();
        let kept = landscape.place(live.store, &backup_alias(&live.alias)?);
        let next = landscape.place(live.store, &next_alias(&live.alias)?);
        Some(Box::new(Restore { place, key, kept, next }))
    },
};

/// The alias under which a pair waits that an exchange is taken back from: the kept alias and `-next`.
#[must_use]
pub fn next_alias(alias: &Alias) -> Option<Alias> {
    Alias::new(format!("{alias}-next")).ok()
}

/// An alias comes to name again what it named before an exchange.
#[derive(Debug)]
pub struct Restore {
    place: PlaceId,
    key: KeyId,
    kept: PlaceId,
    next: PlaceId,
}

impl Action for Restore {
    fn words(&self, landscape: &Landscape) -> String {
        format!("restore {} to {}", landscape.place_name(self.place), landscape.keys[self.key])
    }

    fn effects(&self) -> Effects {
        [Effect::Exchange { place: self.place, staged: self.kept, key: self.key, backup: self.next }].into()
    }

    fn perform(&self, bench: &mut Workbench<'_>) -> Result<Outcome, ActError> {
        bench.exchange(self.place, self.kept, self.key, self.next)
    }
}
