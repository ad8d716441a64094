//! Things of a plan that a search looks at together: all of them, or a slice, which depends on nothing
//! outside it.

use crate::{
    check::Checked,
    world::id::{ChannelId, DeliveryId, StepId, WindowId},
};

use super::thing::Thing;

/// Some things of a plan, each list in its order.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Part {
    pub(super) steps: Vec<StepId>,
    /// The messages that one of the steps waits for; in the whole, all.
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

    /// Things in the order of their numbers.
    pub(super) fn of(things: impl Iterator<Item = Thing>) -> Self {
        let mut part = Self::default();
        for thing in things {
            match thing {
                Thing::Step(step) => part.steps.push(step),
                Thing::Delivery(delivery) => part.deliveries.push(delivery),
                Thing::Flow(flow) => part.flows.push(flow),
                Thing::Window(window) => part.windows.push(window),
                Thing::Statement(number) => part.statements.push(number),
                Thing::Final(number) => part.finals.push(number),
                Thing::Place(_) | Thing::Acceptor(_) | Thing::Running(_) | Thing::Key(_) | Thing::Own(_) => {}
            }
        }
        part
    }

    /// Whether a step is in it.
    pub(super) fn has(&self, step: StepId) -> bool {
        self.steps.binary_search(&step).is_ok()
    }

    /// Whether it is asked of a message between roles whether it was received.
    pub(super) fn hears(&self, delivery: DeliveryId) -> bool {
        self.deliveries.binary_search(&delivery).is_ok()
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
