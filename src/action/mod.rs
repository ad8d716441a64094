//! What steps do: a verb is a row of [`VOCABULARY`], an action is one use of it.
//!
//! One property binds all actions: observing the backends after `perform` gives the same world as
//! applying `effects` to the world before. Checks, proof, dry run and runner read the same
//! effects; nothing else says what a verb does.

pub mod accept;
pub mod agree;
pub mod allow;
pub mod certify;
pub mod certifying;
pub mod clear;
pub mod create;
pub mod deploy;
pub mod destroy;
pub mod exchange;
pub mod generate;
pub mod import;
pub mod inform;
pub mod install;
mod listed;
pub mod order;
pub mod provide;
pub mod replace;
pub mod repoint;
pub mod request;
pub mod restore;
pub mod retire;
pub mod set;
mod speech;
pub mod test;
pub mod undeploy;
mod unsettled;
pub mod usage;

use std::fmt::Debug;

use crate::{
    backend::{
        Outcome,
        bench::{ActError, Workbench},
    },
    world::{
        effect::{Effect, Effects},
        id::{KeyId, PlaceId},
        landscape::{Fact, Landscape},
    },
};

use self::{certifying::Certifying, usage::Arguments};

pub use self::{
    listed::listed,
    speech::{Speech, SpeechKind},
    unsettled::Unsettled,
};

/// A row of the vocabulary.
#[derive(Debug)]
pub struct Verb {
    /// The word that the line begins with.
    pub keyword: &'static str,
    /// How the line is written.
    pub usage: &'static str,
    /// What it does, for `explain`.
    pub meaning: &'static str,
    /// Makes the action of arguments that fit the usage line.
    pub read: fn(&mut Arguments, &mut Landscape) -> Option<Box<dyn Action>>,
}

/// Every verb that a step may use.
pub const VOCABULARY: &[Verb] = &[
    accept::VERB,
    agree::VERB,
    allow::VERB,
    certify::VERB,
    clear::VERB,
    create::VERB,
    deploy::VERB,
    destroy::VERB,
    exchange::VERB,
    generate::VERB,
    import::VERB,
    inform::VERB,
    install::VERB,
    order::VERB,
    provide::VERB,
    replace::VERB,
    repoint::VERB,
    request::VERB,
    restore::VERB,
    retire::VERB,
    set::VERB,
    test::VERB,
    undeploy::VERB,
];

/// One use of a verb.
pub trait Action: Debug + Send + Sync {
    /// How it reads in the words of the core.
    fn words(&self, landscape: &Landscape) -> String;

    /// How it reads, as the author would write it.
    fn sentence(&self, landscape: &Landscape) -> String {
        landscape.wording.own(self.words(landscape))
    }

    /// What it changes, in core terms; nothing for an act of speech.
    fn effects(&self) -> Effects {
        Effects::new()
    }

    /// The facts whose owner may do it; none for an act of speech.
    fn authority(&self) -> Vec<Fact> {
        self.effects().iter().flat_map(Effect::writes).map(|(fact, _)| fact).collect()
    }

    /// The facts whose things it works with at a site, where it may read more than it changes.
    fn works_with(&self) -> Vec<Fact> {
        self.authority()
    }

    /// The facts whose owner may do the act that it asks for, or allows.
    fn asks_for(&self) -> Vec<Fact> {
        Vec::new()
    }

    /// Whom it speaks to, if it is an act of speech.
    fn speech(&self) -> Option<Speech> {
        None
    }

    /// The key whose public half its role must hold without owning its keystore.
    fn uses_public_half(&self) -> Option<KeyId> {
        None
    }

    /// The key that comes to be by it.
    fn makes(&self) -> Option<KeyId> {
        None
    }

    /// Which step it is on the way to a certificate that another role issues, if it is one.
    fn certifies(&self) -> Option<Certifying> {
        None
    }

    /// Which place only the whole plan can tell, if there is one.
    fn unsettled(&self) -> Option<Unsettled> {
        None
    }

    /// Tells it that place.
    fn settle(&mut self, _place: PlaceId) {}

    /// Tells it where it is kept with what its flow signs, and which key it comes to be.
    fn settle_key(&mut self, _own: PlaceId, _key: KeyId) {}

    /// Does it through the backends: "make it so".
    ///
    /// # Errors
    /// When a backend fails or finds another world than the plan expects.
    fn perform(&self, _bench: &mut Workbench<'_>) -> Result<Outcome, ActError> {
        Ok(Outcome::Changed)
    }
}
