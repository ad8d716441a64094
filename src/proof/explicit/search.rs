//! Looks at every world that a plan can reach, breadth first, so that the first fault found has a
//! shortest story.

use crate::{
    proof::{
        budget::{Budget, Reached},
        rules::{Fault, Move, Rules},
    },
    world::state::World,
};

use super::{
    before::{Befores, Followed, Limit},
    finish::stuck,
    machine::{Machine, Outcome, Sending},
    part::Part,
    space::{Space, Worlds},
};

/// What a search came to.
#[derive(Debug)]
pub enum Found {
    /// No reachable world has a fault.
    Clean(Box<Space>),
    /// This fault, and what led to it.
    Fault(Vec<Move>, Box<World>, Fault),
    /// More worlds than the budget allows, or it was told to end.
    Exhausted(Reached),
    /// Something is wrong after so many worlds of which the rules know nothing: nothing is proved.
    Unclear(usize),
}

/// What a world may take in memory, with the way to it, in bytes. One that takes more counts as
/// several.
pub(in crate::proof) const ROOM: usize = 512;

/// How many looks at a step, a message or a thing a world may cost, likewise.
pub(in crate::proof) const LOOKS: usize = 1000;

/// So many bytes and looks are allowed however small the budget is.
pub(in crate::proof) const LEAST: usize = 1 << 20;

/// After so many worlds somebody is told how far the search has come.
const NOW_AND_THEN: u32 = 1 << 14;

/// Searches from `start`, as far as the budget allows.
///
/// The budget bounds memory and work too, whatever the size of the plan: the search takes no more
/// than 512 bytes and a thousand looks for each world of the budget, 1 GiB for two million.
#[must_use]
pub fn explore<'a>(rules: &Rules<'_>, start: &World, budget: impl Into<Budget<'a>>) -> Found {
    if let Some(fault) = rules.fault(start) {
        return Found::Fault(Vec::new(), Box::new(start.clone()), fault);
    }
    let whole = Prepared::of(rules, start, &Part::whole(rules.checked()), Sending::AtWill);
    through(rules, start, whole, budget.into())
}

/// A part of a plan, ready to be searched through.
pub(super) struct Prepared {
    pub(super) machine: Machine,
    pub(super) befores: Befores,
}

impl Prepared {
    /// The part of a plan that starts there.
    pub(super) fn of(rules: &Rules<'_>, start: &World, part: &Part, sending: Sending) -> Self {
        let machine = Machine::of(rules, start, part, sending);
        // In the middle of a run the first of two moments may have passed.
        let is_first = start.done.is_clear();
        let befores = if is_first { Befores::of(rules, machine.layout(), part) } else { Befores::default() };
        Self { machine, befores }
    }
}

/// Searches through the worlds of a part of a plan.
pub(super) fn through(
    rules: &Rules<'_>,
    start: &World,
    Prepared { machine, mut befores }: Prepared,
    Budget { states: budget, goes_on }: Budget<'_>,
) -> Found {
    let room = budget.saturating_mul(ROOM).max(LEAST);
    let mut limit = Limit { looks: budget.saturating_mul(LOOKS).max(LEAST), room, goes_on };
    let mut unspoken = machine.statements();
    let first = machine.first();
    if machine.begins_wrong(&first) {
        return Found::Unclear(0);
    }
    machine.speaks(&first, &mut unspoken);
    let (waiting, coming, marks) = (Vec::new(), Vec::new(), Vec::new());
    let (state, after) = (Vec::new(), Vec::new());
    let mut search =
        Search { space: Space::of(machine), room, unspoken, waiting, state, after, coming, marks };
    let _is_new = search.space.worlds.enter(&first, 0);
    let begun = befores.begin(&search.space);
    if let Some(found) = followed(rules, &search.space, (&befores, begun)) {
        return found;
    }
    // Where the worlds end that so many moves lead to.
    let (mut moves, mut level) = (0, 1);
    let mut at = 0u32;
    while (at as usize) < search.space.states() {
        if at as usize == level {
            (moves, level) = (moves + 1, search.space.states());
            let so_far = befores.follow(&search.space, &mut limit);
            if let Some(found) = followed(rules, &search.space, (&befores, so_far)) {
                return found;
            }
        }
        let reached = |states, stopped| Reached { states, moves, stopped };
        if at % NOW_AND_THEN == NOW_AND_THEN - 1 && !goes_on(reached(search.space.states(), false)) {
            return Found::Exhausted(reached(search.space.states(), true));
        }
        let Some(taken) = search.look(at) else {
            return told(rules, &search.space, at);
        };
        limit.looks = limit.looks.saturating_sub(taken);
        let bytes = search.space.bytes() + befores.bytes();
        if search.space.states() > budget || bytes > room || limit.looks == 0 {
            return Found::Exhausted(reached(search.space.states(), false));
        }
        at += 1;
    }
    // A way on which something never held may be longer than the shortest one to the same world.
    while befores.is_open() {
        let so_far = befores.follow(&search.space, &mut limit);
        if let Some(found) = followed(rules, &search.space, (&befores, so_far)) {
            return found;
        }
    }
    if let Some(number) = stuck(&search.space, &search.waiting) {
        let world = Box::new(search.space.world(number));
        return Found::Fault(path(&search.space, number), world, Fault::Stuck);
    }
    // From another start the moment may have passed.
    let is_whole = *start == rules.checked().plan().start;
    match search.unspoken.first().filter(|_| is_whole) {
        Some(number) => Found::Fault(Vec::new(), Box::new(start.clone()), Fault::Vacuous(*number)),
        None => Found::Clean(Box::new(search.space)),
    }
}

