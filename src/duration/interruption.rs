//! Where a flow stands still: from a step that stops it to the next one that starts it.

use crate::{
    invariant::Hazard,
    plan::Plan,
    world::{
        id::{ChannelId, StepId, WindowId},
        landscape::{Fact, Value},
    },
};

use super::gate::{Gate, Gates};

/// One interruption of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interruption {
    /// The flow.
    pub flow: ChannelId,
    /// The step that stops it; none: it does not run at the start of the plan.
    pub stop: Option<StepId>,
    /// The step that starts it; none: no step does.
    pub start: Option<StepId>,
    /// The window in which it lies: the one that its stop waits for, or else the one that the plan
    /// promises.
    pub window: Option<WindowId>,
}

/// The interruptions of a flow, one after the other; nothing where steps that stop and start it have
/// no order.
pub(super) fn interruptions(gates: &Gates<'_>, flow: ChannelId) -> Option<Vec<Interruption>> {
    let plan = gates.plan;
    let mut found: Vec<Interruption> = Vec::new();
    let mut open: Option<Interruption> = None;
    if !plan.start.running[flow] {
        open = Some(Interruption { flow, stop: None, start: None, window: promised(plan, flow) });
    }
    for (step, value) in gates.writers.chain(Fact::Running(flow))? {
        if *value == Some(Value::Is(true)) {
            found.extend(open.take().map(|open| Interruption { start: Some(*step), ..open }));
        } else {
            let window = waits_for(gates, *step).or_else(|| promised(plan, flow));
            let new = Interruption { flow, stop: Some(*step), start: None, window };
            open = open.or(Some(new));
        }
    }
    found.extend(open);
    Some(found)
}

fn waits_for(gates: &Gates<'_>, step: StepId) -> Option<WindowId> {
    gates.before(step).into_iter().find_map(|gate| match gate {
        Gate::Open(window) => Some(window),
        _ => None,
    })
}

fn promised(plan: &Plan, flow: ChannelId) -> Option<WindowId> {
    let promises = plan.promises.iter().filter(|p| p.value.hazard() == (flow, Hazard::Interrupted));
    promises.filter_map(|promise| promise.value.window()).next()
}
