//! Within what time each interruption of a flow ends, where the plan promises that.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use crate::{
    certificate::{Bound, number},
    check::Checked,
    duration::gate::{Gate, Gates},
    invariant::{Hazard, Invariant},
    plan::Plan,
    world::{
        id::{ChannelId, Id, StepId},
        state::World,
    },
};

/// So many looks at steps and waits are taken for all limits together.
const LOOKS: usize = 5_000_000;

/// The bounds of the limits that are kept whatever steps without an order do: all of a limit or none.
pub(super) fn bounds(checked: &Checked, start: &World) -> Vec<Bound> {
    let plan = checked.plan();
    if plan.limits.is_empty() || !start.done.is_clear() {
        return Vec::new();
    }
    let waived = plan.waived(Hazard::Interrupted);
    let gates = Gates::of(plan, checked.order());
    let openers =
        plan.steps.ids().flat_map(|step| gates.before(step).into_iter().map(move |gate| (gate, step)));
    let openers = openers.filter(|(gate, _)| matches!(gate, Gate::Open(_))).collect();
    let mut seeker = Seeker { checked, gates, openers, looks: LOOKS };
    let mut found = Vec::new();
    for (limit, row) in (0..).zip(&plan.limits) {
        let (flow, most) = (row.value.flow, row.value.at_most);
        if !waived.contains(&flow) {
            found.extend(seeker.ends(start, limit, (flow, most)).into_iter().flatten());
        }
    }
    found
}

/// The limits that these bounds are about, as sentences.
pub(super) fn stated(plan: &Plan, bounds: &[Bound]) -> Vec<String> {
    let named: BTreeSet<u32> = bounds.iter().map(|bound| bound.limit).collect();
    let limits = (0..).zip(&plan.limits).filter(|(number, _)| named.contains(number));
    limits.map(|(_, limit)| limit.value.sentence(&plan.landscape)).collect()
}

struct Seeker<'a> {
    checked: &'a Checked,
    gates: Gates<'a>,
    /// The steps that wait for each window.
    openers: BTreeSet<(Gate, StepId)>,
    looks: usize,
}

impl Seeker<'_> {
    /// A bound for each stop of a flow; nothing where one of them has none.
    fn ends(&mut self, world: &World, limit: u32, (flow, most): (ChannelId, Duration)) -> Option<Vec<Bound>> {
        let (plan, order) = (self.checked.plan(), self.checked.order());
        let starts: Vec<StepId> = plan.switches(flow, true).collect();
        let stands = (!world.running[flow]).then_some(None);
        let mut found = Vec::new();
        for stop in stands.into_iter().chain(plan.switches(flow, false).map(Some)) {
            let mut best: Option<(Duration, Bound)> = None;
            for start in starts.iter().filter(|start| stop.is_none_or(|stop| order.is_before(stop, **start)))
            {
                let Some(times) = self.times(stop, *start) else { continue };
                let Some(time) = times.get(start).copied().filter(|time| *time <= most) else { continue };
                if best.as_ref().is_none_or(|(least, _)| time < *least) {
                    let within = times.iter().map(|(step, time)| (number(*step), time.as_secs())).collect();
                    best =
                        Some((time, Bound { limit, stop: stop.map(number), start: number(*start), within }));
                }
            }
            found.push(best?.1);
        }
        Some(found)
    }

    /// Within what time each step is done for which `start` waits, counted from the beginning of `stop`.
    fn times(&mut self, stop: Option<StepId>, start: StepId) -> Option<BTreeMap<StepId, Duration>> {
        let order = self.checked.order();
        let is_early = |step: StepId| stop.is_some_and(|stop| order.is_before(step, stop));
        let (mut region, mut open) = (BTreeMap::new(), vec![start]);
        while let Some(step) = open.pop() {
            let gates = if stop == Some(step) { Vec::new() } else { self.gates.before(step) };
            self.looks = self.looks.checked_sub(1 + gates.len())?;
            let before = gates.iter().filter_map(|gate| gate.step()).map(|(step, _)| step);
            let before: Vec<StepId> = before.filter(|step| !is_early(*step)).collect();
            if region.insert((order.position(step), step), gates).is_none() {
                open.extend(before);
            }
        }
        let mut times: BTreeMap<StepId, Duration> = BTreeMap::new();
        for ((_, step), gates) in region {
            let done = |before| Some(times.get(&before).copied().unwrap_or_default());
            let time = self.gates.done_by(step, &gates, done, |gate| self.is_open(gate, stop))?;
            times.insert(step, time);
        }
        Some(times)
    }

    /// Whether a window is open when a stop begins: that waited for it, or a step before it.
    fn is_open(&self, gate: Gate, stop: Option<StepId>) -> bool {
        let all = (gate, StepId::at(0))..=(gate, StepId::at(usize::MAX));
        let is_before = |step: StepId, stop| step == stop || self.checked.order().is_before(step, stop);
        matches!(gate, Gate::Open(_))
            && stop.is_some_and(|stop| self.openers.range(all).any(|(_, step)| is_before(*step, stop)))
    }
}
