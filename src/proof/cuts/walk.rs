//! Plays a cut that breaks what must hold through the rules, so that its story is a real one.

use std::cell::Cell;

use fixedbitset::FixedBitSet;

use crate::{
    check::Checked,
    condition::Asks,
    invariant::been::Been,
    proof::rules::{Fault, Move, Rules},
    world::{
        id::{Id, StepId},
        state::World,
    },
};

use super::Broken;

/// How many looks at a step, a message or a thing a story is worth: a few seconds.
const LOOKS: usize = 500_000_000;

/// A story that ends with a fault, not always the shortest: nothing where the rules do not lead to
/// one that way, or not soon enough.
#[must_use]
pub fn walk(checked: &Checked, start: &World, broken: &Broken) -> Option<(Vec<Move>, World, Fault)> {
    let plan = checked.plan();
    let mut been = Been::nothing(&plan.landscape, &plan.statements);
    let walker = Walker { rules: Rules::of(checked).within(LOOKS), broken };
    let (mut moves, mut world) = (Vec::new(), start.clone());
    let reached = if broken.sent.is_some() {
        walker.do_all(&broken.first, &mut been, (&mut moves, &mut world))
    } else {
        None
    };
    if reached.is_none()
        && let Some((flow, key)) = broken.sent
    {
        world.under_way[flow].insert(key);
        moves.push(Move::Send(flow, key));
    }
    let fault = reached.or_else(|| walker.do_all(&broken.then, &mut been, (&mut moves, &mut world)))?;
    Some((moves, world, fault))
}

struct Walker<'a> {
    rules: Rules<'a>,
    broken: &'a Broken,
}

impl Walker<'_> {
    /// Does these steps and what they come after, and gives the fault that shows on the way.
    fn do_all(
        &self,
        steps: &[StepId],
        been: &mut Been<'_>,
        (moves, world): (&mut Vec<Move>, &mut World),
    ) -> Option<Fault> {
        let plan = self.rules.checked().plan();
        let wanted = self.with_what_comes_before(steps);
        let needed = wanted.ones().flat_map(|step| &plan.steps[StepId::at(step)].needs);
        let opened: Vec<Asks> =
            needed.map(|need| need.value.asks()).filter(|asks| matches!(asks, Asks::Open(_))).collect();
        let leads_there = |step: Move| match step {
            Move::Act(id) | Move::Answer(id) => wanted.contains(id.index()),
            Move::Receive(_) => true,
            Move::Open(window) => opened.contains(&Asks::Open(window)) || self.broken.open.contains(&window),
            // Everything else that is under way arrives, and nothing more is sent.
            Move::Arrive(flow, key) => self.broken.sent != Some((flow, key)),
            Move::Send(..) | Move::Late(_) => false,
        };
        let mut found = |world: &World| {
            let broken = been.enter(world).first().copied().map(Fault::Untrue);
            self.rules.fault(world).or(broken)
        };
        let mut fault = found(world);
        while fault.is_none() {
            // What comes by itself comes first: few steps are then looked at in vain.
            let by_itself = |step| !matches!(step, Move::Act(_) | Move::Answer(_)) && leads_there(step);
            let next = self.first(world, by_itself).or_else(|| self.first(world, leads_there));
            let (step, result) = next?;
            moves.push(step);
            match result {
                Err(odd) => return Some(odd),
                Ok(after) => *world = after,
            }
            fault = found(world);
        }
        fault
    }

    fn first(&self, world: &World, wanted: impl Fn(Move) -> bool) -> Option<(Move, Result<World, Fault>)> {
        let (is_open, mut chosen) = (Cell::new(true), None);
        self.rules.next_of(
            world,
            |step| is_open.get() && wanted(step),
            |step, result| {
                is_open.set(false);
                chosen = Some((step, result));
            },
        );
        chosen
    }

    fn with_what_comes_before(&self, steps: &[StepId]) -> FixedBitSet {
        let order = self.rules.checked().order();
        let mut wanted = FixedBitSet::with_capacity(order.sequence().len());
        for step in steps {
            let before = order.set_before(*step).ones().filter_map(|at| order.sequence().get(at));
            before.chain([step]).for_each(|step| wanted.insert(step.index()));
        }
        wanted
    }
}
