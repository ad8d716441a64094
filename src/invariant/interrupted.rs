//! `promise orders never interrupted` and `promise orders interrupted only in downtime`.

use std::collections::BTreeSet;

use crate::world::{
    id::{ChannelId, KeyId, WindowId},
    landscape::Landscape,
    state::{WindowState, World},
    word::Word,
};

use super::{Breach, Form, Hazard, Invariant};

/// `promise FLOW never interrupted`
pub const NEVER: Form = Form {
    usage: "<flow> never interrupted",
    meaning: "the flow runs at every moment and its alias always names a key.",
    read: |arguments| Some(Box::new(Interrupted { flow: arguments.flow()?, only_in: None })),
};

/// `promise FLOW interrupted only in WINDOW`
pub const ONLY_IN: Form = Form {
    usage: "<flow> interrupted only in <window>",
    meaning: "whenever the flow does not run, or its alias names no key, the window is agreed and has begun.",
    read: |arguments| {
        Some(Box::new(Interrupted { flow: arguments.flow()?, only_in: Some(arguments.window()?) }))
    },
};

/// A flow is down only where it may be.
#[derive(Debug)]
pub struct Interrupted {
    flow: ChannelId,
    only_in: Option<WindowId>,
}

impl Invariant for Interrupted {
    fn words(&self, landscape: &Landscape) -> String {
        let flow = &landscape.channels[self.flow].name;
        self.only_in.map_or_else(
            || format!("{flow} never interrupted"),
            |window| format!("{flow} interrupted only in {}", landscape.windows[window].name),
        )
    }

    fn broken(&self, landscape: &Landscape, world: &World) -> Option<Breach> {
        let down = world.stamp(landscape, self.flow).is_none();
        let open = self.only_in.is_some_and(|window| world.windows[window] == WindowState::Open);
        (down && !open).then_some(Breach::Interrupted(self.flow))
    }

    fn breaches(&self, landscape: &Landscape, _: &BTreeSet<KeyId>) -> Vec<Vec<Word>> {
        let shut = || self.only_in.map(Word::shut);
        let nameless = landscape.names_none(self.flow).chain(shut()).collect();
        vec![[Word::runs(self.flow, false)].into_iter().chain(shut()).collect(), nameless]
    }

    fn hazard(&self) -> (ChannelId, Hazard) {
        (self.flow, Hazard::Interrupted)
    }

    fn window(&self) -> Option<WindowId> {
        self.only_in
    }
}
