//! Things of a plan that a search looks at together: all of them, or some that have nothing to do
//! with the others.
//!
//! What happens in one part does not change what can happen in another one, and each promise is about
//! one part alone. So what can be so in the whole is, part by part, what can be so in each of them.

use std::collections::BTreeMap;

use crate::{
    check::Checked,
    proof::rules::Rules,
    world::{
        id::{ChannelId, DeliveryId, StepId, WindowId},
        state::World,
    },
};

use super::ties::Ties;

/// Some things of a plan, each list in its order.
#[derive(Clone, Debug, Default)]
pub(super) struct Part {
    pub(super) steps: Vec<StepId>,
    pub(super) deliveries: Vec<DeliveryId>,
    pub(super) flows: Vec<ChannelId>,
    pub(super) windows: Vec<WindowId>,
    /// Statements, by number.
    pub(super) statements: Vec<usize>,
    /// What must hold at the end, by number.
    pub(super) finals: Vec<usize>,
}

impl Part {
    /// Everything.
    pub(super) fn whole(checked: &Checked) -> Self {
        let plan = checked.plan();
        Self {
            steps: plan.steps.ids().collect(),
            deliveries: plan.deliveries.ids().collect(),
            flows: plan.landscape.channels.ids().collect(),
            windows: plan.landscape.windows.ids().collect(),
            statements: (0..plan.statements.len()).collect(),
            finals: (0..plan.finals.len()).collect(),
        }
    }

    /// The parts of a plan that starts there. Each thing of the plan is in one of them.
    pub(super) fn all(rules: &Rules<'_>, start: &World) -> Vec<Self> {
        let plan = rules.checked().plan();
        let ties = Ties::of(rules, start);
        let mut parts: BTreeMap<usize, Self> = BTreeMap::new();
        let mut part = |root: usize, add: &mut dyn FnMut(&mut Self)| add(parts.entry(root).or_default());
        for step in plan.steps.ids() {
            part(ties.of_step(step), &mut |part| part.steps.push(step));
        }
        for (id, delivery) in plan.deliveries.iter() {
            part(ties.of_step(delivery.step), &mut |part| part.deliveries.push(id));
        }
        for flow in plan.landscape.channels.ids() {
            part(ties.of_flow(flow), &mut |part| part.flows.push(flow));
        }
        for window in plan.landscape.windows.ids() {
            part(ties.of_window(window), &mut |part| part.windows.push(window));
        }
        for (number, stated) in plan.statements.iter().enumerate() {
            part(ties.of_statement(&stated.value), &mut |part| part.statements.push(number));
        }
        for (number, last) in plan.finals.iter().enumerate() {
            part(ties.of_asked(&last.value.asks()), &mut |part| part.finals.push(number));
        }
        parts.into_values().collect()
    }

    /// Whether a step is in it.
    pub(super) fn has(&self, step: StepId) -> bool {
        self.steps.binary_search(&step).is_ok()
    }

    /// Whether a statement is in it, by number.
    pub(super) fn states(&self, statement: usize) -> bool {
        self.statements.binary_search(&statement).is_ok()
    }

    /// Whether a flow is in it.
    pub(super) fn has_flow(&self, flow: ChannelId) -> bool {
        self.flows.binary_search(&flow).is_ok()
    }
}
