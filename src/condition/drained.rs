//! `orders drained of old`

use crate::world::{
    id::{ChannelId, KeyId},
    landscape::Landscape,
    state::World,
};

use super::{Asks, Condition, Form};

/// The row of the list.
pub const FORM: Form = Form {
    usage: "<flow> drained of <key>",
    meaning: "no message is under way that was signed with the key alone, and none can be signed with it alone any more. It is not the same as an empty channel: messages signed with another key may be under way, and so may messages that carry two keys, of which one is enough.",
    read: |arguments, _| Some(Box::new(Drained { flow: arguments.flow()?, key: arguments.key()? })),
};

/// No message of a flow that is signed with a key is under way.
#[derive(Debug)]
pub struct Drained {
    flow: ChannelId,
    key: KeyId,
}

impl Condition for Drained {
    fn words(&self, landscape: &Landscape) -> String {
        format!("{} drained of {}", landscape.channels[self.flow].name, landscape.keys[self.key])
    }

    fn holds(&self, landscape: &Landscape, world: &World) -> bool {
        world.is_drained(landscape, self.flow, self.key)
    }

    fn asks(&self) -> Asks {
        Asks::Drained(self.flow, self.key)
    }
}
