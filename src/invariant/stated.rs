//! `promise always partner accepts old`, `promise never partner accepts new while orders deployed` and
//! `promise partner accepts new before tenant["orders-signer"] is new`: what a plan states of its facts at
//! every moment.

use crate::{
    action::usage::Arguments,
    condition::{Asks, Condition, read},
    world::{
        id::WindowId,
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
    manner: Manner,
    has_while: bool,
}

/// What a statement says of its condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    Always,
    Never,
    /// It has been so before the other one is, or comes with it.
    Before,
}

/// Every statement that a plan may promise. The longer ones come first, for the shorter ones fit
/// whatever they fit.
pub const STATEMENTS: &[Form] = &[
    Form {
        usage: "always <condition> while <condition>",
        meaning: "at every moment at which the second condition holds, the first one holds too.",
        manner: Manner::Always,
        has_while: true,
    },
    Form {
        usage: "never <condition> while <condition>",
        meaning: "there is no moment at which both conditions hold.",
        manner: Manner::Never,
        has_while: true,
    },
    Form {
        usage: "always <condition>",
        meaning: "the condition holds at every moment.",
        manner: Manner::Always,
        has_while: false,
    },
    Form {
        usage: "never <condition>",
        meaning: "the condition holds at no moment.",
        manner: Manner::Never,
        has_while: false,
    },
    Form {
        usage: "<condition> before <condition>",
        meaning: "the first condition holds at some moment before the second one first does, or comes with it.",
        manner: Manner::Before,
        has_while: true,
    },
];

impl Form {
    /// Makes the statement of arguments that fit the usage line.
    #[must_use]
    pub fn read(&self, arguments: &mut Arguments, landscape: &Landscape) -> Option<Stated> {
        let what = read(arguments, landscape)?;
        let during = if self.has_while { Some(read(arguments, landscape)?) } else { None };
        Some(Stated { manner: self.manner, what, during })
    }
}

/// A promise over facts.
#[derive(Debug)]
pub struct Stated {
    manner: Manner,
    what: Box<dyn Condition>,
    during: Option<Box<dyn Condition>>,
}

/// One thing that is so, or is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Literal {
    /// The fact has the value.
    Is(Fact, Value),
    /// It has another one.
    IsNot(Fact, Value),
    /// The window has begun.
    Open(WindowId),
    /// It has not.
    NotOpen(WindowId),
}

impl Stated {
    /// How it reads, as the author would write it.
    #[must_use]
    pub fn sentence(&self, landscape: &Landscape) -> String {
        let what = self.what.sentence(landscape);
        let word = match (self.manner, &self.during) {
            (Manner::Before, Some(during)) => {
                return format!("{what} before {}", during.sentence(landscape));
            }
            (Manner::Never, _) => "never",
            (Manner::Always | Manner::Before, _) => "always",
        };
        match &self.during {
            Some(during) => format!("{word} {what} while {}", during.sentence(landscape)),
            None => format!("{word} {what}"),
        }
    }

    /// Whether it must hold, and not fail.
    #[must_use]
    pub const fn is_always(&self) -> bool {
        matches!(self.manner, Manner::Always)
    }

    /// Whether it asks what has been so, and not only what is.
    #[must_use]
    pub const fn is_before(&self) -> bool {
        matches!(self.manner, Manner::Before)
    }

    /// What must hold, or must not.
    #[must_use]
    pub fn what(&self) -> &dyn Condition {
        self.what.as_ref()
    }

    /// When; at every moment without.
    #[must_use]
    pub fn during(&self) -> Option<&dyn Condition> {
        self.during.as_deref()
    }

    /// Whether it speaks of this moment at all.
    #[must_use]
    pub fn applies(&self, landscape: &Landscape, world: &World) -> bool {
        self.during.as_ref().is_none_or(|during| during.holds(landscape, world))
    }

    /// Whether a moment breaks it by itself. One that asks what has been so is judged by [`Been`].
    ///
    /// [`Been`]: super::been::Been
    #[must_use]
    pub fn is_broken(&self, landscape: &Landscape, world: &World) -> bool {
        let held = || self.what.holds(landscape, world);
        !self.is_before() && self.applies(landscape, world) && held() != self.is_always()
    }

