//! What all rows together make longer: the order of all steps, whatever is answered.

use std::{collections::BTreeMap, time::Duration};

use petgraph::{
    Direction,
    algo::{tarjan_scc, toposort},
    graph::{DiGraph, NodeIndex},
};

use crate::{
    condition::Asks,
    plan::{Plan, Step},
    source::{Finding, Span, shown},
    syntax::spelt,
    world::effect::Effect,
};

use super::{alone::Alone, entangled::finding};

/// A step of some row, or of all.
#[derive(Debug, Default)]
struct Node {
    name: String,
    at: Span,
    /// How long it and what it waits for may take, as far as that is said.
    time: Duration,
    /// Whether a flow runs again with it.
    starts: bool,
}

/// Finds a circle in the order of all steps, and what is said of times that other rows may break.
pub(super) fn in_time(all: &[Alone]) -> Vec<Finding> {
    let mut graph: DiGraph<Node, ()> = DiGraph::new();
    let mut nodes: BTreeMap<String, NodeIndex> = BTreeMap::new();
    for alone in all {
        let plan = alone.variant.checked.plan();
        let node = |graph: &mut DiGraph<Node, ()>, nodes: &mut BTreeMap<String, NodeIndex>, step: &Step| {
            let (name, at) = (step.name.value.clone(), step.name.span);
            *nodes.entry(name.clone()).or_insert_with(|| graph.add_node(Node { name, at, ..Node::default() }))
        };
        for step in plan.steps.rows() {
            let here = node(&mut graph, &mut nodes, step);
            if let Some(row) = graph.node_weight_mut(here) {
                row.time = row.time.max(time(plan, step));
                row.starts |= starts(step);
            }
            for before in &step.after {
                let before = node(&mut graph, &mut nodes, &plan.steps[before.value]);
                graph.update_edge(before, here, ());
            }
        }
    }
    let Ok(sequence) = toposort(&graph, None) else { return circle(&graph).into_iter().collect() };
    let longest = longest(&graph, &sequence);
    let mut found = Vec::new();
    for alone in all {
        let plan = alone.variant.checked.plan();
        found.extend(plan.source.placed(limits(plan, longest)));
    }
    let steps = || all.iter().flat_map(|alone| alone.variant.checked.plan().steps.rows());
    if steps().any(|step| step.extra().not_before.is_some())
        && let Some(deadline) = steps().find_map(|step| step.extra().not_after)
    {
        let what = "whether this deadline can be kept is told by the dates of all rows together".to_owned();
        let help = "take the deadline or the dates out, or answer all questions but six";
        found.push(finding(what, help, (deadline.span, "by then in each row")));
    }
    found
}

/// How long a step takes, with all that it waits for by the clock.
fn time(plan: &Plan, step: &Step) -> Duration {
    let drains = step.needs.iter().filter_map(|need| match need.value.asks() {
        Asks::Drained(flow, _) => Some(plan.landscape.drain(flow)),
        Asks::Facts(_) | Asks::Open(_) => None,
    });
    let waits = step.extra().waits.iter().map(|waits| waits.time).chain(drains).max().unwrap_or_default();
    waits.saturating_add(step.extra().takes.map(|takes| takes.most).unwrap_or_default())
}

/// Whether a step may end an interruption.
fn starts(step: &Step) -> bool {
    step.action.value.effects().iter().any(|effect| matches!(effect, Effect::Start(_)))
}

/// The most time on a way to a step with which a flow runs again.
fn longest(graph: &DiGraph<Node, ()>, sequence: &[NodeIndex]) -> Duration {
    let mut done: BTreeMap<NodeIndex, Duration> = BTreeMap::new();
    let mut longest = Duration::ZERO;
    for step in sequence {
        let before = graph.neighbors_directed(*step, Direction::Incoming);
        let ready = before.filter_map(|before| done.get(&before)).max().copied().unwrap_or_default();
        let Some(row) = graph.node_weight(*step) else { continue };
        let time = ready.saturating_add(row.time);
        done.insert(*step, time);
        if row.starts {
            longest = longest.max(time);
        }
    }
    longest
}

/// Windows and promises that are shorter than all rows together may take.
fn limits(plan: &Plan, longest: Duration) -> Vec<Finding> {
    let too_short = |what: String, at: Span| {
        let what = format!("{what}, and all rows together may take {}", spelt(longest));
        let help = "how long it takes is not told by a row alone: allow for all of them, or answer all questions but six";
        finding(what, help, (at, "shorter than that"))
    };
    let mut found = Vec::new();
    for (id, window) in plan.landscape.windows.iter() {
        if let Some(most) = window.at_most.filter(|most| *most < longest) {
            let what = format!("the window `{}` is {} long at most", shown(&window.name), spelt(most));
            found.push(too_short(what, plan.declared.windows[id]));
        }
    }
    for limit in plan.limits.iter().filter(|limit| limit.value.at_most < longest) {
        let flow = shown(&plan.landscape.channels[limit.value.flow].name);
        let what = format!("`{flow}` is interrupted for {} at most", spelt(limit.value.at_most));
        found.push(too_short(what, limit.span));
    }
    found
}

/// So many steps of a circle are named.
const NAMED: usize = 6;

/// Steps that wait for each other, where not all answers leave the same of them.
fn circle(graph: &DiGraph<Node, ()>) -> Option<Finding> {
    let all = tarjan_scc(graph);
    let round = all.iter().filter(|round| round.len() > 1).min_by_key(|round| round.len());
    let nodes: Vec<&Node> = round?.iter().filter_map(|node| graph.node_weight(*node)).collect();
    let names: Vec<String> =
        nodes.iter().take(NAMED).map(|node| format!("`{}`", shown(&node.name))).collect();
    let what = format!("with all rows together these steps may wait for each other: {}", names.join(", "));
    let help = "let all rows wait for the same steps, whatever they answer";
    Some(finding(what, help, (nodes.first()?.at, "one of them")))
}
