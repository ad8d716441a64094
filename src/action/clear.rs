//! `clear freeze`: a fact of the author's own is so no longer.

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
    keyword: "clear",
    usage: "clear <fact>",
    meaning: "makes the fact so no longer; the owner of the fact does it.",
    read: |arguments, _| Some(Box::new(ClearFact { fact: arguments.fact()? })),
};

/// A fact is so no longer.
#[derive(Debug)]
pub struct ClearFact {
    fact: OwnFactId,
}

impl Action for ClearFact {
    fn words(&self, landscape: &Landscape) -> String {
        format!("clear {}", landscape.own_facts[self.fact].name)
    }

    fn effects(&self) -> Effects {
        [Effect::Clear(self.fact)].into()
    }

    fn perform(&self, bench: &mut Workbench<'_>) -> Result<Outcome, ActError> {
        bench.bring_fact_to(self.fact, false)
    }
}
