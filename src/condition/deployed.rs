//! `orders deployed`

use crate::world::{
    id::ChannelId,
    landscape::{Fact, Landscape, Value},
    state::World,
};

use super::{Asks, Condition, Form};

/// The row of the list.
pub const FORM: Form = Form {
    usage: "<flow> deployed",
    meaning: "the flow is deployed.",
    read: |arguments, _| Some(Box::new(Deployed { flow: arguments.flow()? })),
};

/// A flow runs.
#[derive(Debug)]
pub struct Deployed {
    flow: ChannelId,
}

impl Condition for Deployed {
    fn words(&self, landscape: &Landscape) -> String {
        format!("{} deployed", landscape.channels[self.flow].name)
    }

    fn holds(&self, _: &Landscape, world: &World) -> bool {
        world.running[self.flow]
    }

    fn asks(&self) -> Asks {
        Asks::Facts(vec![(Fact::Running(self.flow), Value::Is(true))])
    }
}
