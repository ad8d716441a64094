//! The worlds that a search has found.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;

use crate::{proof::rules::Move, world::state::World};

use super::{
    index::Index,
    machine::{Machine, Outcome},
};

/// All worlds that were reached, by number, the start first, and what may happen in each.
#[derive(Debug)]
pub struct Space {
    pub(super) machine: Machine,
    pub(super) worlds: Worlds,
    pub(super) moves: usize,
}

/// Packed worlds, each with the one from which it was first reached.
#[derive(Debug)]
pub(super) struct Worlds {
    states: Vec<u64>,
    words: usize,
    parents: Vec<u32>,
    seen: Index,
    hasher: RandomState,
}

impl Space {
    /// A space in which nothing is yet.
    pub(super) fn of(machine: Machine) -> Self {
        let words = machine.layout().words();
        let worlds = Worlds {
            states: Vec::new(),
            words,
            parents: Vec::new(),
            seen: Index::new(),
            hasher: RandomState::default(),
        };
        Self { machine, worlds, moves: 0 }
    }

    /// How many worlds there are.
    #[must_use]
    pub const fn states(&self) -> usize {
        self.worlds.parents.len()
    }

    /// How many steps lead from world to world.
    #[must_use]
    pub const fn transitions(&self) -> usize {
        self.moves
    }

    /// What they take in memory, in bytes, with the way to each.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.worlds.bytes()
    }

    /// What the ways to the worlds take of that, in bytes.
    #[must_use]
    pub const fn bytes_of_ways(&self) -> usize {
        size_of::<u32>() * self.worlds.parents.capacity()
    }

    /// What made them.
    pub(super) fn into_machine(self) -> Machine {
        self.machine
    }

    /// One world.
    #[must_use]
    pub fn world(&self, number: u32) -> World {
        self.machine.layout().unpack(self.worlds.packed(number))
    }

    /// Whether every step is done in a world.
    #[must_use]
    pub fn is_ended(&self, number: u32) -> bool {
        self.machine.is_ended(self.worlds.packed(number))
    }

    /// Which world leads to which, by number.
    #[must_use]
    pub fn edges(&self) -> Vec<(u32, u32)> {
        self.edges_of(|_| true)
    }

    /// The same without late effects: they may come, and no way to the end counts on one.
    #[must_use]
    pub fn edges_in_time(&self) -> Vec<(u32, u32)> {
        self.edges_of(|step| !matches!(step, Move::Late(_)))
    }

    fn edges_of(&self, wanted: impl Fn(Move) -> bool) -> Vec<(u32, u32)> {
        let (mut edges, mut after) = (Vec::with_capacity(self.moves), Vec::new());
        for number in (0..self.states()).map(number) {
            self.next(number, &mut after, |step, next, _| {
                let next = self.worlds.number(next).filter(|_| wanted(step));
                edges.extend(next.map(|next| (number, next)));
                true
            });
        }
        edges
    }

    /// The moves that lead from each world of a row to the next one.
    pub(super) fn moves_along(&self, row: &[u32]) -> Vec<Move> {
        let (mut moves, mut after) = (Vec::new(), Vec::new());
        for pair in row.windows(2) {
            let [from, to] = pair else { continue };
            self.next(*from, &mut after, |step, next, _| {
                let is_it = next == self.worlds.packed(*to);
                moves.extend(is_it.then_some(step));
                !is_it
            });
        }
        moves
    }

    /// What may happen in a world.
    pub(super) fn next(
        &self,
        number: u32,
        after: &mut Vec<u64>,
        found: impl FnMut(Move, &[u64], Outcome) -> bool,
    ) {
        self.machine.next(self.worlds.packed(number), after, found);
    }
}

impl Worlds {
    /// What they take in memory, in bytes.
    #[inline]
    pub(super) const fn bytes(&self) -> usize {
        size_of::<u64>() * self.states.capacity()
            + size_of::<u32>() * (self.parents.capacity() + self.seen.slots())
    }

    /// One world, packed.
    #[inline]
    pub(super) fn packed(&self, number: u32) -> &[u64] {
        packed(&self.states, self.words, number)
    }

    /// The number of a packed world that was reached.
    pub(super) fn number(&self, state: &[u64]) -> Option<u32> {
        self.seen.find(hash(&self.hasher, state), |number| self.packed(number) == state)
    }

    /// The world from which another one was first reached; the start comes from itself.
    pub(super) fn parent(&self, number: u32) -> u32 {
        self.parents.get(number as usize).copied().unwrap_or_default()
    }

    /// The hash of a world.
    #[inline]
    pub(super) fn hash(&self, state: &[u64]) -> u64 {
        hash(&self.hasher, state)
    }

    /// Looks where these hashes lead to. What is read here is near when each world is entered, and that it
    /// is read in a row takes no longer than one of them.
    #[inline]
    pub(super) fn warm(&self, hashes: impl Iterator<Item = u64>) {
        let first = |number: u32| self.states.get(number as usize * self.words).copied();
        let read = hashes.filter_map(|hash| self.seen.likely(hash)).filter_map(first);
        std::hint::black_box(read.fold(0, |sum, word| sum ^ word));
    }

    /// Enters a world; says whether it was not there before.
    #[inline]
    pub(super) fn enter(&mut self, state: &[u64], parent: u32) -> bool {
        let hash = self.hash(state);
        self.enter_hashed((state, hash), parent)
    }

    /// The same of one whose hash is known.
    #[inline]
    pub(super) fn enter_hashed(&mut self, (state, own): (&[u64], u64), parent: u32) -> bool {
        let Self { states, words, parents, seen, hasher } = self;
        let (known, words) = (&*states, *words);
        let found = seen.find_or_insert(
            own,
            number(parents.len()),
            |number| packed(known, words, number) == state,
            |number| hash(hasher, packed(known, words, number)),
        );
        if found.is_some() {
            return false;
        }
        // By an eighth at a time: to double would take twice the memory at the end.
        if states.capacity() - states.len() < words {
            states.reserve_exact((states.len() / 8).max(64 * words));
        }
        if parents.capacity() == parents.len() {
            parents.reserve_exact((parents.len() / 8).max(64));
        }
        states.extend_from_slice(state);
        parents.push(parent);
        true
    }
}

/// One word is hashed as one, which is faster.
#[inline]
fn hash(hasher: &RandomState, state: &[u64]) -> u64 {
    match state {
        [word] => hasher.hash_one(word),
        words => hasher.hash_one(words),
    }
}

#[inline]
fn packed(states: &[u64], words: usize, number: u32) -> &[u64] {
    let from = number as usize * words;
    states.get(from..from + words).unwrap_or_default()
}

/// The number of a world by its place.
pub(super) fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX - 1)
}
