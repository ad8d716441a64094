//! `change set`

use crate::world::{
    id::OwnFactId,
    landscape::{Fact, Landscape, Value},
    state::World,
};

use super::{Asks, Condition, Form};

/// The row of the list.
pub const FORM: Form = Form {
    usage: "<fact> set",
    meaning: "the fact is so.",
    read: |arguments, _| Some(Box::new(FactSet { fact: arguments.fact()? })),
};

/// A fact of the author's own is so.
#[derive(Debug)]
pub struct FactSet {
    fact: OwnFactId,
}

impl Condition for FactSet {
    fn words(&self, landscape: &Landscape) -> String {
        format!("{} set", landscape.own_facts[self.fact].name)
    }

    fn holds(&self, _: &Landscape, world: &World) -> bool {
        world.set[self.fact]
    }

    fn asks(&self) -> Asks {
        Asks::Facts(vec![(Fact::Own(self.fact), Value::Is(true))])
    }
}
