//! `partner accepts new`

use crate::world::{
    id::{AcceptorId, KeyId},
    landscape::{Fact, Landscape, Value},
    state::World,
};

use super::{Asks, Condition, Form};

/// The row of the list.
pub const FORM: Form = Form {
    usage: "<receiver> accepts <key>",
    meaning: "the receiver accepts the key, perhaps beside others.",
    read: |arguments, _| Some(Box::new(Accepts { receiver: arguments.receiver()?, key: arguments.key()? })),
};

/// A receiver accepts a key.
#[derive(Debug)]
pub struct Accepts {
    receiver: AcceptorId,
    key: KeyId,
}

impl Condition for Accepts {
    fn words(&self, landscape: &Landscape) -> String {
        format!("{} accepts {}", landscape.acceptors[self.receiver].name, landscape.keys[self.key])
    }

    fn holds(&self, _: &Landscape, world: &World) -> bool {
        world.accepted[self.receiver].contains(self.key)
    }

    fn asks(&self) -> Asks {
        Asks::Facts(vec![(Fact::Accepts(self.receiver, self.key), Value::Is(true))])
    }
}
