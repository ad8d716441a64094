//! `order certificate of new from partner_admin`: a request goes out to the role that issues it.

use crate::world::{
    id::{KeyId, RoleId},
    landscape::Landscape,
};

use super::{Action, Certifying, Speech, SpeechKind, Verb};

/// The row of the vocabulary.
pub const VERB: Verb = Verb {
    keyword: "order",
    usage: "order certificate of <key> from <role>",
    meaning: "makes a certificate request (PKCS#10), signed with the key, and sends it to the role that issues the certificate; the owner of the keystore does it, once the key is created. The private key never leaves its keystore.",
    read: |arguments, _| {
        let key = arguments.key()?;
        let from = *arguments.roles()?.first()?;
        Some(Box::new(Order { key, from }))
    },
};

/// A certificate is asked for.
#[derive(Debug)]
pub struct Order {
    key: KeyId,
    from: RoleId,
}

impl Action for Order {
    fn words(&self, landscape: &Landscape) -> String {
        let (key, from) = (&landscape.keys[self.key], &landscape.roles[self.from]);
        format!("order certificate of {key} from {from}")
    }

    fn speech(&self) -> Option<Speech> {
        Some(Speech { kind: SpeechKind::Request, to: vec![self.from] })
    }

    fn certifies(&self) -> Option<Certifying> {
        Some(Certifying::Order(self.key, self.from))
    }
}
