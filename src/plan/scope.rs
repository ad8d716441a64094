//! What the names of a plan stand for.

use std::{
    cell::OnceCell,
    collections::{BTreeMap, BTreeSet},
    sync::atomic::{AtomicBool, Ordering},
};

use foldhash::HashMap;

use crate::{
    source::Span,
    world::id::{AcceptorId, ChannelId, GroupId, KeyId, OwnFactId, RoleId, StepId, StoreId, WindowId},
};

use super::{
    Names,
    parameter::Parameters,
    step_names::StepNames,
    suggest::{self, Help, Patience},
    usages::Usages,
};

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thing {
    /// A role.
    Role(RoleId),
    /// Several roles under one name.
    Group(GroupId),
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
    /// A fact of the plan's own.
    Fact(OwnFactId),
}

/// What the author calls a step.
const STEP: &str = "step";

impl Thing {
    /// What the author calls such a thing.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Role(_) => "role",
            Self::Group(_) => "group",
            Self::Key(_) => "key",
            Self::Keystore(_) => "keystore",
            Self::Receiver(_) => "receiver",
            Self::Flow(_) => "flow",
            Self::Window(_) => "window",
            Self::Fact(_) => "fact",
        }
    }
}

/// A thing where it is declared, and whether something else speaks of it.
#[derive(Debug)]
pub struct Declared {
    /// The thing.
    pub thing: Thing,
    at: Span,
    is_used: AtomicBool,
}

/// A name of which nothing speaks but its own declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unused {
    /// What it is: `role`, `group`, `key`, `keystore`, `receiver`, `window`, `fact` or `parameter`.
    pub kind: &'static str,
    /// The name.
    pub name: String,
    /// Where it is declared.
    pub at: Span,
}

/// All names of a plan. Steps have names of their own; everything else shares one set.
#[derive(Debug, Default)]
pub struct Scope {
    things: HashMap<String, Declared>,
    steps: StepNames,
    /// The names of each kind, sorted once somebody asks for them.
    kinds: OnceCell<BTreeMap<&'static str, BTreeSet<String>>>,
    /// The words of usage lines.
    pub(super) usages: Usages,
    /// The parameters.
    pub parameters: Parameters,
    /// How many names may still be compared with unknown ones.
    pub patience: Patience,
}

impl Scope {
    /// Enters a name; gives the place of an earlier declaration if there is one.
    pub fn declare(&mut self, name: &str, thing: Thing, span: Span) -> Option<Span> {
        if let Some(first) = self.things.get(name) {
            return Some(first.at);
        }
        self.things.insert(name.to_owned(), Declared { thing, at: span, is_used: AtomicBool::new(false) });
        self.kinds.take();
        None
    }

    /// Makes room for so many names that are not those of steps.
    pub fn reserve(&mut self, things: usize) {
        self.things.reserve(things);
    }

    /// Enters the names of all steps.
    pub fn declare_steps(&mut self, steps: StepNames) {
        self.kinds.take();
        self.steps = steps;
    }

    /// What a name stands for; it is used from then on.
    #[must_use]
    pub fn thing(&self, name: &str) -> Option<(Thing, Span)> {
        let found = self.things.get(name)?;
        found.is_used.store(true, Ordering::Relaxed);
        Some((found.thing, found.at))
    }

    /// What a name stands for, looked at without use.
    #[must_use]
    pub fn declared(&self, name: &str) -> Option<Thing> {
        self.things.get(name).map(|found| found.thing)
    }

    /// What nothing speaks of, in the order of the text. Flows are judged whether something speaks of them
    /// or not. What is said for each row of a table is used when one of its rows is.
    #[must_use]
    pub fn unused(&self) -> Vec<Unused> {
        let is_judged = |found: &Declared| !matches!(found.thing, Thing::Flow(_));
        let judged = || self.things.iter().filter(|(_, found)| is_judged(found));
        let mut open: Vec<_> = judged().filter(|(_, found)| !found.is_used.load(Ordering::Relaxed)).collect();
        if open.is_empty() {
            return Vec::new();
        }
        let used: BTreeSet<Span> = judged()
            .filter(|(_, found)| found.is_used.load(Ordering::Relaxed))
            .map(|(_, found)| found.at)
            .collect();
        open.retain(|(_, found)| !used.contains(&found.at));
        let mut places: BTreeMap<Span, (&String, Thing)> = BTreeMap::new();
        for (name, found) in open {
            // Of several rows the first one by name, whatever order they come in.
            let first = places.entry(found.at).or_insert((name, found.thing));
            if name < first.0 {
                *first = (name, found.thing);
            }
        }
        let unused = |(at, (name, thing)): (Span, (&String, Thing))| Unused {
            kind: thing.kind(),
            name: name.clone(),
            at,
        };
        places.into_iter().map(unused).collect()
    }

    /// The step with this name.
    #[must_use]
    pub fn step(&self, name: &str) -> Option<StepId> {
        self.steps.step(name)
    }

    /// Gives up what every name stands for, and the parameters.
    #[must_use]
    pub fn into_parts(self) -> (Names, Parameters) {
        (Names::of(self.things, self.steps.into_named()), self.parameters)
    }

    /// A help for a name of a kind that is not declared.
    #[must_use]
    pub fn did_you_mean(&self, name: &str, kind: &str) -> Help {
        let kinds = self.kinds.get_or_init(|| {
            let mut kinds: BTreeMap<&'static str, BTreeSet<String>> = BTreeMap::new();
            for (name, found) in &self.things {
                kinds.entry(found.thing.kind()).or_default().insert(name.clone());
            }
            kinds.insert(STEP, self.steps.names().cloned().collect());
            kinds
        });
        let none = BTreeSet::new();
        let known = kinds.get(kind).unwrap_or(&none).iter();
        suggest::known(name, kind, known.map(String::as_str), &self.patience)
    }
}
