//! A search through no more worlds than a proof needs.
//!
//! Parts that have nothing to do with each other are looked at one by one: what can be so in the whole
//! is, part by part, what can be so in each, and each promise is about one of them. And a message counts
//! as sent as soon as it can be. Nothing waits for one to be sent, what is under way only bars steps and
//! breaks promises, and the last of its kind may arrive as soon as no more are sent; so a world in which
//! something is wrong is never missed, for the same world with more messages under way is looked at.
//!
//! So it is with late effects too. Whether one may come is asked of the steps that are done and of facts,
//! never of what is under way; what it changes are facts that belong to its part. And whatever a flow signs
//! with from then on is sent at once, as after any other move.
//!
//! Many parts are alike: what happens in them is the same, bit by bit, with other partners. One of them is
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
    test::Every,
};

/// What a search through the parts of a plan came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spared {
    /// Nothing is wrong.
    Kept {
        /// How many worlds there are in the parts that were looked at.
        states: usize,
        /// How many moves lead from world to world.
        transitions: usize,
        /// How many parts there are in which something can happen.
        parts: usize,
        /// How many of them are like another one and were not looked at.
        alike: usize,
    },
    /// Something is wrong.
    Broken {
        /// With this part, by number.
        part: usize,
        /// Whether there is no other part.
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

/// Looks at the parts of a plan that starts there, one by one.
#[must_use]
pub fn spared<'a>(rules: &Rules<'_>, start: &World, budget: impl Into<Budget<'a>>) -> Spared {
    let Budget { states: budget, goes_on } = budget.into();
    let (mut states, mut transitions, mut parts, mut alike) = (0usize, 0usize, 0, 0);
    let mut kinds: Vec<Kind> = Vec::new();
    let all = parts_of(rules, start);
    for (number, part) in all.iter().enumerate() {
        let others = states;
        let so_far =
            |reached: Reached| goes_on(Reached { states: others + reached.states, moves: 0, ..reached });
        let left = Budget { states: budget.saturating_sub(states), goes_on: &so_far };
        let prepared = Prepared::of(rules, start, part, Sending::AtOnce);
        let befores = prepared.befores.conditions();
        let is_like = |kind: &&Kind| kind.befores == befores && prepared.machine.is_like(&kind.shape);
        if let Some(kind) = kinds.iter().find(is_like) {
            parts += usize::from(kind.is_moving);
            alike += usize::from(kind.is_moving);
            continue;
        }
        match through(rules, start, prepared, left) {
            Found::Clean(space) => {
                // A part in which nothing happens is no more than the start.
                let is_moving = space.states() > 1;
                if is_moving {
                    parts += 1;
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
                return Spared::Broken { part: number, is_whole: all.len() == 1 };
            }
        }
        if states > budget {
            return Spared::Spent { states, stopped: false };
        }
    }
    Spared::Kept { states: states.max(1), transitions, parts, alike }
}

/// A part in which nothing is wrong. Nothing is in another one that is like it.
struct Kind {
    shape: Shape,
    befores: Vec<(Every, Every)>,
    /// Whether anything happens in it.
    is_moving: bool,
}

/// So many kinds of parts are kept in mind; each part is held against all of them.
const MOST_KINDS: usize = 64;

/// To get ready for a part takes a look at the whole plan: so many things may be looked at in all.
const LOOKS: usize = 20_000_000;

/// The parts that are looked at: the whole, where there are too many.
fn parts_of(rules: &Rules<'_>, start: &World) -> Vec<Part> {
    let plan = rules.checked().plan();
    let land = &plan.landscape;
    let things = plan.steps.len() + plan.deliveries.len() + land.places.len() + land.channels.len();
    let parts = Part::all(rules, start);
    if parts.len().saturating_mul(things) > LOOKS { vec![Part::whole(rules.checked())] } else { parts }
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
    let parts = parts_of(rules, start);
    let prepared = Prepared::of(rules, start, parts.get(part)?, Sending::AtWill);
    match through(rules, start, prepared, budget.into()) {
        // Asked only where everything else is proved.
        Found::Fault(_, _, Fault::Vacuous(_)) => None,
        Found::Fault(moves, world, fault) => Some((moves, *world, fault)),
        Found::Clean(_) | Found::Exhausted(_) | Found::Unclear(_) => None,
    }
}
