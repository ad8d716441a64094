//! Where a flow stands still: from a step that stops it to the next one that starts it.

use std::collections::BTreeSet;

use crate::world::{
    id::{ChannelId, StepId, WindowId},
    landscape::{Fact, Value},
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
}

/// The interruptions of a flow, one after the other; nothing where steps that stop and start it have
/// no order.
pub(super) fn interruptions(gates: &Gates<'_>, flow: ChannelId) -> Option<Vec<Interruption>> {
    let plan = gates.plan;
    let mut found: Vec<Interruption> = Vec::new();
    let mut open: Option<Interruption> = None;
    if !plan.start.running[flow] {
        open = Some(Interruption { flow, stop: None, start: None });
    }
    for (step, value) in gates.writers.chain(Fact::Running(flow))? {
        if *value == Some(Value::Is(true)) {
            found.extend(open.take().map(|open| Interruption { start: Some(*step), ..open }));
        } else {
            let new = Interruption { flow, stop: Some(*step), start: None };
            open = open.or(Some(new));
        }
    }
    found.extend(open);
    Some(found)
}

/// The windows in which an interruption lies: each that its stop waits for, and each that the plan
/// promises. None where the author accepts that the flow is interrupted.
pub(super) fn windows(gates: &Gates<'_>, one: &Interruption) -> BTreeSet<WindowId> {
    if gates.waived.contains(&one.flow) {
        return BTreeSet::new();
    }
    let promised = gates.promised.get(&one.flow).into_iter().flatten().copied();
    let gates = one.stop.into_iter().flat_map(|stop| gates.before(stop));
    let waited = gates.filter_map(|gate| match gate {
        Gate::Open(window) => Some(window),
        _ => None,
    });
    waited.chain(promised).collect()
}
