//! What a step waits for, and how long each of it may last.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use crate::{
    condition::Asks,
    graph::{late::Late, order::Order, writers::Writers},
    invariant::Hazard,
    plan::Plan,
    world::{
        effect::Effect,
        id::{ChannelId, KeyId, StepId, WindowId},
        landscape::{Fact, Value},
    },
};

use super::undeclared::Undeclared;

/// One thing that a step waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gate {
    /// This step is done.
    Done(StepId),
    /// So much time has passed since this step was done: messages under way arrive.
    Drained(StepId, ChannelId, Duration),
    /// So much time has passed since this step was done: the step waits so long.
    Waited(StepId, Duration),
    /// This window opens.
    Open(WindowId),
    /// Something that nothing says a time for.
    Unknown(Undeclared),
}

impl Gate {
    /// The step that must be done, and what passes after it.
    #[must_use]
    pub const fn step(self) -> Option<(StepId, Duration)> {
        match self {
            Self::Done(step) => Some((step, Duration::ZERO)),
            Self::Drained(step, _, time) | Self::Waited(step, time) => Some((step, time)),
            Self::Open(_) | Self::Unknown(_) => None,
        }
    }
}

/// Reads the gates of steps.
#[derive(Debug)]
pub struct Gates<'a> {
    pub(super) plan: &'a Plan,
    pub(super) order: &'a Order,
    pub(super) writers: Writers,
    /// The windows in which the plan promises to interrupt a flow.
    pub(super) promised: BTreeMap<ChannelId, Vec<WindowId>>,
    /// The flows of which the author accepts that they are interrupted.
    pub(super) waived: BTreeSet<ChannelId>,
    /// The facts that an attempt may change that comes late.
    late: BTreeSet<Fact>,
    /// The flows that one may stop, each with the first step whose attempts do.
    late_stops: BTreeMap<ChannelId, StepId>,
}

impl<'a> Gates<'a> {
    /// The gates of a plan.
    #[must_use]
    pub fn of(plan: &'a Plan, order: &'a Order) -> Self {
        let mut promised: BTreeMap<ChannelId, Vec<WindowId>> = BTreeMap::new();
        for promise in &plan.promises {
            if let (flow, Hazard::Interrupted) = promise.value.hazard()
                && let Some(window) = promise.value.window()
            {
                promised.entry(flow).or_default().push(window);
            }
        }
        let waived = plan.waived(Hazard::Interrupted);
        let (late, late_stops) = late(plan, order);
        Self { plan, order, writers: Writers::of(plan, order), promised, waived, late, late_stops }
    }

    /// The first step an attempt of which may come late and stop a flow.
    pub(super) fn late_stop(&self, flow: ChannelId) -> Option<StepId> {
        self.late_stops.get(&flow).copied()
    }

    /// What a step waits for. Messages between roles take no time of their own: what they take is said
    /// by the step that sends them.
    #[must_use]
    pub fn before(&self, step: StepId) -> Vec<Gate> {
        let row = &self.plan.steps[step];
        let mut gates: Vec<Gate> = row.after.iter().map(|before| Gate::Done(before.value)).collect();
        gates.extend(row.extra().waits.iter().map(|waits| Gate::Waited(waits.after, waits.time)));
        gates.extend(row.extra().not_before.map(|date| Gate::Unknown(Undeclared::Date(step, date.at))));
        for (number, need) in row.needs.iter().enumerate() {
            match need.value.asks() {
                Asks::Open(window) => gates.push(Gate::Open(window)),
                Asks::Facts(facts) => {
                    if !facts.iter().all(|(fact, value)| self.holds(step, *fact, *value)) {
                        gates.push(Gate::Unknown(Undeclared::Need(step, number)));
                    }
                }
                Asks::Drained(flow, key) => {
                    let drained = self.drained(step, flow, key);
                    gates.push(drained.unwrap_or(Gate::Unknown(Undeclared::Need(step, number))));
                }
            }
        }
        gates
    }

    /// Whether a fact has a value whenever all that a step comes after is done.
    fn holds(&self, step: StepId, fact: Fact, value: Value) -> bool {
        if self.late.contains(&fact) {
            return false;
        }
        let before = self.writers.before(self.order, fact, step);
        before.is_some_and(|before| match before.last() {
            Some((_, last)) => *last == Some(value),
            None => self.plan.start.value(&self.plan.landscape, fact) == value,
        })
    }

