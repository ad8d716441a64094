//! `partner accepts only new`

use crate::world::{
    id::{AcceptorId, KeyId},
    landscape::{Fact, Landscape, Value},
    state::World,
};

use super::{Asks, Condition, Form};

/// The row of the list.
pub const FORM: Form = Form {
    usage: "<receiver> accepts only <key>",
    meaning: "the receiver accepts the key, and no other key of the plan.",
    read: |arguments, landscape| {
        let (receiver, key) = (arguments.receiver()?, arguments.key()?);
        let others = landscape.keys.ids().filter(|other| *other != key).collect();
        Some(Box::new(AcceptsOnly { receiver, key, others }))
    },
};

/// A receiver accepts one key of the plan and no other.
#[derive(Debug)]
pub struct AcceptsOnly {
    receiver: AcceptorId,
    key: KeyId,
    others: Vec<KeyId>,
}

impl Condition for AcceptsOnly {
    fn sentence(&self, landscape: &Landscape) -> String {
        format!("{} accepts only {}", landscape.acceptors[self.receiver].name, landscape.keys[self.key])
    }

    fn holds(&self, _: &Landscape, world: &World) -> bool {
        world.accepted[self.receiver].iter().eq([self.key])
    }

    fn asks(&self) -> Asks {
        let others = self.others.iter().map(|key| (*key, false));
        let facts = std::iter::once((self.key, true)).chain(others);
        Asks::Facts(facts.map(|(k, is)| (Fact::Accepts(self.receiver, k), Value::Is(is))).collect())
    }
}
