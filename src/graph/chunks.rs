//! Long sets of steps, in chunks: what two of them have in common lies in memory once.

use std::sync::Arc;

/// How many words of 64 steps a chunk has.
const WORDS: usize = 32;

/// How many steps a chunk tells apart.
const BITS: usize = WORDS * 64;

/// What a chunk of its own takes, in bytes: its words and the two counts before them.
const CHUNK: usize = WORDS * 8 + 16;

type Chunk = [u64; WORDS];

/// A set of steps, by their position in the order. A copy shares every chunk with its original until one of
/// the two changes it.
#[derive(Clone, Debug, Default)]
pub(super) struct Chunks {
    /// An absent chunk is an empty one; the last one is there.
    chunks: Vec<Option<Arc<Chunk>>>,
}

impl Chunks {
    /// Whether the step at a position is in it.
    #[must_use]
    pub(super) fn contains(&self, position: usize) -> bool {
        let chunk = self.chunks.get(position / BITS).and_then(Option::as_ref);
        chunk
            .and_then(|chunk| chunk.get(position % BITS / 64))
            .is_some_and(|word| word >> (position % 64) & 1 == 1)
    }

    /// Puts the step at a position in.
    pub(super) fn insert(&mut self, position: usize) {
        if self.chunks.len() <= position / BITS {
            self.chunks.resize(position / BITS + 1, None);
        }
        let slot = self.chunks.get_mut(position / BITS);
        let chunk = slot.map(|slot| Arc::make_mut(slot.get_or_insert_with(|| Arc::new([0; WORDS]))));
        if let Some(word) = chunk.and_then(|chunk| chunk.get_mut(position % BITS / 64)) {
            *word |= 1 << (position % 64);
        }
    }

    /// Takes the step at a position out.
    pub(super) fn remove(&mut self, position: usize) {
        if !self.contains(position) {
            return;
        }
        let Some(slot) = self.chunks.get_mut(position / BITS) else { return };
        let chunk = slot.as_mut().map(Arc::make_mut);
        if let Some(word) = chunk.and_then(|chunk| chunk.get_mut(position % BITS / 64)) {
            *word &= !(1 << (position % 64));
        }
        if slot.as_ref().is_some_and(|chunk| chunk.iter().all(|word| *word == 0)) {
            *slot = None;
        }
        self.trim();
    }

    /// Puts in what is in another set.
    pub(super) fn union_with(&mut self, other: &Self) {
        if self.chunks.len() < other.chunks.len() {
            self.chunks.resize(other.chunks.len(), None);
        }
        for (mine, theirs) in self.chunks.iter_mut().zip(&other.chunks) {
            let Some(theirs) = theirs else { continue };
            match mine {
                Some(chunk) if Arc::ptr_eq(chunk, theirs) || is_within(theirs, chunk) => {}
                Some(chunk) if !is_within(chunk, theirs) => {
                    let words = Arc::make_mut(chunk).iter_mut().zip(theirs.iter());
                    words.for_each(|(mine, theirs)| *mine |= theirs);
                }
                _ => *mine = Some(Arc::clone(theirs)),
            }
        }
    }

    /// Takes out what is in another set.
    pub(super) fn difference_with(&mut self, other: &Self) {
        self.combine(other, |mine, theirs| mine & !theirs);
    }

    /// What is in both sets.
    #[must_use]
    pub(super) fn intersection(&self, other: &Self) -> Self {
        let mut both = Self { chunks: Vec::new() };
        for (number, pair) in self.chunks.iter().zip(&other.chunks).enumerate() {
            let (Some(mine), Some(theirs)) = pair else { continue };
            if let Some(shared) = common(mine, theirs) {
                // What is empty before it takes no room until something lies behind it.
                both.chunks.resize(number, None);
                both.chunks.push(Some(shared));
            }
        }
        both
    }

    /// Whether nothing is in it.
    #[must_use]
    pub(super) fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// The last position that is in it.
    #[must_use]
    pub(super) fn last(&self) -> Option<usize> {
        let chunk = self.chunks.last()?.as_ref()?;
        let (number, word) = chunk.iter().enumerate().rev().find(|(_, word)| **word != 0)?;
        Some((self.chunks.len() - 1) * BITS + number * 64 + word.ilog2() as usize)
    }

