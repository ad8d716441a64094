//! `accept new at partner`: a receiver accepts a key beside those that it accepts already.

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
    keyword: "accept",
    usage: "accept <key> at <receiver>",
    meaning: "lets the receiver accept the key beside the others; the owner of the receiver does it, and must have been provided with the certificate.",
    read: |arguments, _| Some(Box::new(Accept { key: arguments.key()?, receiver: arguments.receiver()? })),
};

/// A receiver comes to accept one key more.
#[derive(Debug)]
pub struct Accept {
    key: KeyId,
    receiver: AcceptorId,
}

impl Action for Accept {
    fn words(&self, landscape: &Landscape) -> String {
        format!("accept {} at {}", landscape.keys[self.key], landscape.acceptors[self.receiver].name)
    }

    fn effects(&self) -> Effects {
        [Effect::Accept { acceptor: self.receiver, key: self.key }].into()
    }

    fn uses_public_half(&self) -> Option<KeyId> {
        Some(self.key)
    }

    fn perform(&self, bench: &mut Workbench<'_>) -> Result<Outcome, ActError> {
        bench.change_accepted(self.receiver, Some(self.key), None)
    }
}
