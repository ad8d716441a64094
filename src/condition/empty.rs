//! `tenant[$alias] empty`

use crate::world::{
    id::PlaceId,
    landscape::{Fact, Landscape, Value},
    state::World,
};

use super::{Asks, Condition, Form};

/// The row of the list.
pub const FORM: Form = Form {
    usage: "<keystore[alias]> empty",
    meaning: "the alias names no key.",
    read: |arguments, _| Some(Box::new(Empty { place: arguments.place()? })),
};

/// An alias names no key.
#[derive(Debug)]
pub struct Empty {
    place: PlaceId,
}

impl Condition for Empty {
    fn words(&self, landscape: &Landscape) -> String {
        format!("{} empty", landscape.place_name(self.place))
    }

    fn holds(&self, _: &Landscape, world: &World) -> bool {
        world.places[self.place].is_none()
    }

    fn asks(&self) -> Asks {
        Asks::Facts(vec![(Fact::Place(self.place), Value::Key(None))])
    }
}
