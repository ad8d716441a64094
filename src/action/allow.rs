//! `allow integration_developer to deploy orders`: somebody gets leave for an act.

use crate::world::{
    id::RoleId,
    landscape::{Fact, Landscape},
};

use super::{Action, Speech, SpeechKind, Verb, listed, usage::Asked};

/// The row of the vocabulary.
pub const VERB: Verb = Verb {
    keyword: "allow",
    usage: "allow <roles> to <act>",
    meaning: "gives the roles named leave for an act. A permission reports nothing as done.",
    read: |arguments, _| Some(Box::new(Allow { to: arguments.roles()?, act: arguments.act()? })),
};

/// A role gives another leave for an act.
#[derive(Debug)]
pub struct Allow {
    act: Asked,
    to: Vec<RoleId>,
}

impl Action for Allow {
    fn words(&self, landscape: &Landscape) -> String {
        format!("allow {} to {}", listed(landscape, &self.to), self.act.sentence)
    }

    fn speech(&self) -> Option<Speech> {
        Some(Speech { kind: SpeechKind::Permission, to: self.to.clone() })
    }

    fn asks_for(&self) -> Vec<Fact> {
        self.act.authority.clone()
    }
}