/// A search under way.
struct Search {
    space: Space,
    /// How many bytes the worlds may take.
    room: usize,
    /// The statements that speak of none of the worlds.
    unspoken: Vec<usize>,
    /// The worlds in which nothing but traffic may happen, though not every step is done.
    waiting: Vec<u32>,
    /// Where a world and the one after it lie for the while.
    state: Vec<u64>,
    after: Vec<u64>,
    /// The worlds after it that are not entered yet, one behind the other, and for each its hash and the
    /// way that led to it.
    coming: Vec<u64>,
    marks: Vec<(u64, usize)>,
}

/// So many worlds are entered in a row.
const AT_ONCE: usize = 32;

impl Search {
    /// Finds what comes after a world and how many looks that took; nothing where something is wrong.
    fn look(&mut self, at: u32) -> Option<usize> {
        let Self { space: Space { machine, worlds, moves }, room, unspoken, waiting, .. } = self;
        let Self { state, after, coming, marks, .. } = self;
        state.clear();
        state.extend_from_slice(worlds.packed(at));
        let (mut goes_on, mut is_odd, mut taken) = (false, false, 0);
        let mut enter = |worlds: &mut Worlds, coming: &mut Vec<u64>, marks: &mut Vec<(u64, usize)>| {
            worlds.warm(marks.iter().map(|(hash, _)| *hash));
            let mut is_odd = false;
            for (next, (hash, way)) in coming.chunks_exact(state.len()).zip(&*marks) {
                if worlds.enter_hashed((next, *hash), at) {
                    is_odd |= machine.is_wrong(next, *way);
                    if !unspoken.is_empty() {
                        machine.speaks(next, unspoken);
                    }
                }
            }
            coming.clear();
            marks.clear();
            is_odd
        };
        machine.next(state, after, |_, next, outcome| {
            taken += 1;
            match outcome {
                Outcome::Odd => is_odd = true,
                Outcome::World { onward, way } => {
                    goes_on |= onward;
                    coming.extend_from_slice(next);
                    marks.push((worlds.hash(next), way));
                    if marks.len() == AT_ONCE {
                        is_odd = enter(worlds, coming, marks);
                    }
                }
            }
            // One world may have more after it than there is room for.
            !is_odd && worlds.bytes() <= *room
        });
        if enter(worlds, coming, marks) || is_odd {
            return None;
        }
        *moves += taken;
        if !goes_on && !machine.is_ended(state) {
            waiting.push(at);
        }
        Some(machine.weight() + taken * (state.len() + 1))
    }
}

/// What the promises of what comes before what come to so far; nothing where they are kept.
fn followed(rules: &Rules<'_>, space: &Space, (befores, so_far): (&Befores, Followed)) -> Option<Found> {
    let exhausted =
        |stopped| Found::Exhausted(Reached { states: space.states(), moves: befores.moves(), stopped });
    match so_far {
        Followed::Kept => None,
        Followed::Spent => Some(exhausted(false)),
        Followed::Stopped => Some(exhausted(true)),
        Followed::Broken(number) => Some(match befores.story(rules, space, number) {
            Some((moves, world, fault)) => Found::Fault(moves, Box::new(world), fault),
            None => Found::Unclear(space.states()),
        }),
    }
}

/// What the rules say is wrong with what may happen in a world: the first fault in their order.
fn told(rules: &Rules<'_>, space: &Space, at: u32) -> Found {
    let world = space.world(at);
    let mut fault: Option<(Move, World, Fault)> = None;
    rules.next(&world, |step, result| {
        if fault.is_some() {
            return;
        }
        fault = match result {
            Err(found) => Some((step, rules.shows(&world, step), found)),
            Ok(after) => rules.fault(&after).map(|found| (step, after, found)),
        };
    });
    let Some((last, world, found)) = fault else { return Found::Unclear(space.states()) };
    let mut moves = path(space, at);
    moves.push(last);
    Found::Fault(moves, Box::new(world), found)
}

/// The moves from the start to a world, found again by walking its parents forward.
fn path(space: &Space, number: u32) -> Vec<Move> {
    let mut row = vec![number];
    let mut at = number;
    while at != 0 {
        at = space.worlds.parent(at);
        row.push(at);
    }
    row.reverse();
    space.moves_along(&row)
}
