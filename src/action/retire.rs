//! `retire old at partner`: a receiver no longer accepts a key.

use crate::{
    backend::{
        Outcome,
        bench::{ActError, Workbench},
    },
    world::{
        effect::{Effect, Effects},
        id::{AcceptorId, KeyId},
        landscape::Landscape,
    },
};

use super::{Action, Verb};

/// The row of the vocabulary.
pub const VERB: Verb = Verb {
    keyword: "retire",
    usage: "retire <key> at <receiver>",
    meaning: "ends the trust in the key at the receiver; the owner of the receiver does it. The key pair itself stays where it is.",
    read: |arguments, _| Some(Box::new(Retire { key: arguments.key()?, receiver: arguments.receiver()? })),
};

/// A receiver comes to accept one key less.
#[derive(Debug)]
pub struct Retire {
    key: KeyId,
    receiver: AcceptorId,
}

impl Action for Retire {
    fn words(&self, landscape: &Landscape) -> String {
        format!("retire {} at {}", landscape.keys[self.key], landscape.acceptors[self.receiver].name)
    }

    fn effects(&self) -> Effects {
        [Effect::Retire { acceptor: self.receiver, key: self.key }].into()
    }

    fn perform(&self, bench: &mut Workbench<'_>) -> Result<Outcome, ActError> {
        bench.change_accepted(self.receiver, None, Some(self.key))
    }
}
