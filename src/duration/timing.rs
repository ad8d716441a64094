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
    interruption::{Interruption, interruptions, windows},
    schedule::Schedule,
    stretch::{Follower, Stretch, Worst},
    undeclared::{Unbounded, Undeclared},
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
    /// The interruptions in each window, by number.
    together: BTreeMap<WindowId, Vec<usize>>,
}

/// Where so many interruptions lie in one window, the time from the first stop to the last start is
/// followed from each stop to each start.
const TOGETHER: usize = 64;

impl Timing {
    /// The durations of a plan without cycles.
    #[must_use]
    pub fn of(plan: &Plan, order: &Order) -> Self {
        let gates = Gates::of(plan, order);
        let schedule = Schedule::of(plan, &gates);
        let mut follower = Follower::of(&gates, &schedule);
        let whole = schedule.whole();
        let mut found = Vec::new();
        for flow in plan.landscape.channels.ids() {
            match interruptions(&gates, flow) {
                Some(all) => {
                    found.extend(all.into_iter().map(|one| (one, stretch(one, &mut follower, &schedule))))
                }
                None => found.push(unordered(&gates, flow)),
            }
        }
        let mut together: BTreeMap<WindowId, Vec<usize>> = BTreeMap::new();
        for (number, (one, _)) in found.iter().enumerate() {
            for window in windows(&gates, one) {
                together.entry(window).or_default().push(number);
            }
        }
        let bounds = together.iter().map(|(window, numbers)| {
            let all: Vec<&(Interruption, Stretch)> = numbers.iter().filter_map(|n| found.get(*n)).collect();
            (*window, in_one_window(&all, order, &mut follower))
        });
        let windows = bounds.collect();
        let mut drains = BTreeMap::new();
        for (step, row) in schedule.gates.iter() {
            for gate in row {
                if let Gate::Drained(stop, flow, time) = *gate
                    && !time.is_zero()
                {
                    drains.insert((stop, step), (flow, time));
                }
            }
        }
        Self { whole, interruptions: found, windows, drains, together }
    }

    /// The wait for messages under way between two steps that follow each other on a way.
    #[must_use]
    pub fn drain(&self, before: StepId, step: StepId) -> Option<(ChannelId, Duration)> {
        self.drains.get(&(before, step)).copied()
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

    /// The longest interruption of a flow.
    ///
    /// # Errors
    /// What is not declared, where one of them has no bound.
    pub fn longest(&self, flow: ChannelId) -> Result<Option<&Worst>, Unbounded> {
        let mut longest: Option<&Worst> = None;
        for (_, stretch) in self.interruptions.iter().filter(|(one, _)| one.flow == flow) {
            let worst = stretch.worst.as_ref().map_err(|why| *why)?;
            if longest.is_none_or(|longest| worst.time > longest.time) {
                longest = Some(worst);
            }
        }
        Ok(longest)
    }
}

/// How long one interruption lasts.
fn stretch(one: Interruption, follower: &mut Follower<'_>, schedule: &Schedule) -> Stretch {
    match (one.stop, one.start) {
        (Some(stop), Some(start)) => follower.follow(one.flow, stop, start),
        (None, Some(start)) => Stretch { worst: schedule.until(start), hops: None },
        (_, None) => Stretch { worst: Err(Unbounded::by(Undeclared::Start(one.flow))), hops: None },
    }
}

/// What is said of a flow whose stops and starts have no order.
fn unordered(gates: &Gates<'_>, flow: ChannelId) -> (Interruption, Stretch) {
    debug_assert!(gates.writers.chain(Fact::Running(flow)).is_none(), "there is an order");
    let one = Interruption { flow, stop: None, start: None };
    (one, Stretch { worst: Err(Unbounded::by(Undeclared::Order(flow))), hops: None })
}

/// From the first stop to the last start, whichever they are.
fn in_one_window(
    all: &[&(Interruption, Stretch)],
    order: &Order,
    follower: &mut Follower<'_>,
) -> Result<Worst, Unbounded> {
    let mut longest: Option<Worst> = None;
    for (number, (one, own)) in all.iter().enumerate() {
        if number >= TOGETHER {
            return Err(Unbounded::by(Undeclared::Entangled(one.flow)));
        }
        let mut keep = |worst: &Result<Worst, Unbounded>| {
            let worst = worst.as_ref().map_err(|why| *why)?;
            if longest.as_ref().is_none_or(|longest| worst.time > longest.time) {
                longest = Some(worst.clone());
            }
            Ok(())
        };
        keep(&own.worst)?;
        for (other, _) in all.iter().copied().filter(|(other, _)| other != one) {
            // One that does not run at the start is before all others; it has its own bound from there.
            let (Some(stop), Some(start)) = (one.stop, other.start) else { continue };
            if !order.is_before(start, stop) {
                keep(&follower.follow(other.flow, stop, start).worst)?;
            }
        }
    }
    longest.ok_or(Unbounded::by(Undeclared::TooLong))
}
