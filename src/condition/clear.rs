//! `freeze clear`

use crate::world::{
    id::OwnFactId,
    landscape::{Fact, Landscape, Value},
    state::World,
};

use super::{Asks, Condition, Form};

/// The row of the list.
pub const FORM: Form = Form {
    usage: "<fact> clear",
    meaning: "the fact is not so.",
    read: |arguments, _| Some(Box::new(FactClear { fact: arguments.fact()? })),
};

/// A fact of the author's own is not so.
#[derive(Debug)]
pub struct FactClear {
    fact: OwnFactId,
}

impl Condition for FactClear {
    fn words(&self, landscape: &Landscape) -> String {
        format!("{} clear", landscape.own_facts[self.fact].name)
    }

    fn holds(&self, _: &Landscape, world: &World) -> bool {
        !world.set[self.fact]
    }

    fn asks(&self) -> Asks {
        Asks::Facts(vec![(Fact::Own(self.fact), Value::Is(false))])
    }
}
