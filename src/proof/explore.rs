//! Looks at every world that a plan can reach, breadth first, so that the first fault found has a
//! shortest story.

use std::hash::{BuildHasher, RandomState};

use crate::world::state::World;

use super::{
    finish::stuck,
    index::Index,
    pack::Packing,
    rules::{Fault, Move, Rules},
};

/// What a search came to.
#[derive(Debug)]
pub enum Found {
    /// No reachable world has a fault.
    Clean(Space),
    /// This fault, and what led to it.
    Fault(Vec<Move>, World, Fault),
    /// More worlds than the budget allows.
    Exhausted(usize),
}

/// All reachable worlds.
#[derive(Debug)]
pub struct Space {
    worlds: Vec<u64>,
    words: usize,
    parents: Vec<u32>,
    edges: Vec<(u32, u32)>,
    seen: Index,
    moves: usize,
}

impl Space {
    /// How many worlds there are.
    #[must_use]
    pub const fn states(&self) -> usize {
        self.parents.len()
    }

    /// How many steps lead from world to world.
    #[must_use]
    pub const fn transitions(&self) -> usize {
        self.moves
    }

    /// What they take in memory, in bytes, with what the search for worlds without an end will take.
    #[must_use]
    pub fn bytes(&self) -> usize {
        size_of::<u64>() * self.worlds.len()
            + size_of::<u32>() * 3 * (self.parents.len() + self.edges.len())
            + size_of::<u32>() * self.seen.slots()
    }

    /// Which world leads to which, by number.
    #[must_use]
    pub fn edges(&self) -> &[(u32, u32)] {
        &self.edges
    }

    /// One world, packed.
    #[must_use]
    pub fn packed(&self, state: u32) -> &[u64] {
        let from = state as usize * self.words;
        self.worlds.get(from..from + self.words).unwrap_or(&[])
    }
}

/// What a world may take in memory, with the steps that lead from it, in bytes. One that takes more
/// counts as several.
const ROOM: usize = 512;

/// How many looks at a step, a message or a thing a world may cost, likewise.
const LOOKS: usize = 1000;

/// So many bytes and looks are allowed however small the budget is.
const LEAST: usize = 1 << 20;

/// Searches from `start`, through at most `budget` worlds.
///
/// The budget bounds memory and work too, whatever the size of the plan: the search takes no more
/// than 512 bytes and a thousand looks for each world of the budget, 1 GiB for two million.
#[must_use]
pub fn explore(rules: Rules<'_>, start: &World, budget: usize) -> Found {
    let room = budget.saturating_mul(ROOM).max(LEAST);
    let rules = rules.within(budget.saturating_mul(LOOKS).max(LEAST));
    if let Some(fault) = rules.fault(start) {
        return Found::Fault(Vec::new(), start.clone(), fault);
    }
    let mut search = Search::of(Packing::of(rules.checked().plan()));
    search.enter(start, 0);
    let mut at = 0u32;
    while (at as usize) < search.space.states() {
        let world = search.packing.unpack(search.space.packed(at));
        let mut fault: Option<(Move, World, Fault)> = None;
        rules.next(&world, |step, result| {
            if fault.is_some() || search.space.bytes() > room {
                return;
            }
            search.space.moves += 1;
            match result {
                Err(found) => fault = Some((step, world.clone(), found)),
                Ok(after) => {
                    let (number, fresh) = search.enter(&after, at);
                    search.space.edges.push((at, number));
                    if fresh && let Some(found) = rules.fault(&after) {
                        fault = Some((step, after, found));
                    }
                }
            }
        });
        if let Some((last, world, found)) = fault {
            // The way there is shorter than the search was.
            let rules = rules.within(usize::MAX);
            let mut moves = path(&rules, &search.packing, &search.space, at);
            moves.push(last);
            return Found::Fault(moves, world, found);
        }
        if search.space.states() > budget || search.space.bytes() > room || rules.is_exhausted() {
            return Found::Exhausted(search.space.states());
        }
        at += 1;
    }
    let Search { packing, space, .. } = search;
    let rules = rules.within(usize::MAX);
    if let Some(state) = stuck(&rules, &packing, &space) {
        let world = packing.unpack(space.packed(state));
        return Found::Fault(path(&rules, &packing, &space, state), world, Fault::Stuck);
    }
    // From another start the moment may have passed.
    let is_whole = *start == rules.checked().plan().start;
    match rules.unspoken().filter(|_| is_whole) {
        Some(number) => Found::Fault(Vec::new(), start.clone(), Fault::Vacuous(number)),
        None => Found::Clean(space),
    }
}

/// A search under way.
struct Search<'a> {
    packing: Packing<'a>,
    hasher: RandomState,
    space: Space,
    /// Where a world is packed before it is known whether it is new.
    scratch: Vec<u64>,
}

impl<'a> Search<'a> {
    fn of(packing: Packing<'a>) -> Self {
        let space = Space {
            worlds: Vec::new(),
            words: packing.words(),
            parents: Vec::new(),
            edges: Vec::new(),
            seen: Index::new(),
            moves: 0,
        };
        Self { packing, hasher: RandomState::new(), space, scratch: Vec::new() }
    }

    /// The number of a world that is reached from another one, and whether it was not seen before.
    fn enter(&mut self, world: &World, parent: u32) -> (u32, bool) {
        let Self { packing, hasher, space, scratch } = self;
        scratch.clear();
        packing.pack(world, scratch);
        let number = u32::try_from(space.parents.len()).unwrap_or(u32::MAX - 1);
        let (worlds, words) = (&space.worlds, space.words);
        let packed = |state: u32| {
            let from = state as usize * words;
            worlds.get(from..from + words).unwrap_or(&[])
        };
        let hash = hasher.hash_one(scratch.as_slice());
        let known = space.seen.find_or_insert(
            hash,
            number,
            |state| packed(state) == scratch.as_slice(),
            |state| hasher.hash_one(packed(state)),
        );
        if let Some(known) = known {
            return (known, false);
        }
        // By a quarter at a time: to double would take twice the memory at the end.
        if space.worlds.capacity() - space.worlds.len() < words {
            space.worlds.reserve_exact(words.max(space.worlds.len() / 4));
        }
        space.worlds.extend_from_slice(scratch);
        space.parents.push(parent);
        (number, true)
    }
}

/// The moves from the start to a state, found again by walking its parents forward.
fn path(rules: &Rules<'_>, packing: &Packing<'_>, space: &Space, state: u32) -> Vec<Move> {
    let mut states = vec![state];
    let mut at = state;
    while at != 0 {
        at = space.parents.get(at as usize).copied().unwrap_or(0);
        states.push(at);
    }
    states.reverse();
    let mut moves = Vec::new();
    for pair in states.windows(2) {
        let [from, to] = pair else { continue };
        let mut step = None;
        let mut packed = Vec::new();
        rules.next(&packing.unpack(space.packed(*from)), |candidate, result| {
            if let (None, Ok(after)) = (step, result) {
                packed.clear();
                packing.pack(&after, &mut packed);
                if packed == space.packed(*to) {
                    step = Some(candidate);
                }
            }
        });
        moves.extend(step);
    }
    moves
}
