//! One difference, and what it means.

use std::collections::BTreeSet;

/// What a difference means for those who rely on the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Less is promised, more is assumed, or it takes longer.
    Weaker,
    /// The other way round.
    Stronger,
    /// Neither.
    Changed,
}

/// What a difference is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// A promise, what holds at the end, a waiver.
    Promise,
    /// What the plan takes for granted.
    Assumption,
    /// How long something takes, and the way back.
    Time,
    /// Steps, who does them and in which order.
    Step,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What it means.
    pub weight: Weight,
    /// What it is about.
    pub about: About,
    /// In words.
    pub text: String,
}

/// The differences of two sets of sentences: what is gone and what is new.
pub(super) fn of_sets(
    about: About,
    (old, new): (&BTreeSet<String>, &BTreeSet<String>),
    (gone, fresh): (Weight, Weight),
    tell: impl Fn(&str, &str) -> String,
) -> Vec<Difference> {
    let lost = old.difference(new).map(|what| (gone, tell("no longer", what)));
    let added = new.difference(old).map(|what| (fresh, tell("now", what)));
    lost.chain(added).map(|(weight, text)| Difference { weight, about, text }).collect()
}
