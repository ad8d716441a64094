//! `deploy orders`: starts the flow.

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
    keyword: "deploy",
    usage: "deploy <flow>",
    meaning: "starts the flow; the owner of the flow does it.",
    read: |arguments, _| Some(Box::new(Deploy { flow: arguments.flow()? })),
};

/// A flow starts.
#[derive(Debug)]
pub struct Deploy {
    flow: ChannelId,
}

impl Action for Deploy {
    fn words(&self, landscape: &Landscape) -> String {
        format!("deploy {}", landscape.channels[self.flow].name)
    }

    fn effects(&self) -> Effects {
        [Effect::Start(self.flow)].into()
    }

    fn perform(&self, bench: &mut Workbench<'_>) -> Result<Outcome, ActError> {
        bench.bring_to(self.flow, FlowState::Deployed)
    }
}
