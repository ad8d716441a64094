//! `tenant[$alias] is new`

use crate::world::{
    id::{KeyId, PlaceId},
    landscape::{Fact, Landscape, Value},
    state::World,
};

use super::{Asks, Condition, Form};

/// The row of the list.
pub const FORM: Form = Form {
    usage: "<keystore[alias]> is <key>",
    meaning: "the alias names the key.",
    read: |arguments, _| Some(Box::new(Names { place: arguments.place()?, key: arguments.key()? })),
};

/// An alias names a key.
#[derive(Debug)]
pub struct Names {
    place: PlaceId,
    key: KeyId,
}

impl Condition for Names {
    fn words(&self, landscape: &Landscape) -> String {
        format!("{} is {}", landscape.place_name(self.place), landscape.keys[self.key])
    }

    fn holds(&self, _: &Landscape, world: &World) -> bool {
        world.places[self.place] == Some(self.key)
    }

    fn asks(&self) -> Asks {
        Asks::Facts(vec![(Fact::Place(self.place), Value::Key(Some(self.key)))])
    }
}
