//! Steps that have to begin by a date: when each can begin at the earliest, and when at the latest by what
//! is declared. No clock is read: the dates of the plan are all that is counted from.

use std::time::Duration;

use jiff::Timestamp;

use crate::{
    plan::{Deadline, Plan},
    world::id::{StepId, Table},
};

use super::{
    gate::{Gate, Gates},
    schedule::{lacking, sum},
    stretch::Worst,
    undeclared::Undeclared,
};

/// A step with a deadline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The step.
    pub step: StepId,
    /// Until when it has to have begun.
    pub deadline: Deadline,
    /// Not before this it can begin: by the dates and waits before it, and by how long the steps between
    /// take at least. Nothing where no date comes before it.
    pub earliest: Option<Moment>,
    /// By then it can begin in the worst case, or what is not declared.
    pub latest: Result<Latest, Undeclared>,
}

/// A moment, and the steps on the way to it, from the one whose date it is counted from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// When.
    pub at: Timestamp,
    /// The steps, in their order.
    pub path: Vec<StepId>,
    /// Whether it is counted from the first one's deadline, and not from the date before which that does
    /// not begin.
    pub from_deadline: bool,
}

/// What the worst case is counted from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Latest {
    /// A date: the first step on the way begins when its date comes, or by its own deadline.
    Dated(Moment),
    /// The start of the plan, so long before: no step before it has a date.
    AfterStart(Worst),
}

/// All steps with deadlines, in the order of the text. Plans without one cost nothing.
#[must_use]
pub fn deadlines(plan: &Plan, gates: &Gates<'_>) -> Vec<Due> {
    if plan.steps.rows().all(|step| step.extra().not_after.is_none()) {
        return Vec::new();
    }
    let early = earliest(gates);
    let late = latest(gates);
    let due = plan.steps.iter().filter_map(|(step, row)| Some((step, row.extra().not_after?)));
    due.map(|(step, deadline)| Due {
        step,
        deadline,
        earliest: early[step].map(|(at, _)| {
            let path = path(step, |id| early[id]?.1);
            Moment { at, path, from_deadline: false }
        }),
        latest: worst(&late, step),
    })
    .collect()
}

/// A time, and the step that it is counted on from; none where the step's own date is it.
type Row<T> = Option<(T, Option<StepId>)>;

/// Not before this each step begins.
fn earliest(gates: &Gates<'_>) -> Table<StepId, Row<Timestamp>> {
    let plan = gates.plan;
    let mut found: Table<StepId, Row<Timestamp>> = Table::like(&plan.steps, None);
    for step in gates.order.sequence().iter().copied() {
        let mut row = plan.steps[step].extra().not_before.map(|date| (date.at, None));
        for gate in gates.before(step) {
            // What is under way may arrive at once; a wait is as long as it says.
            let (before, time) = match gate {
                Gate::Done(before) | Gate::Drained(before, ..) => (before, Duration::ZERO),
                Gate::Waited(before, time) => (before, time),
                Gate::Open(_) | Gate::Unknown(_) => continue,
            };
            let Some((at, _)) = found[before] else { continue };
            let at = later(at, gates.least(before).saturating_add(time));
            if row.is_none_or(|(first, _)| at > first) {
                row = Some((at, Some(before)));
            }
        }
        found[step] = row;
    }
    found
}

/// By when a step begins.
#[derive(Clone, Copy, Debug, Default)]
struct Begins {
    /// Counted from the latest date on the way.
    dated: Row<Timestamp>,
    /// What is not declared on the way from a date, or of the step itself.
    open: Option<Undeclared>,
    /// Counted from the start of the plan, where no date is on the way.
    start: Row<Duration>,
    /// What is not declared on the way from the start.
    lacks: Option<Undeclared>,
}

/// By when each step begins in the worst case, and by when where it keeps its own deadline: others that come
/// after it count from that.
#[derive(Debug)]
struct Late {
    worst: Table<StepId, Begins>,
    kept: Table<StepId, Begins>,
}

