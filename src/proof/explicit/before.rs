//! Where one condition is to hold before another: ways to the second on which the first never held.
//!
//! All promises of that kind are followed at once, move by move beside the search. Of each world is kept
//! by a bit for which of them a way leads to it on which the first condition never held. The first world
//! of the second condition that has the bit breaks the promise, and no way to such a world is shorter.

use std::collections::{BTreeMap, VecDeque};

use crate::{
    invariant::{been::Been, stated::Literal},
    proof::{
        budget::Reached,
        rules::{Fault, Move, Rules},
    },
    world::state::World,
};

use super::{layout::Layout, machine::Outcome, part::Part, space::Space, test::Every};

/// How far the search may still go.
pub(super) struct Limit<'a> {
    /// How many looks at a step, a message or a thing may still be taken.
    pub(super) looks: usize,
    /// How many bytes all that is kept may take.
    pub(super) room: usize,
    /// Whether to go on.
    pub(super) goes_on: &'a dyn Fn(Reached) -> bool,
}

/// What comes of following the promises for one more move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Followed {
    /// None is broken so far.
    Kept,
    /// This one is, by its number among the statements of the plan.
    Broken(usize),
    /// The limit was reached.
    Spent,
    /// It was told to end.
    Stopped,
}

/// The promises of a plan in which one condition comes before another.
#[derive(Debug, Default)]
pub(super) struct Befores {
    promises: Vec<Promise>,
    /// How many words a bit for each of them takes.
    words: usize,
    /// For each world, for which promises it was looked at.
    seen: Vec<u64>,
    /// The worlds to which so many moves lead, each with the promises whose first condition has never
    /// held on the way, and which were not followed there before.
    front: BTreeMap<u32, Vec<u64>>,
    moves: usize,
    /// How many looks were taken since it was asked whether to go on.
    unasked: usize,
}

/// One of them.
#[derive(Debug)]
struct Promise {
    /// Its number among the statements of the plan.
    number: usize,
    first: Every,
    second: Every,
}

/// After so many looks it is asked whether to go on.
const NOW_AND_THEN: usize = 1 << 20;

impl Befores {
    /// The promises of a part of a plan, before the first moment.
    pub(super) fn of(rules: &Rules<'_>, layout: &Layout, part: &Part) -> Self {
        let every = |literals: Vec<Literal>| Every::of(literals.into_iter().map(|l| layout.literal(l)));
        let statements = rules.checked().plan().statements.iter().enumerate();
        let statements = statements.filter(|(number, _)| part.states(*number));
        let promises: Vec<Promise> = statements
            .filter_map(|(number, stated)| {
                let first = every(stated.value.beginning()?);
                Some(Promise { number, first, second: every(stated.value.occasion()) })
            })
            .collect();
        let words = promises.len().div_ceil(64);
        Self { promises, words, ..Self::default() }
    }

    /// The two conditions of each.
    pub(super) fn conditions(&self) -> Vec<(Every, Every)> {
        self.promises.iter().map(|promise| (promise.first.clone(), promise.second.clone())).collect()
    }

    /// Within so many moves none is broken.
    pub(super) const fn moves(&self) -> usize {
        self.moves
    }

    /// Whether there are worlds from which they are still to be followed.
    pub(super) fn is_open(&self) -> bool {
        !self.front.is_empty()
    }

    /// What is kept, in bytes.
    pub(super) fn bytes(&self) -> usize {
        // A row of a map has a key, a vector, and some room beside.
        let row = size_of::<u64>() * (self.words + 8);
        size_of::<u64>() * self.seen.capacity() + row * self.front.len()
    }

    /// Looks at the start.
    pub(super) fn begin(&mut self, space: &Space) -> Followed {
        self.seen.resize(space.states() * self.words, 0);
        let (mut broken, all) = (None, vec![u64::MAX; self.words]);
        self.enter(0, (&all, space.worlds.packed(0)), &mut broken);
        broken.map_or(Followed::Kept, Followed::Broken)
    }

