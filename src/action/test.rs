//! `test orders with new`: one marked message, signed with the key and verified by the receiver, before
//! anything real depends on it.

use crate::{
    backend::{
        Outcome,
        bench::{ActError, Workbench},
    },
    world::{
        effect::{Effect, Effects},
        id::{AcceptorId, ChannelId, KeyId, PlaceId},
        landscape::{Fact, Landscape},
    },
};

use super::{Action, Verb};

/// The row of the vocabulary.
pub const VERB: Verb = Verb {
    keyword: "test",
    usage: "test <flow> with <key>",
    meaning: "signs one marked message, a canary, with the key, which lies under some alias of the keystore that the flow signs with, and lets the receiver verify it; the owner of the flow does it. Nothing changes, and its role has seen that the receiver accepts the key.",
    read: |arguments, landscape| {
        let (flow, key) = (arguments.flow()?, arguments.key()?);
        let channel = &landscape.channels[flow];
        Some(Box::new(Test { flow, key, signs: channel.aliases().collect(), receiver: channel.acceptor }))
    },
};

/// A key is tried.
#[derive(Debug)]
pub struct Test {
    flow: ChannelId,
    key: KeyId,
    signs: Vec<PlaceId>,
    receiver: AcceptorId,
}

impl Action for Test {
    fn words(&self, landscape: &Landscape) -> String {
        format!("test {} with {}", landscape.channels[self.flow].name, landscape.keys[self.key])
    }

    fn effects(&self) -> Effects {
        [Effect::Try { channel: self.flow, key: self.key }].into()
    }

    fn authority(&self) -> Vec<Fact> {
        vec![Fact::Running(self.flow)]
    }

    fn works_with(&self) -> Vec<Fact> {
        let places = self.signs.iter().copied().map(Fact::Place);
        [Fact::Running(self.flow)]
            .into_iter()
            .chain(places)
            .chain([Fact::Accepts(self.receiver, self.key)])
            .collect()
    }

    fn perform(&self, bench: &mut Workbench<'_>) -> Result<Outcome, ActError> {
        bench.test(self.flow, self.key)
    }
}
