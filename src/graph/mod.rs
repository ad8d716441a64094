//! Which step comes before which, and what each role can know when it acts.

pub mod awaited;
mod chunks;
pub mod cycle;
pub mod ended;
pub mod knowledge;
pub mod late;
pub mod licence;
pub mod order;
pub mod outline;
mod positions;
pub mod repointed;
pub mod step_set;
pub mod writers;

use petgraph::graph::{DiGraph, NodeIndex};

use crate::{
    plan::Plan,
    source::Span,
    world::id::{Id, StepId},
};

/// The steps and their `after` edges, as written.
#[derive(Debug)]
pub struct StepGraph {
    graph: DiGraph<StepId, Span>,
}

impl StepGraph {
    /// The graph of a plan.
    #[must_use]
    pub fn of(plan: &Plan) -> Self {
        let edges = plan.steps.rows().map(|step| step.after.len()).sum();
        let mut graph = DiGraph::with_capacity(plan.steps.len(), edges);
        for step in plan.steps.ids() {
            graph.add_node(step);
        }
        for (step, row) in plan.steps.iter() {
            for before in &row.after {
                graph.add_edge(node(before.value), node(step), before.span);
            }
        }
        Self { graph }
    }

    /// The underlying graph: an edge leads from a step to one that comes after it, and carries the
    /// place where the author wrote it.
    #[must_use]
    pub const fn edges(&self) -> &DiGraph<StepId, Span> {
        &self.graph
    }
}

/// The node of a step: steps are added in order.
fn node(step: StepId) -> NodeIndex {
    NodeIndex::new(step.index())
}