    /// Follows them for one more move, among the worlds that were found.
    pub(super) fn follow(&mut self, space: &Space, limit: &mut Limit<'_>) -> Followed {
        let front = std::mem::take(&mut self.front);
        self.seen.resize(space.states() * self.words, 0);
        let (mut broken, mut after) = (None, Vec::new());
        for (from, bits) in &front {
            if self.unasked > NOW_AND_THEN {
                let reached = Reached { states: space.states(), moves: self.moves, stopped: false };
                self.unasked = 0;
                if !(limit.goes_on)(reached) {
                    return Followed::Stopped;
                }
            }
            let mut taken = space.machine.weight();
            space.next(*from, &mut after, |_, next, outcome| {
                if outcome != Outcome::Odd
                    && let Some(number) = space.worlds.number(next)
                {
                    taken += self.enter(number, (bits, next), &mut broken);
                }
                true
            });
            self.unasked = self.unasked.saturating_add(taken);
            limit.looks = limit.looks.saturating_sub(taken);
            if limit.looks == 0 || space.bytes() + self.bytes() > limit.room {
                return Followed::Spent;
            }
        }
        self.moves += 1;
        broken.map_or(Followed::Kept, Followed::Broken)
    }

    /// Looks at a world to which ways lead on which the first conditions of some promises never held;
    /// says how many looks that took.
    fn enter(&mut self, world: u32, (bits, state): (&[u64], &[u64]), broken: &mut Option<usize>) -> usize {
        let Self { promises, words, seen, front, .. } = self;
        let from = world as usize * *words;
        let (mut looks, mut kept) = (1 + *words, Vec::new());
        let rows = seen.get_mut(from..from + *words).unwrap_or_default().iter_mut().zip(bits);
        for ((seen, bits), promises) in rows.zip(promises.chunks(64)) {
            let fresh = bits & !*seen;
            *seen |= fresh;
            let mut still = 0;
            for (bit, promise) in promises.iter().enumerate().filter(|(bit, _)| fresh >> bit & 1 == 1) {
                looks += 1;
                if promise.first.holds(state) {
                    continue;
                }
                still |= 1 << bit;
                if promise.second.holds(state) && broken.is_none_or(|known| promise.number < known) {
                    *broken = Some(promise.number);
                }
            }
            kept.push(still);
        }
        if kept.iter().any(|bits| *bits != 0) {
            let row = front.entry(world).or_insert_with(|| vec![0; *words]);
            row.iter_mut().zip(kept).for_each(|(row, kept)| *row |= kept);
        }
        looks
    }

    /// A shortest way to a moment that breaks a promise, by its number among the statements; nothing where
    /// the rules of the world themselves do not say so.
    pub(super) fn story(
        &self,
        rules: &Rules<'_>,
        space: &Space,
        number: usize,
    ) -> Option<(Vec<Move>, World, Fault)> {
        let promise = self.promises.iter().find(|promise| promise.number == number)?;
        let row = promise.way(space)?;
        let plan = rules.checked().plan();
        let mut been = Been::nothing(&plan.landscape, &plan.statements);
        let broken = row.iter().map(|world| been.enter(&space.world(*world))).last()?;
        let world = space.world(*row.last()?);
        broken.contains(&number).then(|| (space.moves_along(&row), world, Fault::Untrue(number)))
    }
}

impl Promise {
    /// The worlds along a shortest way to one that breaks the promise.
    fn way(&self, space: &Space) -> Option<Vec<u32>> {
        let mut parents: BTreeMap<u32, Option<u32>> = BTreeMap::from([(0, None)]);
        let (mut open, mut after) = (VecDeque::from([0]), Vec::new());
        while let Some(at) = open.pop_front() {
            let state = space.worlds.packed(at);
            if self.first.holds(state) {
                continue;
            }
            if self.second.holds(state) {
                let before = |at: &u32| parents.get(at).copied().flatten();
                let mut row: Vec<u32> = std::iter::successors(Some(at), before).collect();
                row.reverse();
                return Some(row);
            }
            space.next(at, &mut after, |_, next, outcome| {
                if outcome != Outcome::Odd
                    && let Some(next) = space.worlds.number(next)
                    && !parents.contains_key(&next)
                {
                    parents.insert(next, Some(at));
                    open.push_back(next);
                }
                true
            });
        }
        None
    }
}
