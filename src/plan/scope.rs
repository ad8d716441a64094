//! What the names of a plan stand for.

use std::collections::BTreeMap;

use crate::{
    source::Span,
    world::id::{AcceptorId, ChannelId, KeyId, RoleId, StepId, StoreId, WindowId},
};

use super::parameter::Parameter;

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thing {
    /// A role.
    Role(RoleId),
    /// A key.
    Key(KeyId),
    /// A keystore.
    Keystore(StoreId),
    /// A receiver.
    Receiver(AcceptorId),
    /// A flow.
    Flow(ChannelId),
    /// A window.
    Window(WindowId),
    /// A step.
    Step(StepId),
}

impl Thing {
    /// What the author calls such a thing.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Role(_) => "role",
            Self::Key(_) => "key",
            Self::Keystore(_) => "keystore",
            Self::Receiver(_) => "receiver",
            Self::Flow(_) => "flow",
            Self::Window(_) => "window",
            Self::Step(_) => "step",
        }
    }
}

/// All names of a plan. Steps have names of their own; everything else shares one set.
#[derive(Debug, Default)]
pub struct Scope {
    things: BTreeMap<String, (Thing, Span)>,
    steps: BTreeMap<String, (Thing, Span)>,
    /// The parameters.
    pub parameters: Vec<Parameter>,
}

impl Scope {
    /// Enters a name; gives the place of an earlier declaration if there is one.
    pub fn declare(&mut self, name: &str, thing: Thing, span: Span) -> Option<Span> {
        let table = if matches!(thing, Thing::Step(_)) { &mut self.steps } else { &mut self.things };
        if let Some((_, first)) = table.get(name) {
            return Some(*first);
        }
        table.insert(name.to_owned(), (thing, span));
        None
    }

    /// What a name stands for.
    #[must_use]
    pub fn thing(&self, name: &str) -> Option<(Thing, Span)> {
        self.things.get(name).copied()
    }

    /// The step with this name.
    #[must_use]
    pub fn step(&self, name: &str) -> Option<StepId> {
        match self.steps.get(name) {
            Some((Thing::Step(step), _)) => Some(*step),
            _ => None,
        }
    }

    /// The names of one kind.
    #[must_use]
    pub fn names(&self, kind: &str) -> Vec<String> {
        let all = self.things.iter().chain(&self.steps);
        all.filter(|(_, (thing, _))| thing.kind() == kind).map(|(name, _)| name.clone()).collect()
    }
}
