//! Plays a cut that breaks what must hold through the rules, so that its story is a real one.

use crate::{
    check::Checked,
    condition::Asks,
    proof::rules::{Fault, Move, Rules},
    world::{
        id::{StepId, WindowId},
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
    let walker = Walker { rules: Rules::of(checked).within(LOOKS), broken };
    let (mut moves, mut world) = (Vec::new(), start.clone());
    let reached =
        if broken.sent.is_some() { walker.do_all(&broken.first, &mut moves, &mut world) } else { None };
    if reached.is_none()
        && let Some((flow, key)) = broken.sent
    {
        world.under_way[flow].insert(key);
        moves.push(Move::Send(flow, key));
    }
    let fault = reached.or_else(|| walker.do_all(&broken.then, &mut moves, &mut world))?;
    Some((moves, world, fault))
}

struct Walker<'a> {
    rules: Rules<'a>,
    broken: &'a Broken,
}

impl Walker<'_> {
    /// Does these steps and what they come after, and gives the fault that shows on the way.
    fn do_all(&self, steps: &[StepId], moves: &mut Vec<Move>, world: &mut World) -> Option<Fault> {
        let order = self.rules.checked().order();
        let wanted = |step: StepId| steps.iter().any(|s| *s == step || order.is_before(step, *s));
        let mut fault = self.rules.fault(world);
        while fault.is_none() {
            let mut chosen: Option<(Move, Result<World, Fault>)> = None;
            self.rules.next(world, |step, result| {
                let leads_there = match step {
                    Move::Act(id) | Move::Answer(id) => wanted(id),
                    Move::Receive(_) => true,
                    Move::Open(window) => self.opens(window, &wanted),
                    // Everything else that is under way arrives, and nothing more is sent.
                    Move::Arrive(flow, key) => self.broken.sent != Some((flow, key)),
                    Move::Send(..) => false,
                };
                if leads_there && chosen.is_none() {
                    chosen = Some((step, result));
                }
            });
            let (step, result) = chosen?;
            moves.push(step);
            match result {
                Err(found) => return Some(found),
                Ok(after) => *world = after,
            }
            fault = self.rules.fault(world);
        }
        fault
    }

    /// Whether a wanted step waits for the window.
    fn opens(&self, window: WindowId, wanted: &impl Fn(StepId) -> bool) -> bool {
        let plan = self.rules.checked().plan();
        plan.steps.iter().any(|(step, row)| {
            wanted(step) && row.needs.iter().any(|need| need.value.asks() == Asks::Open(window))
        })
    }
}
