//! All durations of a plan: of the whole, of each interruption, and of what lies in each window.

use std::{collections::BTreeMap, time::Duration};

use crate::{
    graph::order::Order,
    plan::Plan,
    world::{
        id::{ChannelId, StepId, WindowId},
        landscape::Fact,
    },
};

use super::{
    gate::{Gate, Gates},
    interruption::{Interruption, alternatives, interruptions, windows},
    schedule::Schedule,
    stretch::{Stretch, Worst},
    undeclared::{Unbounded, Undeclared},
    ways::Ways,
};

/// The durations of a plan.
#[derive(Debug)]
pub struct Timing {
    /// From the first step to the last.
    pub whole: Result<Worst, Unbounded>,
    /// Of each interruption of a flow, in the order of the flows.
    pub interruptions: Vec<(Interruption, Stretch)>,
    /// From the first stop in each window to the last start.
    pub windows: BTreeMap<WindowId, Result<Worst, Unbounded>>,
    /// The waits for messages under way that lie on the ways.
    drains: BTreeMap<(StepId, StepId), (ChannelId, Duration)>,
    /// How long steps wait after others.
    waits: BTreeMap<(StepId, StepId), Duration>,
    /// The interruptions in each window, by number.
    together: BTreeMap<WindowId, Vec<usize>>,
}

impl Timing {
    /// The durations of a plan without cycles.
    #[must_use]
    pub fn of(plan: &Plan, order: &Order) -> Self {
        let gates = Gates::of(plan, order);
        let schedule = Schedule::of(plan, &gates);
        let whole = schedule.whole();
        let mut found: Vec<(Interruption, Stretch)> = Vec::new();
        let mut groups: Vec<Vec<Interruption>> = Vec::new();
        for flow in plan.landscape.channels.ids() {
            let own = interruptions(&gates, flow).map(|own| own.into_iter().map(|one| vec![one]).collect());
            match own.or_else(|| alternatives(&gates, flow)) {
                Some(own) => groups.extend(own),
                None => found.push(unordered(&gates, flow)),
            }
        }
        let all: Vec<Interruption> = groups.concat();
        let mut ways = Ways::of(&gates, &schedule, &all);
        let mut stretches = ways.stretches(&all).into_iter();
        for group in groups {
            let own: Vec<(Interruption, Stretch)> = group.into_iter().zip(stretches.by_ref()).collect();
            found.extend(best(&gates, own));
        }
        for (one, stretch) in &mut found {
            let never = Err(Unbounded::by(Undeclared::Start(one.flow)));
            if let Some(stop) = gates.late_stop(one.flow)
                && stretch.worst != never
            {
                stretch.worst = Err(Unbounded::by(Undeclared::Late(stop, one.flow)));
            }
        }
        found.sort_by_key(|(one, _)| one.flow);
        let mut together: BTreeMap<WindowId, Vec<usize>> = BTreeMap::new();
        for (number, (one, _)) in found.iter().enumerate() {
            for window in windows(&gates, one) {
                together.entry(window).or_default().push(number);
            }
        }
        let bounds = together.iter().map(|(window, numbers)| {
            let all: Vec<&(Interruption, Stretch)> = numbers.iter().filter_map(|n| found.get(*n)).collect();
            let late = all.iter().find_map(|(one, _)| Some((gates.late_stop(one.flow)?, one.flow)));
            let bound = match late {
                Some((stop, flow)) => Err(Unbounded::by(Undeclared::Late(stop, flow))),
                None => ways.within(&all),
            };
            (*window, bound)
        });
        let windows = bounds.collect();
        let (mut drains, mut waits) = (BTreeMap::new(), BTreeMap::new());
        for (step, row) in schedule.gates.iter() {
            for gate in row {
                if let Gate::Drained(stop, flow, time) = *gate
                    && !time.is_zero()
                {
                    drains.insert((stop, step), (flow, time));
                }
                if let Gate::Waited(before, time) = *gate {
                    waits.insert((before, step), time);
                }
            }
        }
        Self { whole, interruptions: found, windows, drains, waits, together }
    }

    /// The wait for messages under way between two steps that follow each other on a way, where no other
    /// wait between them is longer.
    #[must_use]
    pub fn drain(&self, before: StepId, step: StepId) -> Option<(ChannelId, Duration)> {
        let waits = self.waits.get(&(before, step)).copied().unwrap_or_default();
        self.drains.get(&(before, step)).copied().filter(|(_, time)| *time >= waits)
    }

    /// How long one of two steps that follow each other on a way waits after the other, where that is not
    /// shorter than the wait for messages under way.
    #[must_use]
    pub fn wait(&self, before: StepId, step: StepId) -> Option<Duration> {
        self.waits.get(&(before, step)).copied().filter(|_| self.drain(before, step).is_none())
    }

    /// What is known to fit into a window: the time from its first stop to its last start, or, where
    /// that has no bound, the longest interruption in it that has one.
    #[must_use]
    pub fn known_in(&self, window: WindowId) -> Option<&Worst> {
        let whole = self.windows.get(&window).and_then(|worst| worst.as_ref().ok());
        let numbers = self.together.get(&window).into_iter().flatten();
        let each = numbers.filter_map(|number| self.interruptions.get(*number)?.1.worst.as_ref().ok());
        whole.or_else(|| each.max_by_key(|worst| worst.time))
    }

    /// The interruptions in a window.
    pub fn in_window(&self, window: WindowId) -> impl Iterator<Item = &Interruption> {
        let numbers = self.together.get(&window).into_iter().flatten();
        numbers.filter_map(|number| Some(&self.interruptions.get(*number)?.0))
    }

    /// The interruptions of a flow.
    pub fn of_flow(&self, flow: ChannelId) -> impl Iterator<Item = &(Interruption, Stretch)> {
        let first = self.interruptions.partition_point(|(one, _)| one.flow < flow);
        let from = self.interruptions.get(first..).unwrap_or_default();
        from.iter().take_while(move |(one, _)| one.flow == flow)
    }

    /// The longest interruption of a flow.
    ///
    /// # Errors
    /// What is not declared, where one of them has no bound.
    pub fn longest(&self, flow: ChannelId) -> Result<Option<&Worst>, Unbounded> {
        let mut longest: Option<&Worst> = None;
        for (_, stretch) in self.of_flow(flow) {
            let worst = stretch.worst.as_ref().map_err(|why| *why)?;
            if longest.is_none_or(|longest| worst.time > longest.time) {
                longest = Some(worst);
            }
        }
        Ok(longest)
    }
}

/// The shortest of some bounds, all of which hold.
fn best(gates: &Gates<'_>, own: Vec<(Interruption, Stretch)>) -> Option<(Interruption, Stretch)> {
    let (first, others) = (own.first().cloned()?, own.len() - 1);
    let bounded = own.into_iter().filter_map(|one| Some((one.1.worst.as_ref().ok()?.time, one)));
    match bounded.min_by_key(|(time, _)| *time) {
        Some((_, one)) => Some(one),
        None if others > 0 => Some(unordered(gates, first.0.flow)),
        None => Some(first),
    }
}

/// What is said of a flow whose stops and starts have no order.
fn unordered(gates: &Gates<'_>, flow: ChannelId) -> (Interruption, Stretch) {
    debug_assert!(gates.writers.chain(Fact::Running(flow)).is_none(), "there is an order");
    let one = Interruption { flow, stop: None, start: None };
    (one, Stretch { worst: Err(Unbounded::by(Undeclared::Order(flow))), hops: None })
}
