//! The partial order of the steps: what happens before what in every run.

use petgraph::algo::toposort;
use smallvec::SmallVec;

use crate::{
    moment::{self, Event},
    world::id::{Id, StepId, Table},
};

use super::{StepGraph, node, step_set::StepSet};

/// How much memory the sets of an order, or of what is known, may take, in bytes.
pub(super) const ROOM: usize = 256 * 1024 * 1024;

/// After how many others a step comes mostly, at most.
const FEW: usize = 4;

/// The order of a plan without cycles.
#[derive(Clone, Debug)]
pub struct Order {
    sequence: Vec<StepId>,
    positions: Table<StepId, usize>,
    before: Table<StepId, StepSet>,
}

/// Why steps have no order that can be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unordered {
    /// Some wait for each other in a circle.
    Circle,
    /// There are too many, and too little of what they wait for is the same.
    Entangled,
}

impl Order {
    /// The order of a graph.
    ///
    /// # Errors
    /// When steps wait for each other in a circle, or the order does not fit into 256 MiB.
    pub fn of(graph: &StepGraph) -> Result<Self, Unordered> {
        Self::within(graph, ROOM)
    }

    /// The order of a graph, if it fits into so many bytes.
    ///
    /// # Errors
    /// When it does not, or when steps wait for each other in a circle.
    pub fn within(graph: &StepGraph, room: usize) -> Result<Self, Unordered> {
        let edges = graph.edges();
        let sorted = toposort(edges, None).map_err(|_| Unordered::Circle)?;
        let sequence: Vec<StepId> = sorted.iter().filter_map(|n| edges.node_weight(*n).copied()).collect();
        let mut positions: Table<StepId, usize> = (0..sequence.len()).collect();
        for (position, step) in sequence.iter().enumerate() {
            positions[*step] = position;
        }
        let mut before: Table<StepId, StepSet> = sequence.iter().map(|_| StepSet::default()).collect();
        let mut taken = 0;
        for step in &sequence {
            let earlier = edges.neighbors_directed(node(*step), petgraph::Direction::Incoming);
            let mut earlier: SmallVec<[StepId; FEW]> =
                earlier.filter_map(|n| edges.node_weight(n).copied()).collect();
            // The latest first: it brings most of the others with it.
            earlier.sort_by_key(|earlier| std::cmp::Reverse(positions[*earlier]));
            let mut mine = StepSet::default();
            for earlier in earlier {
                if !mine.contains(positions[earlier]) {
                    mine.union_with(&before[earlier]);
                    mine.insert(positions[earlier]);
                }
            }
            taken += mine.own_bytes();
            if taken > room {
                return Err(Unordered::Entangled);
            }
            before[*step] = mine;
        }
        Ok(Self { sequence, positions, before })
    }

    /// The steps, each after everything that comes before it.
    #[must_use]
    pub fn sequence(&self) -> &[StepId] {
        &self.sequence
    }

    /// The place of a step in the sequence.
    #[must_use]
    pub fn position(&self, step: StepId) -> usize {
        self.positions[step]
    }

    /// Whether `a` comes before `b` in every run.
    #[must_use]
    pub fn is_before(&self, a: StepId, b: StepId) -> bool {
        self.before[b].contains(self.positions[a])
    }

    /// Whether the two may happen in either order.
    #[must_use]
    pub fn is_unordered(&self, a: StepId, b: StepId) -> bool {
        a != b && !self.is_before(a, b) && !self.is_before(b, a)
    }

    /// The positions of the steps that come before a step.
    #[must_use]
    pub fn set_before(&self, step: StepId) -> &StepSet {
        &self.before[step]
    }
}

/// The step at a place of the sequence is the event with that number.
impl moment::Order for Order {
    fn is_before(&self, earlier: Event, later: Event) -> bool {
        let later = self.sequence.get(later.index());
        later.is_some_and(|later| self.before[*later].contains(earlier.index()))
    }
}
