//! `agree downtime with receiver_admin`: two roles agree on a window.

use crate::world::{
    id::{RoleId, WindowId},
    landscape::Landscape,
};

use super::{Action, Speech, SpeechKind, Verb, listed};

/// The row of the vocabulary.
pub const VERB: Verb = Verb {
    keyword: "agree",
    usage: "agree <window> with <role>",
    meaning: "proposes the window to the other role; it is agreed when that role answers yes.",
    read: |arguments, _| Some(Box::new(Agree { window: arguments.window()?, to: arguments.roles()? })),
};

/// Two roles agree on a window: one proposes, the other answers.
#[derive(Debug)]
pub struct Agree {
    window: WindowId,
    to: Vec<RoleId>,
}

impl Action for Agree {
    fn words(&self, landscape: &Landscape) -> String {
        format!("agree {} with {}", landscape.windows[self.window].name, listed(landscape, &self.to))
    }

    fn speech(&self) -> Option<Speech> {
        Some(Speech { kind: SpeechKind::Proposal(self.window), to: self.to.clone() })
    }
}
