//! `downtime open`

use crate::world::{
    id::WindowId,
    landscape::Landscape,
    state::{WindowState, World},
};

use super::{Asks, Condition, Form};

/// The row of the list.
pub const FORM: Form = Form {
    usage: "<window> open",
    meaning: "the window is agreed and has begun.",
    read: |arguments, _| Some(Box::new(Open { window: arguments.window()? })),
};

/// A window is agreed and has begun.
#[derive(Debug)]
pub struct Open {
    window: WindowId,
}

impl Condition for Open {
    fn words(&self, landscape: &Landscape) -> String {
        format!("{} open", landscape.windows[self.window].name)
    }

    fn holds(&self, _: &Landscape, world: &World) -> bool {
        world.windows[self.window] == WindowState::Open
    }

    fn asks(&self) -> Asks {
        Asks::Open(self.window)
    }
}
