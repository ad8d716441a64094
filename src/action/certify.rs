//! `certify new for tenant_admin`: a certificate is issued, and handed over.

use crate::world::{
    id::{KeyId, RoleId},
    landscape::Landscape,
};

use super::{Action, Certifying, Speech, SpeechKind, Verb, listed};

/// The row of the vocabulary.
pub const VERB: Verb = Verb {
    keyword: "certify",
    usage: "certify <key> for <roles>",
    meaning: "issues the certificate of the key for the public half in the request, and hands it to the roles named; the role that the plan names as its issuer does it, once the request is there.",
    read: |arguments, _| Some(Box::new(Certify { key: arguments.key()?, to: arguments.roles()? })),
};

/// A certificate is issued.
#[derive(Debug)]
pub struct Certify {
    key: KeyId,
    to: Vec<RoleId>,
}

impl Action for Certify {
    fn words(&self, landscape: &Landscape) -> String {
        format!("certify {} for {}", landscape.keys[self.key], listed(landscape, &self.to))
    }

    fn speech(&self) -> Option<Speech> {
        Some(Speech { kind: SpeechKind::Provision(self.key), to: self.to.clone() })
    }

    fn certifies(&self) -> Option<Certifying> {
        Some(Certifying::Certify(self.key))
    }
}
