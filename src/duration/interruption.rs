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

/// So many steps that stop and start a flow without an order are looked at.
const MANY: usize = 256;

/// The interruptions of a flow where steps that stop it have no order among each other, or steps that
/// start it: for each stop, with each start that may be the next one. Whichever of these comes first
/// ends it, so each of them gives a bound. Nothing where a step that stops it has no order with one that
/// starts it, or where there are too many.
pub(super) fn alternatives(gates: &Gates<'_>, flow: ChannelId) -> Option<Vec<Vec<Interruption>>> {
    let (plan, order) = (gates.plan, gates.order);
    let rows = gates.writers.all(Fact::Running(flow));
    if rows.len() > MANY {
        return None;
    }
    let is_start = |value: &Option<Value>| *value == Some(Value::Is(true));
    let starts: Vec<StepId> = rows.iter().filter(|row| is_start(&row.1)).map(|row| row.0).collect();
    let stops: Vec<StepId> = rows.iter().filter(|row| !is_start(&row.1)).map(|row| row.0).collect();
    let has_order = |stop: &StepId| {
        starts.iter().all(|start| order.is_before(*stop, *start) || order.is_before(*start, *stop))
    };
    if !stops.iter().all(has_order) {
        return None;
    }
    let after = |stop: Option<StepId>, step: StepId| stop.is_none_or(|stop| order.is_before(stop, step));
    // Between two stops without a start it stands still already.
    let goes_on = |stop: Option<StepId>, step: StepId| {
        after(stop, step) && !starts.iter().any(|start| after(stop, *start) && order.is_before(*start, step))
    };
    let from_the_start = (!plan.start.running[flow]).then_some(None);
    let all: Vec<Option<StepId>> = from_the_start.into_iter().chain(stops.into_iter().map(Some)).collect();
    let is_first = |stop: &&Option<StepId>| {
        stop.is_none_or(|step| !all.iter().any(|other| *other != Some(step) && goes_on(*other, step)))
    };
    let one = |stop: &Option<StepId>| {
        let next = starts.iter().filter(|start| goes_on(*stop, **start));
        let mut found: Vec<Interruption> =
            next.map(|start| Interruption { flow, stop: *stop, start: Some(*start) }).collect();
        if found.is_empty() {
            found.push(Interruption { flow, stop: *stop, start: None });
        }
        found
    };
    Some(all.iter().filter(is_first).map(one).collect())
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
