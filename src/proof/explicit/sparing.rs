//! A search through no more worlds than a proof needs.
//!
//! Slices that depend on nothing outside them are looked at one by one: what can be so in the whole is,
//! seen through a slice, what can be so in the slice, and each promise is about one of them. And a message counts
//! as sent as soon as it can be. Nothing waits for one to be sent, what is under way only bars steps and
//! breaks promises, and the last of its kind may arrive as soon as no more are sent; so a world in which
//! something is wrong is never missed, for the same world with more messages under way is looked at.
//!
//! So it is with late effects too. Whether one may come is asked of the steps that are done and of facts,
//! never of what is under way; what it changes are facts of its own slice. And whatever a flow signs with
//! from then on is sent at once, as after any other move.
//!
//! Many slices are alike: what happens in them is the same, bit by bit, with other partners. One of them is
//! looked at for all.
//!
//! This proves. Where something is wrong, how it comes about is told by the whole search, whose story is
//! the shortest.

use crate::{
    proof::{
        budget::{Budget, Reached},
        rules::{Fault, Move, Rules},
    },
    world::state::World,
};

use super::{
    machine::{Sending, Shape},
    part::Part,
    search::{Found, Prepared, through},
    slices::Slices,
    test::Every,
};

/// What a search through the slices of a plan came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spared {
    /// Nothing is wrong.
    Kept {
        /// How many worlds there are in the slices that were looked at.
        states: usize,
        /// How many moves lead from world to world.
        transitions: usize,
        /// How many slices there are in which something can happen.
        slices: usize,
        /// How many of them are like another one and were not looked at.
        alike: usize,
    },
    /// Something is wrong.
    Broken {
        /// With this part of the plan, by number: a slice, or slices that overlap.
        part: usize,
        /// Whether it is the whole plan.
        is_whole: bool,
    },
    /// It took more than the budget allows, or was told to end.
    Spent {
        /// How many worlds were found.
        states: usize,
        /// Whether it was told to end.
        stopped: bool,
    },
}

/// Looks at a plan that starts there slice by slice, or at those that overlap as one, whichever is found to
/// take fewer worlds: what overlaps is looked at again in each slice.
#[must_use]
pub fn spared<'a>(rules: &Rules<'_>, start: &World, budget: impl Into<Budget<'a>>) -> Spared {
    let budget = budget.into();
    let ways = Ways::of(rules, start);
    let Some(slices) = &ways.slices else { return one_by_one(rules, start, (&ways.joined, budget)) };
    let look = |parts: &[Part], most: usize| {
        let states = budget.states.min(most);
        one_by_one(rules, start, (parts, Budget { states, goes_on: budget.goes_on }))
    };
    let tried = TRIED.iter().flat_map(|most| [(&ways.joined, *most), (slices, *most)]);
    let at_last = [(slices, budget.states), (&ways.joined, budget.states)];
    let mut said = Spared::Spent { states: 0, stopped: false };
    for (parts, most) in tried.filter(|(_, most)| *most < budget.states).chain(at_last) {
        said = look(parts, most);
        match said {
            Spared::Spent { stopped: false, .. } => {}
            // The story of a slice is found sooner than that of all that it overlaps with.
            Spared::Broken { part, is_whole } if parts == &ways.joined => {
                return match look(slices, budget.states) {
                    broken @ Spared::Broken { .. } => broken,
                    _ => Spared::Broken { part: slices.len() + part, is_whole },
                };
            }
            _ => return said,
        }
    }
    said
}

/// Looks at the slices of a plan that starts there, one by one, however much they overlap.
#[must_use]
pub fn sliced<'a>(rules: &Rules<'_>, start: &World, budget: impl Into<Budget<'a>>) -> Spared {
    let ways = Ways::of(rules, start);
    one_by_one(rules, start, (ways.slices.as_ref().unwrap_or(&ways.joined), budget.into()))
}

/// With so many worlds it is tried both ways before more are spent on one.
const TRIED: [usize; 3] = [1 << 7, 1 << 12, 1 << 16];

