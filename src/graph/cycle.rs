//! A walk through `after` edges that ends where it began.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use petgraph::{algo::kosaraju_scc, graph::NodeIndex, visit::EdgeRef};

use crate::{source::Span, world::id::StepId};

use super::StepGraph;

/// One edge of the walk: from a step to the step that it waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leg {
    /// The step.
    pub step: StepId,
    /// The step that it comes after.
    pub after: StepId,
    /// Where the author wrote so.
    pub at: Span,
}

/// One shortest walk for each knot of steps that wait for each other.
#[must_use]
pub fn cycles(graph: &StepGraph) -> Vec<Vec<Leg>> {
    let edges = graph.edges();
    let mut found = Vec::new();
    // Not by Tarjan: that goes down as deep as the plan is long.
    for knot in kosaraju_scc(edges) {
        let looped = knot.len() > 1 || knot.iter().any(|n| edges.contains_edge(*n, *n));
        let Some(start) = knot.iter().min().copied().filter(|_| looped) else { continue };
        // Walk backwards, from a step to what it waits for, breadth first, until the start is met.
        let knot: BTreeSet<NodeIndex> = knot.into_iter().collect();
        let mut came: BTreeMap<NodeIndex, (NodeIndex, Span)> = BTreeMap::new();
        let mut queue = VecDeque::from([start]);
        'search: while let Some(here) = queue.pop_front() {
            for edge in edges.edges_directed(here, petgraph::Direction::Incoming) {
                let next = edge.source();
                if next != start && (came.contains_key(&next) || !knot.contains(&next)) {
                    continue;
                }
                came.insert(next, (here, *edge.weight()));
                if next == start {
                    break 'search;
                }
                queue.push_back(next);
            }
        }
        let mut legs = Vec::new();
        let mut at = start;
        while let Some((from, span)) = came.get(&at).copied() {
            if let (Some(step), Some(after)) = (edges.node_weight(from), edges.node_weight(at)) {
                legs.push(Leg { step: *step, after: *after, at: span });
            }
            at = from;
            if at == start {
                break;
            }
        }
        legs.reverse();
        found.push(legs);
    }
    found
}
