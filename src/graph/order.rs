//! The partial order of the steps: what happens before what in every run.

use fixedbitset::FixedBitSet;
use petgraph::algo::toposort;

use crate::world::id::{Id, StepId, Table};

use super::{StepGraph, node};

/// The order of a plan without cycles.
#[derive(Clone, Debug)]
pub struct Order {
    sequence: Vec<StepId>,
    before: Table<StepId, FixedBitSet>,
}

impl Order {
    /// The order of a graph; `None` when steps wait for each other in a circle.
    #[must_use]
    pub fn of(graph: &StepGraph) -> Option<Self> {
        let edges = graph.edges();
        let sorted = toposort(edges, None).ok()?;
        let count = edges.node_count();
        let mut before: Table<StepId, FixedBitSet> =
            (0..count).map(|_| FixedBitSet::with_capacity(count)).collect();
        let sequence: Vec<StepId> = sorted.iter().filter_map(|n| edges.node_weight(*n).copied()).collect();
        for step in &sequence {
            let mut mine = FixedBitSet::with_capacity(count);
            for earlier in edges.neighbors_directed(node(*step), petgraph::Direction::Incoming) {
                mine.insert(earlier.index());
                if let Some(id) = edges.node_weight(earlier) {
                    mine.union_with(&before[*id]);
                }
            }
            before[*step] = mine;
        }
        Some(Self { sequence, before })
    }

    /// The steps, each after everything that comes before it.
    #[must_use]
    pub fn sequence(&self) -> &[StepId] {
        &self.sequence
    }

    /// Whether `a` comes before `b` in every run.
    #[must_use]
    pub fn is_before(&self, a: StepId, b: StepId) -> bool {
        self.before[b].contains(a.index())
    }

    /// Whether the two may happen in either order.
    #[must_use]
    pub fn is_unordered(&self, a: StepId, b: StepId) -> bool {
        a != b && !self.is_before(a, b) && !self.is_before(b, a)
    }

    /// The numbers of the steps that come before a step.
    #[must_use]
    pub fn set_before(&self, step: StepId) -> &FixedBitSet {
        &self.before[step]
    }

    /// Everything that comes before a step.
    pub fn before(&self, step: StepId) -> impl Iterator<Item = StepId> + '_ {
        self.before[step].ones().map(Id::at)
    }
}
