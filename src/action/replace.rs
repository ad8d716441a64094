//! `replace old by new at partner`: a receiver accepts one key instead of another, in one act.

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
    keyword: "replace",
    usage: "replace <key> by <key> at <receiver>",
    meaning: "lets the receiver accept the second key instead of the first, in one act; the owner of the receiver does it, and must have been provided with the certificate.",
    read: |arguments, _| {
        Some(Box::new(Replace {
            old: arguments.key()?,
            new: arguments.key()?,
            receiver: arguments.receiver()?,
        }))
    },
};

/// A receiver comes to accept one key instead of another.
#[derive(Debug)]
pub struct Replace {
    old: KeyId,
    new: KeyId,
    receiver: AcceptorId,
}

impl Action for Replace {
    fn words(&self, landscape: &Landscape) -> String {
        let (old, new) = (&landscape.keys[self.old], &landscape.keys[self.new]);
        format!("replace {old} by {new} at {}", landscape.acceptors[self.receiver].name)
    }

    fn effects(&self) -> Effects {
        [Effect::Replace { acceptor: self.receiver, old: self.old, new: self.new }].into()
    }

    fn uses_public_half(&self) -> Option<KeyId> {
        Some(self.new)
    }

    fn perform(&self, bench: &mut Workbench<'_>) -> Result<Outcome, ActError> {
        bench.change_accepted(self.receiver, Some(self.new), Some(self.old))
    }
}
