//! `inform tenant_admin`: a report.

use crate::world::{id::RoleId, landscape::Landscape};

use super::{Action, Speech, SpeechKind, Verb, listed};

/// The row of the vocabulary.
pub const VERB: Verb = Verb {
    keyword: "inform",
    usage: "inform <roles>",
    meaning: "reports everything that its role knows at that moment to each of the roles named.",
    read: |arguments, _| Some(Box::new(Inform { to: arguments.roles()? })),
};

/// A role reports what it knows.
#[derive(Debug)]
pub struct Inform {
    to: Vec<RoleId>,
}

impl Action for Inform {
    fn words(&self, landscape: &Landscape) -> String {
        format!("inform {}", listed(landscape, &self.to))
    }

    fn speech(&self) -> Option<Speech> {
        Some(Speech { kind: SpeechKind::Report, to: self.to.clone() })
    }
}
