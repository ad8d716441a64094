//! `undeploy orders`: stops the flow.

use crate::{
    backend::{
        Outcome,
        bench::{ActError, Workbench},
        deployer::FlowState,
    },
    world::{
        effect::{Effect, Effects},
        id::ChannelId,
        landscape::Landscape,
    },
};

use super::{Action, Verb};

/// The row of the vocabulary.
pub const VERB: Verb = Verb {
    keyword: "undeploy",
    usage: "undeploy <flow>",
    meaning: "stops the flow: nothing is signed any more, but what is under way stays under way; the owner of the flow does it.",
    read: |arguments, _| Some(Box::new(Undeploy { flow: arguments.flow()? })),
};

/// A flow stops.
#[derive(Debug)]
pub struct Undeploy {
    flow: ChannelId,
}

impl Action for Undeploy {
    fn words(&self, landscape: &Landscape) -> String {
        format!("undeploy {}", landscape.channels[self.flow].name)
    }

    fn effects(&self) -> Effects {
        [Effect::Stop(self.flow)].into()
    }

    fn perform(&self, bench: &mut Workbench<'_>) -> Result<Outcome, ActError> {
        bench.bring_to(self.flow, FlowState::Undeployed)
    }
}