/// Looks at some parts of a plan, one by one.
fn one_by_one(
    rules: &Rules<'_>,
    start: &World,
    (all, Budget { states: budget, goes_on }): (&[Part], Budget<'_>),
) -> Spared {
    let (mut states, mut transitions, mut slices, mut alike) = (0usize, 0usize, 0, 0);
    let mut kinds: Vec<Kind> = Vec::new();
    for (number, part) in all.iter().enumerate() {
        let others = states;
        let so_far =
            |reached: Reached| goes_on(Reached { states: others + reached.states, moves: 0, ..reached });
        let left = Budget { states: budget.saturating_sub(states), goes_on: &so_far };
        let prepared = Prepared::of(rules, start, part, Sending::AtOnce);
        let befores = prepared.befores.conditions();
        let is_like = |kind: &&Kind| kind.befores == befores && prepared.machine.is_like(&kind.shape);
        if let Some(kind) = kinds.iter().find(is_like) {
            slices += usize::from(kind.is_moving);
            alike += usize::from(kind.is_moving);
            continue;
        }
        match through(rules, start, prepared, left) {
            Found::Clean(space) => {
                // A slice in which nothing happens is no more than the start.
                let is_moving = space.states() > 1;
                if is_moving {
                    slices += 1;
                    states += space.states();
                    transitions += space.transitions();
                }
                if kinds.len() < MOST_KINDS {
                    kinds.push(Kind { shape: space.into_machine().into_shape(), befores, is_moving });
                }
            }
            Found::Exhausted(Reached { states: more, stopped, .. }) => {
                return Spared::Spent { states: states + more, stopped };
            }
            Found::Fault(..) | Found::Unclear(_) => {
                return Spared::Broken { part: number, is_whole: *part == Part::whole(rules.checked()) };
            }
        }
        if states > budget {
            return Spared::Spent { states, stopped: false };
        }
    }
    Spared::Kept { states: states.max(1), transitions, slices, alike }
}

/// A slice in which nothing is wrong. Nothing is in another one that is like it.
struct Kind {
    shape: Shape,
    befores: Vec<(Every, Every)>,
    /// Whether anything happens in it.
    is_moving: bool,
}

/// So many kinds of slices are kept in mind; each slice is held against all of them.
const MOST_KINDS: usize = 64;

/// To get ready for a slice takes a look at the whole plan: so many things may be looked at in all.
const LOOKS: usize = 20_000_000;

/// The ways to look at a plan in parts.
struct Ways {
    /// Its slices, where some overlap.
    slices: Option<Vec<Part>>,
    /// Those that overlap joined; the whole, where there are too many.
    joined: Vec<Part>,
}

impl Ways {
    /// The ways to look at a plan that starts there.
    fn of(rules: &Rules<'_>, start: &World) -> Self {
        let plan = rules.checked().plan();
        let land = &plan.landscape;
        let things = plan.steps.len() + plan.deliveries.len() + land.places.len() + land.channels.len();
        let are_few = |parts: &Vec<Part>| parts.len().saturating_mul(things) <= LOOKS;
        let found = Slices::of(rules, start);
        let joined = found.as_ref().map(Slices::joined).filter(are_few);
        let joined = joined.unwrap_or_else(|| vec![Part::whole(rules.checked())]);
        let slices = found.as_ref().map(Slices::each).filter(are_few).filter(|slices| *slices != joined);
        Self { slices, joined }
    }
}

/// A shortest story of a part (by number) in which something is wrong, the other parts standing still;
/// nothing where it is wrong only together with their end, or where the budget does not suffice.
#[must_use]
pub fn told_of<'a>(
    rules: &Rules<'_>,
    start: &World,
    part: usize,
    budget: impl Into<Budget<'a>>,
) -> Option<(Vec<Move>, World, Fault)> {
    let Ways { slices, joined } = Ways::of(rules, start);
    let parts = [slices.unwrap_or_default(), joined].concat();
    let prepared = Prepared::of(rules, start, parts.get(part)?, Sending::AtWill);
    match through(rules, start, prepared, budget.into()) {
        // Asked only where everything else is proved.
        Found::Fault(_, _, Fault::Vacuous(_)) => None,
        Found::Fault(moves, world, fault) => Some((moves, *world, fault)),
        Found::Clean(_) | Found::Exhausted(_) | Found::Unclear(_) => None,
    }
}
