//! What may happen in a packed world, and in which ways.

use crate::proof::rules::Move;

use super::{
    act::Case,
    test::{Every, Write},
};

/// Something that may happen.
#[derive(Debug)]
pub(super) struct Turn {
    pub(super) what: Move,
    pub(super) when: Every,
    /// What the step needs, and whether its role goes by what it was told.
    pub(super) needs: Vec<(Every, bool)>,
    pub(super) cases: Vec<Way>,
    /// Whether it leads no nearer to the end: traffic, and late effects.
    pub(super) is_aside: bool,
    /// For a late effect, what it must not bring about: for each promise, the ways in which it would be
    /// broken if no window were open.
    pub(super) late: Option<Vec<Vec<Every>>>,
}

/// Messages that are under way from the moment on at which they can be sent.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Sent {
    pub(super) when: Every,
    pub(super) write: Write,
}

/// A way in which it happens.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) case: Case,
    /// What can be sent afterwards and perhaps not before, by number.
    pub(super) sends: Vec<usize>,
    /// Its number among all ways.
    pub(super) number: usize,
    /// What may be wrong afterwards that was not before, by number.
    pub(super) watched: Vec<usize>,
}

impl Turn {
    /// Whether the other one happens in the same states, with the same that comes of it.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let Self { what: _, when, needs, cases, is_aside, late } = self;
        (when, needs, cases, is_aside, late)
            == (&other.when, &other.needs, &other.cases, &other.is_aside, &other.late)
    }

    /// Whether a late effect brings about what only an open window allows.
    pub(super) fn is_untimely(&self, before: &[u64], after: &[u64]) -> bool {
        let broken = |ways: &[Every], state: &[u64]| ways.iter().any(|way| way.holds(state));
        self.late.iter().flatten().any(|ways| broken(ways, after) && !broken(ways, before))
    }
}

impl Way {
    /// Gives it its number, and gives away what is watched after it.
    pub(super) fn numbered(&mut self, number: usize) -> Vec<usize> {
        self.number = number;
        std::mem::take(&mut self.watched)
    }
}
