//! Sets of steps, many of which are nearly the same: what they have in common lies in memory once.

use std::{iter, sync::Arc};

use smallvec::SmallVec;

use super::chunks::Chunks;

/// So many steps a set has beside what it shares, before both become one.
const FEW: usize = 16;

/// How many of them take no room of their own.
const IN_PLACE: usize = 6;

/// A set of steps, by their position in the order. A long plan has as many of these sets as it has
/// steps, and the set of a step is mostly that of the step before and one more: it holds what both have in
/// common as one thing, and beside it the few that are its own.
#[derive(Clone, Debug, Default)]
pub struct StepSet {
    /// What it may have in common with others; never empty.
    base: Option<Arc<Chunks>>,
    /// What is in it besides, rising; none of it is in the base.
    extra: SmallVec<[u32; IN_PLACE]>,
}

impl StepSet {
    /// Whether the step at a position is in it.
    #[must_use]
    pub fn contains(&self, position: usize) -> bool {
        self.in_base(position) || self.extra.iter().any(|one| *one as usize == position)
    }

    fn in_base(&self, position: usize) -> bool {
        self.base.as_ref().is_some_and(|base| base.contains(position))
    }

    /// The few that are not in the base.
    fn few(&self) -> impl Iterator<Item = usize> + '_ {
        self.extra.iter().map(|one| *one as usize)
    }

    /// Puts the step at a position in.
    pub fn insert(&mut self, position: usize) {
        if self.in_base(position) {
            return;
        }
        // A plan has fewer steps than that: its text has an end.
        let Ok(one) = u32::try_from(position) else { return };
        if let Err(place) = self.extra.binary_search(&one) {
            self.extra.insert(place, one);
        }
        if self.extra.len() > FEW {
            let base = Arc::make_mut(self.base.get_or_insert_default());
            self.extra.drain(..).for_each(|one| base.insert(one as usize));
        }
    }

    /// Takes the step at a position out.
    pub fn remove(&mut self, position: usize) {
        self.extra.retain(|one| *one as usize != position);
        if self.in_base(position) {
            self.change_base(|base| base.remove(position));
        }
    }

    /// Puts in what is in another set.
    pub fn union_with(&mut self, other: &Self) {
        match (&mut self.base, &other.base) {
            (_, None) => {}
            (Some(mine), Some(theirs)) if Arc::ptr_eq(mine, theirs) || theirs.is_within(mine) => {}
            (Some(mine), Some(theirs)) if !mine.is_within(theirs) => {
                Arc::make_mut(mine).union_with(theirs);
                self.forget_extra();
            }
            (mine, Some(theirs)) => {
                *mine = Some(Arc::clone(theirs));
                self.forget_extra();
            }
        }
        other.few().for_each(|position| self.insert(position));
    }

    /// Takes out what is in another set.
    pub fn difference_with(&mut self, other: &Self) {
        self.extra.retain(|one| !other.contains(*one as usize));
        match (&self.base, &other.base) {
            (Some(mine), Some(theirs)) if Arc::ptr_eq(mine, theirs) => self.base = None,
            (Some(_), Some(theirs)) => self.change_base(|base| base.difference_with(theirs)),
            _ => {}
        }
        for position in other.few() {
            if self.in_base(position) {
                self.change_base(|base| base.remove(position));
            }
        }
    }

    /// What is in both sets.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let mut both = Self::default();
        if let (Some(mine), Some(theirs)) = (&self.base, &other.base) {
            let shared = if Arc::ptr_eq(mine, theirs) {
                Arc::clone(mine)
            } else {
                Arc::new(mine.intersection(theirs))
            };
            both.base = Some(shared).filter(|base| !base.is_empty());
        }
        self.few().filter(|one| other.contains(*one)).for_each(|one| both.insert(one));
        other.few().filter(|one| self.contains(*one)).for_each(|one| both.insert(one));
        both
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.base.is_none() && self.extra.is_empty()
    }

    /// The last position that is in it.
    #[must_use]
    pub fn last(&self) -> Option<usize> {
        self.few().last().max(self.base.as_ref().and_then(|base| base.last()))
    }

    /// The positions that are in it, rising.
    pub fn ones(&self) -> impl Iterator<Item = usize> + '_ {
        let mut base = self.base.iter().flat_map(|base| base.ones()).peekable();
        let mut few = self.few().peekable();
        iter::from_fn(move || match (base.peek(), few.peek()) {
            (Some(one), Some(other)) if other < one => few.next(),
            (Some(_), _) => base.next(),
            (None, _) => few.next(),
        })
    }

    /// What it takes in memory beside what it shares with other sets, in bytes.
    #[must_use]
    pub fn own_bytes(&self) -> usize {
        let spilled = if self.extra.spilled() { self.extra.capacity() * size_of::<u32>() } else { 0 };
        let own = self.base.iter().filter(|base| Arc::strong_count(base) == 1);
        size_of::<Self>() + spilled + own.map(|base| base.own_bytes()).sum::<usize>()
    }

    /// Changes the base, which goes when nothing is left in it.
    fn change_base(&mut self, change: impl FnOnce(&mut Chunks)) {
        if let Some(base) = &mut self.base {
            change(Arc::make_mut(base));
            if base.is_empty() {
                self.base = None;
            }
        }
    }

    /// Takes out of the few what is in the base now.
    fn forget_extra(&mut self) {
        let base = self.base.as_deref();
        self.extra.retain(|one| base.is_none_or(|base| !base.contains(*one as usize)));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::{collection::btree_set, prelude::*};

    use super::*;

    /// Further than a chunk reaches, and often so close together that sets have much in common.
    fn positions() -> impl Strategy<Value = BTreeSet<usize>> {
        prop_oneof![btree_set(0..10_000usize, 0..40), btree_set(0..60usize, 0..50)]
    }

    fn set(positions: &BTreeSet<usize>) -> StepSet {
        let mut set = StepSet::default();
        positions.iter().for_each(|position| set.insert(*position));
        set
    }

    fn same(set: &StepSet, expected: &BTreeSet<usize>) {
        assert!(set.ones().eq(expected.iter().copied()), "{set:?} {expected:?}");
        assert_eq!(set.last(), expected.last().copied());
        assert_eq!(set.is_empty(), expected.is_empty());
        assert!(expected.iter().all(|position| set.contains(*position)));
        assert!(set.extra.len() <= FEW && set.few().all(|one| !set.in_base(one)), "{set:?}");
    }

    /// What is done to a set, with another one.
    #[derive(Clone, Copy, Debug)]
    enum Act {
        Insert(usize),
        Remove(usize),
        Union,
        Difference,
        Intersection,
        /// The other becomes a copy, and both have everything in common.
        Copy,
        Swap,
    }

    fn act() -> impl Strategy<Value = Act> {
        prop_oneof![
            8 => (0..60usize).prop_map(Act::Insert),
            2 => (0..10_000usize).prop_map(Act::Insert),
            2 => (0..60usize).prop_map(Act::Remove),
            1 => Just(Act::Union),
            1 => Just(Act::Difference),
            1 => Just(Act::Intersection),
            2 => Just(Act::Copy),
            2 => Just(Act::Swap),
        ]
    }

    proptest! {
        #[test]
        fn it_is_the_set_that_it_stands_for(a in positions(), b in positions(), acts in proptest::collection::vec(act(), 0..80)) {
            let (mut one, mut other) = ((set(&a), a), (set(&b), b));
            for act in acts {
                match act {
                    Act::Insert(position) => {
                        one.0.insert(position);
                        one.1.insert(position);
                    }
                    Act::Remove(position) => {
                        one.0.remove(position);
                        one.1.remove(&position);
                    }
                    Act::Union => {
                        one.0.union_with(&other.0);
                        one.1 = &one.1 | &other.1;
                    }
                    Act::Difference => {
                        one.0.difference_with(&other.0);
                        one.1 = &one.1 - &other.1;
                    }
                    Act::Intersection => {
                        one = (one.0.intersection(&other.0), &one.1 & &other.1);
                    }
                    Act::Copy => other = one.clone(),
                    Act::Swap => std::mem::swap(&mut one, &mut other),
                }
                same(&one.0, &one.1);
                same(&other.0, &other.1);
            }
        }
    }

    #[test]
    fn nothing_is_left_where_all_of_a_chunk_was_taken_out() {
        // Both chunks are in what it may share.
        let (mut one, other) = (set(&(0..40).chain(9000..9040).collect()), set(&(0..40).collect()));
        (0..40).for_each(|position| one.remove(position));
        same(&one, &(9000..9040).collect());
        same(&one.intersection(&other), &BTreeSet::new());
    }

    #[test]
    fn a_copy_takes_no_room_for_what_it_shares() {
        let original = set(&(0..9000).collect());
        let mut copy = original.clone();
        let least = size_of::<StepSet>();
        copy.insert(10_000);
        let mut union = StepSet::default();
        union.union_with(&original);
        // The few that are beside it may take room of their own, and nothing else.
        assert!([&copy, &union].iter().all(|set| set.own_bytes() <= least + FEW * 8), "{copy:?}");
        drop((copy, original));
        assert!(union.own_bytes() > 9000 / 8);
    }
}
