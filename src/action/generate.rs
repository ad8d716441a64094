//! `generate new at partner`: a credential is made where it is accepted.

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
    keyword: "generate",
    usage: "generate <key> at <receiver>",
    meaning: "makes a credential where it is accepted: a pair whose private half decrypts there, or a user with a password. From then on the receiver accepts it beside the others; the owner of the receiver does it, and can hand its public half over.",
    read: |arguments, _| Some(Box::new(Generate { key: arguments.key()?, receiver: arguments.receiver()? })),
};

/// A credential is made at a receiver, which accepts it from then on.
#[derive(Debug)]
pub struct Generate {
    key: KeyId,
    receiver: AcceptorId,
}

impl Action for Generate {
    fn words(&self, landscape: &Landscape) -> String {
        format!("generate {} at {}", landscape.keys[self.key], landscape.acceptors[self.receiver].name)
    }

    fn effects(&self) -> Effects {
        [Effect::Accept { acceptor: self.receiver, key: self.key }].into()
    }

    fn makes(&self) -> Option<KeyId> {
        Some(self.key)
    }

    fn perform(&self, bench: &mut Workbench<'_>) -> Result<Outcome, ActError> {
        bench.generate(self.receiver, self.key)
    }
}
