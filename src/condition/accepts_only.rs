//! `partner accepts only new`

use crate::world::{
    id::{AcceptorId, KeyId},
    landscape::{Fact, Landscape, Value},
    named::Named,
    state::World,
};

use super::{Asks, Condition, Form};

/// The row of the list.
pub const FORM: Form = Form {
    usage: "<receiver> accepts only <key>",
    meaning: "the receiver accepts the key, and no other key of the plan.",
    read: |arguments, landscape| {
        let (receiver, key) = (arguments.receiver()?, arguments.key()?);
        let named = landscape.acceptors[receiver].named.clone();
        Some(Box::new(AcceptsOnly { receiver, key, named, keys: landscape.keys.len() }))
    },
};

/// A receiver accepts one key of the plan and no other.
#[derive(Debug)]
pub struct AcceptsOnly {
    receiver: AcceptorId,
    key: KeyId,
    named: Named,
    /// How many keys the plan has.
    keys: usize,
}

impl Condition for AcceptsOnly {
    fn words(&self, landscape: &Landscape) -> String {
        format!("{} accepts only {}", landscape.acceptors[self.receiver].name, landscape.keys[self.key])
    }

    fn holds(&self, _: &Landscape, world: &World) -> bool {
        world.accepted[self.receiver].iter().eq([self.key])
    }

    fn asks(&self) -> Asks {
        let named = self.named.keys();
        let others = named.iter().filter(|key| *key != self.key).map(|key| (key, false));
        let facts = std::iter::once((self.key, true)).chain(others);
        let mut facts: Vec<(Fact, Value)> =
            facts.map(|(key, is)| (Fact::Accepts(self.receiver, key), Value::Is(is))).collect();
        if named.len() < self.keys {
            facts.push((Fact::AcceptsOther(self.receiver), Value::Is(false)));
        }
        Asks::Facts(facts)
    }
}
