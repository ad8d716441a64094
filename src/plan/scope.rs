//! What the names of a plan stand for.

use std::{
    cell::OnceCell,
    collections::{BTreeMap, BTreeSet},
};

use foldhash::HashMap;

use crate::{
    source::Span,
    world::id::{AcceptorId, ChannelId, KeyId, RoleId, StepId, StoreId, WindowId},
};

use super::{
    Names,
    parameter::Parameters,
    suggest::{self, Patience},
};

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thing {
    /// A role.
    Role(RoleId),
    /// A key.
    Key(KeyId),
    /// A keystore.
    Keystore(StoreId),
    /// A receiver.
    Receiver(AcceptorId),
    /// A flow.
    Flow(ChannelId),
    /// A window.
    Window(WindowId),
    /// A step.
    Step(StepId),
}

impl Thing {
    /// What the author calls such a thing.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Role(_) => "role",
            Self::Key(_) => "key",
            Self::Keystore(_) => "keystore",
            Self::Receiver(_) => "receiver",
            Self::Flow(_) => "flow",
            Self::Window(_) => "window",
            Self::Step(_) => "step",
        }
    }
}

/// All names of a plan. Steps have names of their own; everything else shares one set.
#[derive(Debug, Default)]
pub struct Scope {
    things: HashMap<String, (Thing, Span)>,
    steps: HashMap<String, (Thing, Span)>,
    /// The names of each kind, sorted once somebody asks for them.
    kinds: OnceCell<BTreeMap<&'static str, BTreeSet<String>>>,
    /// The parameters.
    pub parameters: Parameters,
    /// How many names may still be compared with unknown ones.
    pub patience: Patience,
}

impl Scope {
    /// Enters a name; gives the place of an earlier declaration if there is one.
    pub fn declare(&mut self, name: &str, thing: Thing, span: Span) -> Option<Span> {
        let table = if matches!(thing, Thing::Step(_)) { &mut self.steps } else { &mut self.things };
        if let Some((_, first)) = table.get(name) {
            return Some(*first);
        }
        table.insert(name.to_owned(), (thing, span));
        self.kinds.take();
        None
    }

    /// What a name stands for.
    #[must_use]
    pub fn thing(&self, name: &str) -> Option<(Thing, Span)> {
        self.things.get(name).copied()
    }

    /// The step with this name.
    #[must_use]
    pub fn step(&self, name: &str) -> Option<StepId> {
        match self.steps.get(name) {
            Some((Thing::Step(step), _)) => Some(*step),
            _ => None,
        }
    }

    /// Gives up what every name stands for, and the parameters.
    #[must_use]
    pub fn into_parts(self) -> (Names, Parameters) {
        let named = |table: HashMap<String, (Thing, Span)>| -> HashMap<String, Thing> {
            table.into_iter().map(|(name, (thing, _))| (name, thing)).collect()
        };
        (Names::of(named(self.things), named(self.steps)), self.parameters)
    }

    /// A help for a name of a kind that is not declared.
    #[must_use]
    pub fn did_you_mean(&self, name: &str, kind: &str) -> String {
        let kinds = self.kinds.get_or_init(|| {
            let mut kinds: BTreeMap<&'static str, BTreeSet<String>> = BTreeMap::new();
            for (name, (thing, _)) in self.things.iter().chain(&self.steps) {
                kinds.entry(thing.kind()).or_default().insert(name.clone());
            }
            kinds
        });
        let none = BTreeSet::new();
        let known = kinds.get(kind).unwrap_or(&none).iter();
        suggest::known(name, kind, known.map(String::as_str), &self.patience)
    }
}