    /// Whether it speaks of messages under way, which is for other promises.
    #[must_use]
    pub fn speaks_of_traffic(&self) -> bool {
        let drained = |condition: &dyn Condition| matches!(condition.asks(), Asks::Drained(..));
        drained(self.what()) || self.during().is_some_and(drained)
    }

    /// The keystore of which it wants an alias to name a key at every moment, although an exchange in it
    /// leaves a gap.
    #[must_use]
    pub fn needs_no_gap<'a>(&self, landscape: &'a Landscape) -> Option<&'a str> {
        let stores = literals(&self.what.asks()).into_iter().filter_map(|literal| match literal {
            Literal::Is(Fact::Place(place), _) => Some(&landscape.stores[landscape.places[place].store]),
            _ => None,
        });
        let mut stores = stores.filter(|store| self.is_always() && store.has_gap);
        stores.next().map(|store| store.name.as_str())
    }

    /// When it speaks of a moment: all of these are so then.
    #[must_use]
    pub fn occasion(&self) -> Vec<Literal> {
        self.during().map(|during| literals(&during.asks())).unwrap_or_default()
    }

    /// What must have been so before, for one that asks that: all of these together.
    #[must_use]
    pub fn beginning(&self) -> Option<Vec<Literal>> {
        self.is_before().then(|| literals(&self.what.asks()))
    }

    /// The facts that it speaks of.
    pub fn facts(&self) -> impl Iterator<Item = Fact> + use<> {
        let during = self.during.as_ref().map(|during| literals(&during.asks())).unwrap_or_default();
        literals(&self.what.asks()).into_iter().chain(during).filter_map(Literal::fact)
    }

    /// The same in words: the ways in which a moment can break it by itself.
    pub fn forbids(&self) -> impl Iterator<Item = Vec<Word>> {
        self.breaches().into_iter().map(|all| all.into_iter().map(Literal::word).collect())
    }

    /// The same in words: when it speaks of a moment.
    #[must_use]
    pub fn speaks_when(&self) -> Vec<Word> {
        self.occasion().into_iter().map(Literal::word).collect()
    }

    /// The ways in which a moment can break it by itself: for each, what is so then.
    #[must_use]
    pub fn breaches(&self) -> Vec<Vec<Literal>> {
        if self.is_before() {
            return Vec::new();
        }
        let (occasion, what) = (self.occasion(), literals(&self.what.asks()));
        if !self.is_always() {
            return vec![[occasion, what].concat()];
        }
        let with = |literal: &Literal| [occasion.as_slice(), &[literal.opposite()]].concat();
        what.iter().map(with).collect()
    }
}

impl Literal {
    /// The fact that it is about; none where it is about a window.
    #[must_use]
    pub const fn fact(self) -> Option<Fact> {
        match self {
            Self::Is(fact, _) | Self::IsNot(fact, _) => Some(fact),
            Self::Open(_) | Self::NotOpen(_) => None,
        }
    }

    /// The same as a word.
    #[must_use]
    pub const fn word(self) -> Word {
        Word::Says(self.says())
    }

    /// The same as a fact, a value, and whether it has that value or another one.
    #[must_use]
    pub const fn says(self) -> (Fact, Value, bool) {
        match self {
            Self::Is(fact, value) => (fact, value, true),
            Self::IsNot(fact, value) => (fact, value, false),
            Self::Open(window) => (Fact::Window(window), Value::Is(true), true),
            Self::NotOpen(window) => (Fact::Window(window), Value::Is(true), false),
        }
    }

    /// That it is otherwise.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Is(fact, value) => Self::IsNot(fact, value),
            Self::IsNot(fact, value) => Self::Is(fact, value),
            Self::Open(window) => Self::NotOpen(window),
            Self::NotOpen(window) => Self::Open(window),
        }
    }
}

fn literals(asks: &Asks) -> Vec<Literal> {
    match asks {
        Asks::Facts(facts) => facts.iter().map(|(fact, value)| Literal::Is(*fact, *value)).collect(),
        Asks::Open(window) => vec![Literal::Open(*window)],
        // Refused where the plan is read.
        Asks::Drained(..) => Vec::new(),
    }
}
