//! What must hold at every moment. Some are promised in the plan's own words, a row of
//! [`INVARIANTS`] each; two are laws that hold without a word: a running flow's alias always
//! resolves, and no receiver holds more than it can. What is promised of facts and of the course of a
//! plan has lists of its own, and [`promises`] holds all.

pub mod been;
pub mod course;
pub mod interrupted;
pub mod limited;
pub mod rejected;
pub mod stated;

use std::{collections::BTreeSet, fmt::Debug};

use crate::{
    action::usage::Arguments,
    world::{
        id::{ChannelId, KeyId, WindowId},
        landscape::Landscape,
        state::World,
        word::Word,
    },
};

/// A row of the list.
#[derive(Debug)]
pub struct Form {
    /// How it is written.
    pub usage: &'static str,
    /// What it means, for `explain`.
    pub meaning: &'static str,
    /// Makes the invariant of arguments that fit the usage line.
    pub read: fn(&mut Arguments) -> Option<Box<dyn Invariant>>,
}

/// Every promise that a plan may make.
pub const INVARIANTS: &[Form] =
    &[rejected::NEVER, interrupted::NEVER, interrupted::ONLY_IN, limited::AT_MOST];

/// How every promise is written and what it means: of flows, of facts, of the course of a plan.
pub fn promises() -> impl Iterator<Item = (&'static str, &'static str)> {
    let flows = INVARIANTS.iter().map(|form| (form.usage, form.meaning));
    let facts = stated::STATEMENTS.iter().map(|form| (form.usage, form.meaning));
    flows.chain(facts).chain(course::COURSES.iter().map(|form| (form.usage, form.meaning)))
}

/// One promise of a flow.
pub trait Invariant: Debug + Send + Sync {
    /// How it reads in the words of the core.
    fn words(&self, landscape: &Landscape) -> String;

    /// How it reads, as the author would write it.
    fn sentence(&self, landscape: &Landscape) -> String {
        landscape.wording.own(self.words(landscape))
    }

    /// How a world breaks it, if it does.
    fn broken(&self, landscape: &Landscape, world: &World) -> Option<Breach>;

    /// The ways in which a moment can break it, where one of these keys lies under the alias of the flow: for
    /// each, what is so then. Of a flow with one alias.
    fn breaches(&self, landscape: &Landscape, keys: &BTreeSet<KeyId>) -> Vec<Vec<Word>>;

    /// Whether a `waive` of the same flow and hazard takes it out of the proof.
    fn hazard(&self) -> (ChannelId, Hazard);

    /// How long an interruption may last, where it is that which is promised: durations judge it.
    fn limit(&self) -> Option<limited::Limited> {
        None
    }

    /// The window inside of which the hazard is allowed.
    fn window(&self) -> Option<WindowId> {
        None
    }
}

/// What may go wrong with a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Hazard {
    /// A message is rejected.
    Rejected,
    /// The flow does not run, or cannot sign.
    Interrupted,
}

/// How a promise is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Breach {
    /// A message stamped with the key would be rejected if it arrived now.
    Rejected(ChannelId, KeyId),
    /// The flow is down at a moment at which it must not be.
    Interrupted(ChannelId),
    /// The flow runs and its alias names nothing.
    Unresolved(ChannelId),
}

/// Whether a flow runs but finds nothing under its alias.
#[must_use]
pub fn alias_lost(landscape: &Landscape, world: &World) -> Option<Breach> {
    landscape
        .channels
        .ids()
        .find(|c| world.running[*c] && world.stamp(landscape, *c).is_none())
        .map(Breach::Unresolved)
}

/// The same of one flow, in words.
#[must_use]
pub fn alias_is_lost(landscape: &Landscape, flow: ChannelId) -> Vec<Word> {
    [Word::runs(flow, true)].into_iter().chain(landscape.names_none(flow)).collect()
}
