//! What must hold: before a step (`needs`) and at the end (`finally`). A condition is a row of
//! [`CONDITIONS`].

pub mod accepts;
pub mod accepts_only;
pub mod clear;
pub mod deployed;
pub mod drained;
pub mod empty;
pub mod known;
pub mod names;
pub mod open;
pub mod set;
pub mod undeployed;

use std::fmt::Debug;

use crate::{
    action::usage::Arguments,
    world::{
        id::{ChannelId, KeyId, WindowId},
        landscape::{Fact, Landscape, Value},
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
    /// Makes the condition of arguments that fit the usage line.
    pub read: fn(&mut Arguments, &Landscape) -> Option<Box<dyn Condition>>,
}

/// Every condition that a plan may write.
pub const CONDITIONS: &[Form] = &[
    accepts::FORM,
    accepts_only::FORM,
    clear::FORM,
    deployed::FORM,
    drained::FORM,
    empty::FORM,
    names::FORM,
    open::FORM,
    set::FORM,
    undeployed::FORM,
];

/// The next argument of a sentence, a condition.
#[must_use]
pub fn read(arguments: &mut Arguments, landscape: &Landscape) -> Option<Box<dyn Condition>> {
    let (row, mut own) = arguments.condition()?;
    CONDITIONS.get(row).and_then(|form| (form.read)(&mut own, landscape))
}

/// One use of a condition.
pub trait Condition: Debug + Send + Sync {
    /// How it reads in the words of the core.
    fn words(&self, landscape: &Landscape) -> String;

    /// How it reads, as the author would write it.
    fn sentence(&self, landscape: &Landscape) -> String {
        landscape.wording.own(self.words(landscape))
    }

    /// Whether it holds in a world.
    fn holds(&self, landscape: &Landscape, world: &World) -> bool;

    /// What one has to know to know it.
    fn asks(&self) -> Asks;
}

/// What one has to know to know that a condition holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Asks {
    /// That each of these facts has this value.
    Facts(Vec<(Fact, Value)>),
    /// That no message of the channel that is stamped with the key is under way any more.
    Drained(ChannelId, KeyId),
    /// That the window is agreed and has begun.
    Open(WindowId),
}

impl Asks {
    /// The ways in which it is not so at a moment: for each, what is so then.
    #[must_use]
    pub fn failures(&self, landscape: &Landscape) -> Vec<Vec<Word>> {
        match self {
            Self::Facts(facts) => facts.iter().map(|(fact, value)| vec![Word::not(*fact, *value)]).collect(),
            Self::Drained(flow, key) => vec![landscape.arrives(*flow, *key)],
            Self::Open(window) => vec![vec![Word::shut(*window)]],
        }
    }
}
