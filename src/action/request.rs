//! `request integration_developer to undeploy orders`: somebody is asked for an act.

use crate::world::{
    id::RoleId,
    landscape::{Fact, Landscape},
};

use super::{Action, Speech, SpeechKind, Verb, listed, usage::Asked};

/// The row of the vocabulary.
pub const VERB: Verb = Verb {
    keyword: "request",
    usage: "request <roles> to <act>",
    meaning: "asks the roles named for an act. A request reports nothing as done.",
    read: |arguments, _| Some(Box::new(Request { to: arguments.roles()?, act: arguments.act()? })),
};

/// A role asks another for an act.
#[derive(Debug)]
pub struct Request {
    act: Asked,
    to: Vec<RoleId>,
}

impl Action for Request {
    fn words(&self, landscape: &Landscape) -> String {
        format!("request {} to {}", listed(landscape, &self.to), self.act.sentence)
    }

    fn speech(&self) -> Option<Speech> {
        Some(Speech { kind: SpeechKind::Request, to: self.to.clone() })
    }

    fn asks_for(&self) -> Vec<Fact> {
        self.act.authority.clone()
    }
}
