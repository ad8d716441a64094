//! `promise orders interrupted at most 2h`: no interruption lasts longer, whatever its steps take of
//! what is declared. It is no matter of moments, so the order of the steps judges it and not a world.

use std::{collections::BTreeSet, time::Duration};

use crate::world::{
    id::{ChannelId, KeyId},
    landscape::Landscape,
    state::World,
    word::Word,
};

use super::{Breach, Form, Hazard, Invariant};

/// `promise FLOW interrupted at most DURATION`
pub const AT_MOST: Form = Form {
    usage: "<flow> interrupted at most <duration>",
    meaning: "each time that the flow does not run, it runs again within so long, if every step takes no longer than it says; where something on the way does not say how long it takes, the promise is not bounded, and blocks nothing.",
    read: |arguments| Some(Box::new(Limited { flow: arguments.flow()?, at_most: arguments.duration()? })),
};

/// No interruption of a flow is longer than this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limited {
    /// The flow.
    pub flow: ChannelId,
    /// How long an interruption may last.
    pub at_most: Duration,
}

impl Invariant for Limited {
    fn words(&self, landscape: &Landscape) -> String {
        let flow = &landscape.channels[self.flow].name;
        format!("{flow} interrupted at most {}", crate::syntax::spelt(self.at_most))
    }

    fn broken(&self, _: &Landscape, _: &World) -> Option<Breach> {
        None
    }

    fn breaches(&self, _: &Landscape, _: &BTreeSet<KeyId>) -> Vec<Vec<Word>> {
        Vec::new()
    }

    fn hazard(&self) -> (ChannelId, Hazard) {
        (self.flow, Hazard::Interrupted)
    }

    fn limit(&self) -> Option<Self> {
        Some(*self)
    }
}
