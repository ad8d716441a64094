//! What the rest of a plan costs at least, from each world on: for a search that looks first where the
//! end is near.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::{invariant::Hazard, world::id::RoleId};

use super::{
    cost::Cost,
    library::Library,
    scenario::Scenario,
    worlds::{Outcome, Worlds},
};

/// The bounds, by world.
#[derive(Debug)]
pub(super) struct Rest {
    rows: Vec<Option<Cost>>,
}

/// An act from one world to another, seen from the end.
struct Edge {
    from: u32,
    role: Option<RoleId>,
    /// How long it waits for messages, in seconds.
    wait: u64,
    /// Whether a flow that is not to stands still before it.
    within: bool,
}

impl Rest {
    /// Each cost by itself, on the way that is best for it: no way is better in any.
    pub(super) fn of(scenario: &Scenario, library: &Library, worlds: &Worlds) -> Self {
        let land = &library.landscape;
        // Nobody waits for messages that may be rejected.
        let waived = scenario.plan.waived(Hazard::Rejected);
        let minded = scenario.minded();
        let mut edges: Vec<Vec<Edge>> = worlds.rows.iter().map(|_| Vec::new()).collect();
        for (from, world) in (0_u32..).zip(&worlds.rows) {
            let within = minded.iter().any(|flow| !world.running[*flow]);
            for (number, act) in library.acts.iter().enumerate() {
                let Some(Outcome::To(to, arrived)) = worlds.outcome(from, number) else { continue };
                let wait = arrived
                    .iter()
                    .filter(|(flow, _)| !waived.contains(flow))
                    .map(|(flow, _)| land.transit(*flow).as_secs())
                    .max()
                    .unwrap_or_default();
                if let Some(row) = edges.get_mut(*to as usize) {
                    row.push(Edge { from, role: act.role, wait, within });
                }
            }
        }
        let ends = (0_u32..).zip(&worlds.rows).map(|(number, _)| number);
        let ends: Vec<u32> = ends.filter(|number| worlds.is_end(scenario, land, *number)).collect();
        let nearest = |cost: &dyn Fn(&Edge, u64) -> u64| distances(&edges, &ends, cost);
        let wait = nearest(&|edge, rest| rest.max(edge.wait));
        let steps = nearest(&|_, rest| rest + 1);
        let mut rows: Vec<Option<Cost>> = Vec::new();
        for (wait, steps) in wait.into_iter().zip(&steps) {
            let cost = |wait, steps| Cost { wait, steps: narrow(steps), ..Cost::default() };
            rows.push(wait.zip(*steps).map(|(wait, steps)| cost(wait, steps)));
        }
        for role in land.roles.ids() {
            let rounds = nearest(&|edge, rest| rest + u64::from(edge.role == Some(role)));
            let still = nearest(&|edge, rest| rest + u64::from(edge.within && edge.role == Some(role)));
            for ((row, rounds), still) in rows.iter_mut().zip(rounds).zip(still) {
                if let (Some(row), Some(rounds), Some(still)) = (row, rounds, still) {
                    row.rounds = row.rounds.max(narrow(rounds));
                    row.downtime = row.downtime.max(narrow(still));
                }
            }
        }
        Self { rows }
    }

    /// What the rest costs at least from a world on, where so much of the waits under way is over already;
    /// nothing where the end cannot be reached from there.
    pub(super) fn from(&self, world: u32, over: u64) -> Option<Cost> {
        let rest = self.rows.get(world as usize).copied().flatten()?;
        Some(Cost { wait: rest.wait.saturating_sub(over), ..rest })
    }
}

fn narrow(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// For each world the least cost to an end.
fn distances(edges: &[Vec<Edge>], ends: &[u32], cost: &dyn Fn(&Edge, u64) -> u64) -> Vec<Option<u64>> {
    let mut found: Vec<Option<u64>> = vec![None; edges.len()];
    let mut queue: BinaryHeap<Reverse<(u64, u32)>> = ends.iter().map(|end| Reverse((0, *end))).collect();
    while let Some(Reverse((rest, world))) = queue.pop() {
        let Some(slot) = found.get_mut(world as usize).filter(|slot| slot.is_none()) else { continue };
        *slot = Some(rest);
        for edge in edges.get(world as usize).into_iter().flatten() {
            queue.push(Reverse((cost(edge, rest), edge.from)));
        }
    }
    found
}
