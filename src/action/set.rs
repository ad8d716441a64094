//! `set change`: a fact of the author's own becomes so.

use crate::{
    backend::{
        Outcome,
        bench::{ActError, Workbench},
    },
    world::{
        effect::{Effect, Effects},
        id::OwnFactId,
        landscape::Landscape,
    },
};

use super::{Action, Verb};

/// The row of the vocabulary.
pub const VERB: Verb = Verb {
    keyword: "set",
    usage: "set <fact>",
    meaning: "makes the fact so; the owner of the fact does it.",
    read: |arguments, _| Some(Box::new(SetFact { fact: arguments.fact()? })),
};

/// A fact becomes so.
#[derive(Debug)]
pub struct SetFact {
    fact: OwnFactId,
}

impl Action for SetFact {
    fn words(&self, landscape: &Landscape) -> String {
        format!("set {}", landscape.own_facts[self.fact].name)
    }

    fn effects(&self) -> Effects {
        [Effect::Set(self.fact)].into()
    }

    fn perform(&self, bench: &mut Workbench<'_>) -> Result<Outcome, ActError> {
        bench.bring_fact_to(self.fact, true)
    }
}
