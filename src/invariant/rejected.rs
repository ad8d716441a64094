//! `promise orders never rejected`: every message is accepted at the moment at which it arrives.

use std::collections::BTreeSet;

use crate::world::{
    id::{ChannelId, KeyId},
    landscape::{Fact, Landscape, Transit, Value},
    state::World,
    word::Word,
};

use super::{Breach, Form, Hazard, Invariant};

/// `promise FLOW never rejected`
pub const NEVER: Form = Form {
    usage: "<flow> never rejected",
    meaning: "no message of the flow is ever rejected, whenever within its transit time it arrives.",
    read: |arguments| Some(Box::new(NeverRejected::of(arguments.flow()?))),
};

/// No message of a flow is ever rejected.
#[derive(Debug)]
pub struct NeverRejected {
    flow: ChannelId,
}

impl NeverRejected {
    /// The promise for one flow.
    #[must_use]
    pub const fn of(flow: ChannelId) -> Self {
        Self { flow }
    }
}

impl Invariant for NeverRejected {
    fn words(&self, landscape: &Landscape) -> String {
        format!("{} never rejected", landscape.channels[self.flow].name)
    }

    fn broken(&self, landscape: &Landscape, world: &World) -> Option<Breach> {
        let breach = |key| Breach::Rejected(self.flow, key);
        match landscape.channels[self.flow].transit {
            Transit::Immediately => world
                .stamp(landscape, self.flow)
                .filter(|key| !world.accepts(landscape, self.flow, *key))
                .map(breach),
            Transit::Within(_) => world.under_way[self.flow]
                .iter()
                .find(|key| !world.accepts(landscape, self.flow, *key))
                .map(breach),
        }
    }

    fn breaches(&self, landscape: &Landscape, keys: &BTreeSet<KeyId>) -> Vec<Vec<Word>> {
        let acceptor = landscape.channels[self.flow].acceptor;
        let refuses = |key| Word::not(Fact::Accepts(acceptor, key), Value::Is(true));
        keys.iter().map(|key| [landscape.arrives(self.flow, *key), vec![refuses(*key)]].concat()).collect()
    }

    fn hazard(&self) -> (ChannelId, Hazard) {
        (self.flow, Hazard::Rejected)
    }
}
