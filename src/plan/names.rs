//! What a name stands for once a plan is read.

use foldhash::HashMap;

use crate::world::id::{ChannelId, KeyId, StepId};

use super::{
    Plan,
    scope::{Declared, Thing},
};

/// The names of a plan that is read.
#[derive(Debug, Default)]
pub struct Names {
    things: HashMap<String, Declared>,
    steps: HashMap<String, StepId>,
}

impl Names {
    /// These names; steps have names of their own.
    #[must_use]
    pub const fn of(things: HashMap<String, Declared>, steps: HashMap<String, StepId>) -> Self {
        Self { things, steps }
    }
}

impl Plan {
    /// The key with this name.
    #[must_use]
    pub fn key(&self, name: &str) -> Option<KeyId> {
        match self.names.things.get(name).map(|declared| declared.thing) {
            Some(Thing::Key(key)) => Some(key),
            _ => None,
        }
    }

    /// What a message may be stamped with under this name: a key, or two of them as `old and new`.
    #[must_use]
    pub fn stamp(&self, name: &str) -> Option<KeyId> {
        self.key(name).or_else(|| {
            let (one, other) = name.split_once(" and ")?;
            let (one, other) = (self.key(one)?, self.key(other)?);
            let stamp = self.landscape.pairs().stamp_of(Some(one), Some(other))?;
            (self.landscape.keys[stamp] == name).then_some(stamp)
        })
    }

    /// The flow with this name.
    #[must_use]
    pub fn flow(&self, name: &str) -> Option<ChannelId> {
        match self.names.things.get(name).map(|declared| declared.thing) {
            Some(Thing::Flow(flow)) => Some(flow),
            _ => None,
        }
    }

    /// The step with this name.
    #[must_use]
    pub fn step(&self, name: &str) -> Option<StepId> {
        self.names.steps.get(name).copied()
    }
}
