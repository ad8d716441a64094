//! `provide new to receiver_admin`: the certificate of a key is handed over.

use crate::world::{
    id::{KeyId, RoleId},
    landscape::Landscape,
};

use super::{Action, Speech, SpeechKind, Verb, listed};

/// The row of the vocabulary.
pub const VERB: Verb = Verb {
    keyword: "provide",
    usage: "provide <key> to <roles>",
    meaning: "hands the certificate of the key to the roles named; whoever holds it may do it. The private key never leaves its keystore.",
    read: |arguments, _| Some(Box::new(Provide { key: arguments.key()?, to: arguments.roles()? })),
};

/// A certificate is handed over.
#[derive(Debug)]
pub struct Provide {
    key: KeyId,
    to: Vec<RoleId>,
}

impl Action for Provide {
    fn words(&self, landscape: &Landscape) -> String {
        format!("provide {} to {}", landscape.keys[self.key], listed(landscape, &self.to))
    }

    fn uses_public_half(&self) -> Option<KeyId> {
        Some(self.key)
    }

    fn speech(&self) -> Option<Speech> {
        Some(Speech { kind: SpeechKind::Provision(self.key), to: self.to.clone() })
    }
}
