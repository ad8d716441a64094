//! Positions of the order that rise: few of them as a list, many of them as a set.
//!
//! Most roles of a long plan do a handful of steps and are spoken to a handful of times; a set of its own for
//! each would be as long as the plan.

use super::step_set::StepSet;

/// From so many on a set is quicker than a list.
const MANY: usize = 64;

/// Positions of the order.
#[derive(Clone, Debug)]
pub(super) enum Positions {
    /// Rising.
    Few(Vec<usize>),
    Many(StepSet),
}

impl Default for Positions {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl Positions {
    /// Puts in a position behind all others; one that is the last already stays there once.
    pub(super) fn push(&mut self, position: usize) {
        match self {
            Self::Few(few) if few.last() == Some(&position) => {}
            Self::Few(few) if few.len() < MANY => few.push(position),
            Self::Few(few) => {
                let mut many = StepSet::default();
                few.iter().for_each(|one| many.insert(*one));
                many.insert(position);
                *self = Self::Many(many);
            }
            Self::Many(many) => many.insert(position),
        }
    }

    /// Those that are in a set.
    #[must_use]
    pub(super) fn within(&self, set: &StepSet) -> Self {
        match self {
            Self::Few(few) => Self::Few(few.iter().copied().filter(|one| set.contains(*one)).collect()),
            Self::Many(many) => Self::Many(set.intersection(many)),
        }
    }

    /// Takes out what is in a set.
    pub(super) fn without(&mut self, set: &StepSet) {
        match self {
            Self::Few(few) => few.retain(|one| !set.contains(*one)),
            Self::Many(many) => many.difference_with(set),
        }
    }

    /// Takes one out.
    pub(super) fn remove(&mut self, position: usize) {
        match self {
            Self::Few(few) => few.retain(|one| *one != position),
            Self::Many(many) => many.remove(position),
        }
    }

    /// The last one.
    #[must_use]
    pub(super) fn last(&self) -> Option<usize> {
        match self {
            Self::Few(few) => few.last().copied(),
            Self::Many(many) => many.last(),
        }
    }

    /// Whether there is none.
    #[must_use]
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Few(few) => few.is_empty(),
            Self::Many(many) => many.is_empty(),
        }
    }

    /// All of them, rising.
    pub(super) fn each(&self, mut take: impl FnMut(usize)) {
        match self {
            Self::Few(few) => few.iter().copied().for_each(take),
            Self::Many(many) => many.ones().for_each(&mut take),
        }
    }

    /// As a set.
    #[must_use]
    pub(super) fn into_set(self) -> StepSet {
        match self {
            Self::Many(many) => many,
            Self::Few(few) => {
                let mut set = StepSet::default();
                few.into_iter().for_each(|one| set.insert(one));
                set
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::{collection::btree_set, prelude::*};

    use super::*;

    fn told(positions: &Positions) -> Vec<usize> {
        let mut told = Vec::new();
        positions.each(|one| told.push(one));
        told
    }

    proptest! {
        #[test]
        fn few_and_many_are_what_they_stand_for(
            all in btree_set(0..9000usize, 0..2 * MANY),
            some in btree_set(0..9000usize, 0..4000),
            out in 0..9000usize,
        ) {
            let (mut positions, mut set) = (Positions::default(), StepSet::default());
            all.iter().for_each(|one| positions.push(*one));
            all.iter().next_back().into_iter().for_each(|last| positions.push(*last));
            some.iter().for_each(|one| set.insert(*one));
            prop_assert_eq!(matches!(positions, Positions::Many(_)), all.len() > MANY);
            prop_assert!(told(&positions).iter().eq(&all));
            prop_assert_eq!(positions.last(), all.last().copied());
            prop_assert!(told(&positions.within(&set)).into_iter().eq(all.intersection(&some).copied()));
            prop_assert!(positions.clone().into_set().ones().eq(all.iter().copied()));
            let mut less = positions.clone();
            less.without(&set);
            let left: BTreeSet<usize> = all.difference(&some).copied().collect();
            prop_assert!(told(&less).iter().eq(&left));
            prop_assert_eq!(less.is_empty(), left.is_empty());
            positions.remove(out);
            prop_assert!(told(&positions).into_iter().eq(all.iter().copied().filter(|one| *one != out)));
        }
    }
}