    /// The step after which nothing is stamped with a key any more, and the time for what is under way.
    fn drained(&self, step: StepId, flow: ChannelId, key: KeyId) -> Option<Gate> {
        let landscape = &self.plan.landscape;
        let stop = self.stopped(step, flow, key)?;
        // A runtime that is stopped keeps no key; one that goes on may.
        let effects = self.plan.steps[stop].action.value.effects();
        let ends = effects.contains(&Effect::Stop(flow));
        let time = if ends { landscape.transit(flow) } else { landscape.drain(flow) };
        Some(Gate::Drained(stop, flow, time))
    }

    /// The earliest step before another one from which on a flow stamps nothing with a key.
    #[must_use]
    pub fn stopped(&self, step: StepId, flow: ChannelId, key: KeyId) -> Option<StepId> {
        let channel = &self.plan.landscape.channels[flow];
        let by_place = channel.aliases().filter_map(|place| {
            // Where another alias may name the key, it stands alone as soon as nothing is left at this one.
            let mut others = channel.aliases().filter(|other| *other != place);
            let alone = others.any(|other| self.plan.may_name(other, key));
            // What only the world can tell may be this key.
            let stamps = |value: Option<Value>| {
                value.is_none_or(|value| value == Value::Key(Some(key)) || alone && value == Value::Key(None))
            };
            self.writers.stops(self.order, step, (Fact::Place(place), stamps))
        });
        let runs = |value| value == Some(Value::Is(true));
        let by_flow = self.writers.stops(self.order, step, (Fact::Running(flow), runs));
        by_place
            .chain(by_flow)
            .reduce(|one, other| if self.order.is_before(other, one) { other } else { one })
    }

    /// How long a step takes at most, once it can begin.
    ///
    /// # Errors
    /// The step, where nothing says how long it takes.
    pub fn most(&self, step: StepId) -> Result<Duration, Undeclared> {
        let row = &self.plan.steps[step];
        match (row.extra().takes, &row.speech) {
            (Some(takes), _) => Ok(takes.most),
            // An agreement waits for the answer.
            (None, Some(_)) if self.plan.proposal(step).is_none() => Ok(Duration::ZERO),
            (None, _) => Err(Undeclared::Step(step)),
        }
    }

    /// Within what time a step is done that begins as soon as all that it waits for is so: `done` says within
    /// what time another step is, `is_open` whether a gate is open that no step opens. Nothing where that has
    /// no end.
    pub fn done_by(
        &self,
        step: StepId,
        waits: &[Gate],
        done: impl Fn(StepId) -> Option<Duration>,
        is_open: impl Fn(Gate) -> bool,
    ) -> Option<Duration> {
        let mut ready = Duration::ZERO;
        for gate in waits {
            ready = ready.max(match gate.step() {
                Some((before, wait)) => done(before)?.checked_add(wait)?,
                None => is_open(*gate).then_some(Duration::ZERO)?,
            });
        }
        ready.checked_add(self.most(step).ok()?)
    }

    /// How long a step takes at least.
    #[must_use]
    pub fn least(&self, step: StepId) -> Duration {
        self.plan.steps[step].extra().takes.map(|takes| takes.least).unwrap_or_default()
    }
}

/// The facts that an attempt may change that comes late, and the flows that one may stop.
fn late(plan: &Plan, order: &Order) -> (BTreeSet<Fact>, BTreeMap<ChannelId, StepId>) {
    let (mut facts, mut stops) = (BTreeSet::new(), BTreeMap::new());
    if plan.steps.rows().all(|step| step.extra().comes_late.is_none()) {
        return (facts, stops);
    }
    for step in Late::of(plan, order).moves().iter().copied() {
        for effect in plan.steps[step].action.value.effects() {
            facts.extend(effect.writes().into_iter().map(|(fact, _)| fact).chain(effect.displaces()));
            if let Effect::Stop(flow) = effect {
                stops.entry(flow).or_insert(step);
            }
        }
    }
    (facts, stops)
}
