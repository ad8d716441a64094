//! `repoint orders to tenant["alias"]`: a flow comes to sign with what lies under another alias.

use crate::{
    backend::{
        Outcome,
        bench::{ActError, Workbench},
    },
    world::{
        effect::{Effect, Effects},
        id::{ChannelId, KeyId, PlaceId},
        landscape::{Fact, Landscape},
    },
};

use super::{Action, Unsettled, Verb};

/// The row of the vocabulary.
pub const VERB: Verb = Verb {
    keyword: "repoint",
    usage: "repoint <flow> to <keystore[alias]>",
    meaning: "lets the flow sign with the key that lies under another alias of the same keystore; the owner of the flow does it. What is under way stays under way, and nothing moves in the keystore.",
    read: |arguments, _| {
        let (flow, alias) = (arguments.flow()?, arguments.place()?);
        // Where that is kept, and which key lies under the alias, is known once all steps are read.
        Some(Box::new(Repoint { flow, alias, settled: None }))
    },
};

/// A flow comes to sign with what lies under another alias.
#[derive(Debug)]
pub struct Repoint {
    flow: ChannelId,
    alias: PlaceId,
    /// The flow's own place, and the key under the alias.
    settled: Option<(PlaceId, KeyId)>,
}

impl Action for Repoint {
    fn words(&self, landscape: &Landscape) -> String {
        let flow = &landscape.channels[self.flow].name;
        format!("repoint {flow} to {}", landscape.place_name(self.alias))
    }

    fn effects(&self) -> Effects {
        let alias = self.alias;
        self.settled.iter().map(|(own, key)| Effect::Repoint { own: *own, alias, key: *key }).collect()
    }

    fn authority(&self) -> Vec<Fact> {
        vec![Fact::Running(self.flow)]
    }

    fn unsettled(&self) -> Option<Unsettled> {
        Some(Unsettled::Repointed(self.flow, self.alias))
    }

    fn settle_key(&mut self, own: PlaceId, key: KeyId) {
        self.settled = Some((own, key));
    }

    fn perform(&self, bench: &mut Workbench<'_>) -> Result<Outcome, ActError> {
        match self.settled {
            Some((_, key)) => bench.repoint(self.flow, self.alias, key),
            // No plan whose acts are not settled is carried out.
            None => Ok(Outcome::AlreadySo),
        }
    }
}
