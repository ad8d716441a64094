//! Words of the author's own: kinds of things, and sentences that are said in place of the core's.
//!
//! A plan in such words becomes one in the words of the core before its names are resolved; so every
//! check, proof and run knows of nothing else. What is told to people is said in the author's words again
//! ([`Wording`]).

mod core_words;
mod finding;
mod read;
mod saying;
mod standard;

use std::collections::BTreeMap;

pub use finding::{EXPLANATIONS, said_otherwise};
pub use read::{Head, head};
pub use standard::{STANDARD, standard};

use crate::{
    action::usage::Slot,
    source::{Finding, Source},
    syntax::tree::{Item, Line, SyntaxTree, Thing},
    world::wording::Wording,
};

use saying::Saying;

/// The words that a plan uses beside those of the core.
#[derive(Debug, Default)]
pub struct Vocabulary {
    /// Kinds of things, each over one of the core's.
    kinds: BTreeMap<String, Slot>,
    /// Sentences.
    sayings: Vec<Saying>,
    /// The texts of the files that they stand in, by the names that the plan gives them.
    files: BTreeMap<String, String>,
}

impl Vocabulary {
    /// The words that a plan declares, and those of the files that it uses.
    ///
    /// # Errors
    /// Every finding about them.
    pub fn of(source: &Source, tree: &SyntaxTree) -> Result<Self, Vec<Finding>> {
        let is_one = |line: &Line<Item>| matches!(line.node, Item::Use(_) | Item::Kind(_) | Item::Say(_));
        if tree.items.iter().any(is_one) { read::read(source, tree) } else { Ok(Self::default()) }
    }

    /// Whether it has no words.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty() && self.sayings.is_empty()
    }

    /// The texts of the files that were read.
    #[must_use]
    pub const fn files(&self) -> &BTreeMap<String, String> {
        &self.files
    }

    /// How many kinds and sentences there are.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        (self.kinds.len(), self.sayings.len())
    }

    /// The words for kinds of things.
    pub fn kinds(&self) -> impl Iterator<Item = &str> {
        self.kinds.keys().map(String::as_str)
    }

    /// For each sentence how it is written, what it means in the words of the core, and what it is.
    pub fn sentences(&self) -> impl Iterator<Item = (&str, &str, Option<&str>)> {
        self.sayings.iter().map(|saying| (&*saying.said, &*saying.means, saying.title.as_deref()))
    }

    /// In which words the author speaks of the things of a plan.
    #[must_use]
    pub fn wording(&self, tree: &SyntaxTree) -> Wording {
        let things = tree.items.iter().filter_map(|line| match &line.node {
            Item::Thing(thing) => Some((thing.name.value.clone(), thing.kind.value.clone())),
            _ => None,
        });
        Wording::new(self.sayings.iter().map(Saying::row).collect(), things.collect())
    }

    fn core_kind(&self, thing: &Thing) -> Option<Slot> {
        self.kinds.get(&thing.kind.value).copied()
    }
}
