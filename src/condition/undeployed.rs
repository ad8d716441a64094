//! `orders undeployed`

use crate::world::{
    id::ChannelId,
    landscape::{Fact, Landscape, Value},
    state::World,
};

use super::{Asks, Condition, Form};

/// The row of the list.
pub const FORM: Form = Form {
    usage: "<flow> undeployed",
    meaning: "the flow is not deployed.",
    read: |arguments, _| Some(Box::new(Undeployed { flow: arguments.flow()? })),
};

/// A flow does not run.
#[derive(Debug)]
pub struct Undeployed {
    flow: ChannelId,
}

impl Condition for Undeployed {
    fn words(&self, landscape: &Landscape) -> String {
        format!("{} undeployed", landscape.channels[self.flow].name)
    }

    fn holds(&self, _: &Landscape, world: &World) -> bool {
        !world.running[self.flow]
    }

    fn asks(&self) -> Asks {
        Asks::Facts(vec![(Fact::Running(self.flow), Value::Is(false))])
    }
}