    /// The positions that are in it, rising.
    pub(super) fn ones(&self) -> impl Iterator<Item = usize> + '_ {
        let chunks = self.chunks.iter().enumerate();
        let chunks = chunks.filter_map(|(number, chunk)| chunk.as_ref().map(|chunk| (number, chunk)));
        chunks.flat_map(|(number, chunk)| {
            let words = chunk.iter().enumerate().filter(|(_, word)| **word != 0);
            words.flat_map(move |(place, word)| {
                let bits = (0..64).filter(move |bit| word >> bit & 1 == 1);
                bits.map(move |bit| number * BITS + place * 64 + bit)
            })
        })
    }

    /// What it takes in memory beside what it shares with other sets, in bytes.
    #[must_use]
    pub(super) fn own_bytes(&self) -> usize {
        let own = self.chunks.iter().flatten().filter(|chunk| Arc::strong_count(chunk) == 1).count();
        size_of::<Self>() + self.chunks.len() * size_of::<Option<Arc<Chunk>>>() + own * CHUNK
    }

    /// Whether everything in it is in another set.
    #[must_use]
    pub(super) fn is_within(&self, other: &Self) -> bool {
        self.chunks.len() <= other.chunks.len()
            && self.chunks.iter().zip(&other.chunks).all(|pair| match pair {
                (None, _) => true,
                (Some(_), None) => false,
                (Some(mine), Some(theirs)) => Arc::ptr_eq(mine, theirs) || is_within(mine, theirs),
            })
    }

    /// Changes each word that both sets have.
    fn combine(&mut self, other: &Self, change: impl Fn(u64, u64) -> u64) {
        for (mine, theirs) in self.chunks.iter_mut().zip(&other.chunks) {
            let (Some(chunk), Some(theirs)) = (mine.as_mut(), theirs) else { continue };
            let differs = chunk.iter().zip(theirs.iter()).any(|(a, b)| change(*a, *b) != *a);
            if differs {
                let words = Arc::make_mut(chunk).iter_mut().zip(theirs.iter());
                words.for_each(|(mine, theirs)| *mine = change(*mine, *theirs));
                if chunk.iter().all(|word| *word == 0) {
                    *mine = None;
                }
            }
        }
        self.trim();
    }

    fn trim(&mut self) {
        while let Some(last) = self.chunks.last() {
            if last.as_ref().is_some_and(|chunk| chunk.iter().any(|word| *word != 0)) {
                return;
            }
            self.chunks.pop();
        }
    }
}

/// What is in both of two chunks, if anything: one of the two where nothing of it is missing in the other.
fn common(mine: &Arc<Chunk>, theirs: &Arc<Chunk>) -> Option<Arc<Chunk>> {
    if Arc::ptr_eq(mine, theirs) || is_within(mine, theirs) {
        return Some(Arc::clone(mine));
    }
    if is_within(theirs, mine) {
        return Some(Arc::clone(theirs));
    }
    let mut both = **mine;
    both.iter_mut().zip(theirs.iter()).for_each(|(mine, theirs)| *mine &= theirs);
    both.iter().any(|word| *word != 0).then(|| Arc::new(both))
}

/// Whether everything in one chunk is in another.
fn is_within(inner: &Chunk, outer: &Chunk) -> bool {
    inner.iter().zip(outer).all(|(inner, outer)| inner & !outer == 0)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::{collection::btree_set, prelude::*};

    use super::*;

    fn set(positions: &BTreeSet<usize>) -> Chunks {
        let mut set = Chunks::default();
        positions.iter().for_each(|position| set.insert(*position));
        set
    }

    fn positions() -> impl Strategy<Value = BTreeSet<usize>> {
        btree_set(0..5 * BITS, 0..40)
    }

    fn same(set: &Chunks, expected: &BTreeSet<usize>) {
        assert_eq!(&set.ones().collect::<BTreeSet<_>>(), expected);
        assert_eq!(set.last(), expected.last().copied());
        assert_eq!(set.is_empty(), expected.is_empty());
        assert!(expected.iter().all(|position| set.contains(*position)));
    }

    proptest! {
        #[test]
        fn it_is_the_set_that_it_stands_for(a in positions(), b in positions(), out in 0..5 * BITS) {
            let mut union = set(&a);
            union.union_with(&set(&b));
            same(&union, &(&a | &b));
            let mut difference = set(&a);
            difference.difference_with(&set(&b));
            same(&difference, &(&a - &b));
            same(&set(&a).intersection(&set(&b)), &(&a & &b));
            prop_assert_eq!(set(&a).is_within(&set(&b)), a.is_subset(&b));
            prop_assert!(set(&(&a & &b)).is_within(&set(&b)));
            let (mut less, mut expected) = (set(&a), a.clone());
            less.remove(out);
            expected.remove(&out);
            same(&less, &expected);
            same(&set(&a), &a);
        }
    }

    #[test]
    fn a_copy_takes_no_chunk_of_its_own_until_it_changes() {
        let original = set(&(0..4 * BITS).collect());
        assert!(original.own_bytes() > 4 * CHUNK);
        let mut copy = original.clone();
        assert!(copy.own_bytes() < CHUNK);
        copy.insert(5 * BITS);
        assert!((CHUNK..2 * CHUNK).contains(&copy.own_bytes()));
        let mut union = Chunks::default();
        union.union_with(&original);
        assert!(union.own_bytes() < CHUNK && union.last() == Some(4 * BITS - 1));
    }
}
