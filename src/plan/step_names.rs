//! What the names of steps stand for: they are a set of their own, and have to do with nothing else that has a name.

use std::collections::hash_map::Entry;

use foldhash::HashMap;

use crate::{
    source::{Finding, Span},
    syntax::tree::Item,
    world::id::{StepId, Table},
};

use super::{
    duplicate,
    table::{Extent, Sentences},
};

/// The names of steps.
#[derive(Debug, Default)]
pub struct StepNames {
    named: HashMap<String, StepId>,
    /// Where each step is declared, those with a name twice too.
    places: Table<StepId, Span>,
}

impl StepNames {
    /// Those of all sentences that are steps, and what is found of them.
    #[must_use]
    pub fn of(mut said: Sentences<'_>) -> (Self, Vec<Finding>) {
        let steps = said.count(is_step);
        let (mut names, mut findings) = (Self::with_capacity(steps), Vec::new());
        said.each(Extent::Head, is_step, |item| {
            if let Item::Step(decl) = item {
                let first = names.declare(&decl.name.value, decl.name.span);
                findings.extend(first.map(|first| duplicate::twice(&decl.name, first)));
            }
        });
        (names, findings)
    }

    fn with_capacity(steps: usize) -> Self {
        let mut named = HashMap::default();
        named.reserve(steps);
        Self { named, places: Table::with_capacity(steps) }
    }

    /// Enters the next step; gives the place of an earlier one with its name if there is one.
    fn declare(&mut self, name: &str, span: Span) -> Option<Span> {
        let step = self.places.push(span);
        match self.named.entry(name.to_owned()) {
            Entry::Vacant(free) => {
                free.insert(step);
                None
            }
            Entry::Occupied(first) => Some(self.places[*first.get()]),
        }
    }

    /// The step with this name; the first one of several.
    #[must_use]
    pub fn step(&self, name: &str) -> Option<StepId> {
        self.named.get(name).copied()
    }

    /// The names.
    pub fn names(&self) -> impl Iterator<Item = &String> {
        self.named.keys()
    }

    /// Gives up what every name stands for.
    #[must_use]
    pub fn into_named(self) -> HashMap<String, StepId> {
        self.named
    }
}

/// Whether a sentence is a step.
#[must_use]
pub const fn is_step(item: &Item) -> bool {
    matches!(item, Item::Step(_))
}
