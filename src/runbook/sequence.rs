//! The order in which a runbook tells the steps: that of the text, as far as the order of the plan lets it.

use std::{cmp::Reverse, collections::BinaryHeap};

use crate::{
    check::Checked,
    graph::outline::Outline,
    plan::Plan,
    world::id::{Id, StepId, Table},
};

/// The steps, each after everything that comes before it; of those that may come next the first in the text.
pub(super) fn sequence(plan: &Plan) -> Vec<StepId> {
    let mut open: Table<StepId, usize> = plan.steps.rows().map(|step| step.after.len()).collect();
    let mut later: Table<StepId, Vec<StepId>> = Table::like(&plan.steps, Vec::new());
    for (id, step) in plan.steps.iter() {
        step.after.iter().for_each(|before| later[before.value].push(id));
    }
    let mut next: BinaryHeap<Reverse<StepId>> =
        plan.steps.ids().filter(|id| open[*id] == 0).map(Reverse).collect();
    let mut sequence = Vec::new();
    while let Some(Reverse(step)) = next.pop() {
        sequence.push(step);
        for then in &later[step] {
            open[*then] -= 1;
            if open[*then] == 0 {
                next.push(Reverse(*then));
            }
        }
    }
    sequence
}

/// The number of each step, from one.
pub(super) fn numbers(plan: &Plan, sequence: &[StepId]) -> Table<StepId, usize> {
    let mut numbers = Table::like(&plan.steps, 0);
    for (place, step) in sequence.iter().enumerate() {
        numbers[*step] = place + 1;
    }
    numbers
}

/// The outline of a plan whose steps are told in this order, so that a drawing has the same numbers.
pub(super) fn outline(checked: &Checked, sequence: &[StepId], numbers: &Table<StepId, usize>) -> Outline {
    let plain = Outline::of(checked.plan(), checked.order());
    let to = |step: StepId| StepId::at(numbers[step].saturating_sub(1));
    let all = |steps: &[StepId]| {
        let mut steps: Vec<StepId> = steps.iter().copied().map(to).collect();
        steps.sort_unstable();
        steps
    };
    let mut outline = plain.clone();
    outline.steps = sequence.iter().map(|step| plain.steps[*step].clone()).collect();
    for edge in &mut outline.edges {
        (edge.from, edge.to) = (to(edge.from), to(edge.to));
    }
    outline.edges.sort_by_key(|edge| (edge.to, edge.from));
    for message in &mut outline.messages {
        message.from = to(message.from);
        message.heard_by = all(&message.heard_by);
    }
    outline.messages.sort_by_key(|message| message.from);
    for still in &mut outline.standstills {
        still.stop = still.stop.map(to);
        still.start = still.start.map(to);
        still.inside = all(&still.inside);
    }
    outline
}