/// Where a date is on the way, what has none is done by then.
fn latest(gates: &Gates<'_>) -> Late {
    let plan = gates.plan;
    let none = || Table::like(&plan.steps, Begins::default());
    let mut late = Late { worst: none(), kept: none() };
    for step in gates.order.sequence().iter().copied() {
        let mut row = Begins {
            dated: plan.steps[step].extra().not_before.map(|date| (date.at, None)),
            start: Some((Duration::ZERO, None)),
            ..Begins::default()
        };
        for gate in gates.before(step) {
            match (gate.step(), lacking(gate)) {
                // Its own date is looked at above.
                (_, Some(Undeclared::Date(..))) | (None, None) => {}
                (_, Some(lack)) => {
                    row.open = row.open.or(Some(lack));
                    row.lacks = row.lacks.or(Some(lack));
                }
                (Some((before, time)), None) => {
                    row.come_after(late.kept[before], gates.most(before), (before, time));
                }
            }
        }
        late.worst[step] = row;
        late.kept[step] = match plan.steps[step].extra().not_after {
            Some(deadline) => row.kept(deadline),
            None => row,
        };
    }
    late
}

impl Begins {
    /// The same where its deadline is kept.
    fn kept(self, deadline: Deadline) -> Self {
        match self.dated.filter(|(at, _)| self.open.is_none() && *at <= deadline.at) {
            Some(_) => self,
            None => Self { dated: Some((deadline.at, None)), open: None, ..self },
        }
    }

    fn come_after(
        &mut self,
        before: Self,
        most: Result<Duration, Undeclared>,
        (via, time): (StepId, Duration),
    ) {
        let most = most.and_then(|most| sum(most, time).ok_or(Undeclared::TooLong));
        self.open = self.open.or(before.open);
        match (before.dated, most) {
            (Some((at, _)), Ok(most)) => {
                let at = later(at, most);
                if self.dated.is_none_or(|(last, _)| at > last) {
                    self.dated = Some((at, Some(via)));
                }
            }
            (Some(_), Err(lack)) => self.open = self.open.or(Some(lack)),
            (None, _) => {}
        }
        self.lacks = self.lacks.or(before.lacks).or(most.err());
        let until = before.start.zip(most.ok()).and_then(|((start, _), most)| sum(start, most));
        match (self.start, until) {
            (Some((last, _)), Some(until)) if until >= last => self.start = Some((until, Some(via))),
            (_, Some(_)) => {}
            (_, None) => {
                self.lacks = self.lacks.or(Some(Undeclared::TooLong));
            }
        }
    }
}

fn worst(late: &Late, step: StepId) -> Result<Latest, Undeclared> {
    let row = late.worst[step];
    // Behind the step itself each one on the way keeps its deadline.
    let begins = |id: StepId| if id == step { row } else { late.kept[id] };
    match (row.open, row.dated, row.start, row.lacks) {
        (Some(lack), ..) => Err(lack),
        (None, Some((at, _)), ..) => {
            let path = path(step, |id| begins(id).dated?.1);
            let first = path.first().filter(|first| **first != step);
            let from_deadline =
                first.is_some_and(|first| late.kept[*first].dated != late.worst[*first].dated);
            Ok(Latest::Dated(Moment { at, path, from_deadline }))
        }
        (None, None, Some((time, _)), None) => {
            Ok(Latest::AfterStart(Worst { time, path: path(step, |id| begins(id).start?.1) }))
        }
        (None, None, _, lack) => Err(lack.unwrap_or(Undeclared::TooLong)),
    }
}

/// The way to a step.
fn path(step: StepId, via: impl Fn(StepId) -> Option<StepId>) -> Vec<StepId> {
    let mut path: Vec<StepId> = std::iter::successors(Some(step), |step| via(*step)).collect();
    path.reverse();
    path
}

/// A moment so much later; the end of the calendar where it lies behind that.
fn later(at: Timestamp, time: Duration) -> Timestamp {
    at.saturating_add(time).unwrap_or(Timestamp::MAX)
}
