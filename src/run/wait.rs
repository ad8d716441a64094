//! What a run waits for: for whom or what, since when, until when.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{
    check::Checked,
    condition::Asks,
    source::shown,
    transition::{
        early::due,
        event::Record,
        late::deadline,
        next::follow,
        pause::of_role,
        people::lacking,
        ready::Blocker,
        state::{Opening, State, Status},
        unsettled::{barred_at, barred_at_any_time},
    },
    world::{
        id::{RoleId, StepId},
        state::WindowState,
    },
};

use super::{
    casting::Casting,
    due::{Due, due_at},
    pace::Queue,
    time::to_the_second,
};

pub use super::waiting::{Waiting, What};

/// One thing that a run waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// The step that waits.
    pub step: StepId,
    /// For what.
    pub cause: Cause,
    /// Since when.
    pub since: Option<Timestamp>,
    /// Until when at the latest, where that is known.
    pub until: Option<Timestamp>,
    /// When a person who is asked is to have answered, where the site says so.
    pub due: Option<Due>,
}

/// For what a step waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A person in this role does it.
    Act(RoleId),
    /// Two people in this role stand behind it; these have confirmed it.
    Second(RoleId, Vec<String>),
    /// A person in this role takes the message that the step sent.
    Receipt(RoleId),
    /// A person in this role answers the proposal of a window, which would open and close then.
    Answer(RoleId, Option<Opening>),
    /// A time, in words.
    Time(String),
    /// The moment `until`, before which the step does not begin: why, in words.
    Due(String),
    /// Its partner's turn, by the pace of the site: why, in words.
    Pace(String),
    /// A person in this role lets it begin although its deadline has passed, which was this moment.
    Late(RoleId, Timestamp),
}

impl Cause {
    /// The role that is waited for, if it is a person.
    #[must_use]
    pub const fn role(&self) -> Option<RoleId> {
        match self {
            Self::Act(role)
            | Self::Second(role, _)
            | Self::Receipt(role)
            | Self::Answer(role, _)
            | Self::Late(role, _) => Some(*role),
            Self::Time(_) | Self::Due(_) | Self::Pace(_) => None,
        }
    }

    /// When the window would open and close that waits for an answer.
    #[must_use]
    pub const fn proposed(&self) -> Option<Opening> {
        match self {
            Self::Answer(_, window) => *window,
            _ => None,
        }
    }
}

impl Wait {
    /// The same for machines.
    #[must_use]
    pub fn waiting(&self, checked: &Checked) -> Waiting {
        let plan = checked.plan();
        Waiting {
            step: plan.steps[self.step].name.value.clone(),
            what: match self.cause {
                Cause::Act(_) => What::Act,
                Cause::Second(..) => What::Approval,
                Cause::Receipt(_) => What::Message,
                Cause::Answer(..) => What::Answer,
                Cause::Time(_) | Cause::Due(_) => What::Time,
                Cause::Pace(_) => What::Pace,
                Cause::Late(..) => What::Deadline,
            },
            role: self.cause.role().map(|role| plan.landscape.roles[role].clone()),
            act: plan.sentence(self.step),
            confirmed: match &self.cause {
                Cause::Second(_, people) => people.clone(),
                _ => Vec::new(),
            },
            since: self.since,
            until: self.until,
            due: self.due.map(|due| due.at),
            overdue: self.due.is_some_and(|due| due.is_over),
            opens: self.cause.proposed().map(|window| window.opens),
            closes: self.cause.proposed().and_then(|window| window.closes),
            not_after: match self.cause {
                Cause::Receipt(_) | Cause::Answer(..) => None,
                _ => plan.steps[self.step].extra().not_after.map(|deadline| deadline.at),
            },
        }
    }

    /// One line for people.
    #[must_use]
    pub fn sentence(&self, checked: &Checked) -> String {
        let plan = checked.plan();
        let role = |role: RoleId| shown(&plan.landscape.roles[role]);
        let name = shown(&plan.steps[self.step].name.value);
        let act = shown(&plan.sentence(self.step));
        let until =
            self.until.map_or_else(String::new, |at| format!(", until {} at the latest", to_the_second(at)));
        let until = format!("{until}{}", self.due.map(Due::told).unwrap_or_default());
        let since = self.since.map_or_else(String::new, |at| format!(" since {}", to_the_second(at)));
        match &self.cause {
            Cause::Act(r) => format!("waits for {}{since}: {name} ({act}){until}", role(*r)),
            Cause::Second(r, people) if people.is_empty() => {
                format!("waits for {}{since}: two people confirm {name} ({act}){until}", role(*r))
            }
            Cause::Second(r, people) => {
                let people = shown(&people.join(", "));
                format!(
                    "waits for {}{since}: another person than {people} confirms {name} ({act}){until}",
                    role(*r)
                )
            }
            Cause::Receipt(r) => {
                format!("waits for {}{since}: to take the message of {name} ({act}){until}", role(*r))
            }
            Cause::Answer(r, _) => format!("waits for {}{since}: to answer {name} ({act}){until}", role(*r)),
            Cause::Pace(why) => format!("{name} waits for its turn{since}: {why}"),
            Cause::Time(what) => format!("{name} waits for time{since}: {what}{until}"),
            Cause::Due(why) => {
                let until = self.until.map(to_the_second).unwrap_or_default();
                let latest =
                    plan.steps[self.step].extra().not_after.map(|deadline| to_the_second(deadline.at));
                let latest = latest.map_or_else(String::new, |at| format!("; not after {at}"));
                format!("{name} waits for time{since}: until {until}, {why}{latest}")
            }
            Cause::Late(r, at) => format!(
                "waits for {}{since}: {name} ({act}) had to begin by {} and is not begun any more; to begin it all \
                 the same: keyroll confirm {name} --as {} --late --because \"...\"",
                role(*r),
                to_the_second(*at),
                role(*r)
            ),
        }
    }
}

/// Everything that a run waits for at a moment. A step that waits for another step is not in it.
#[must_use]
pub fn waits(checked: &Checked, casting: &Casting, state: &State, now: Timestamp) -> Vec<Wait> {
    let plan = checked.plan();
    let mut found = Vec::new();
    if state.left {
        return found;
    }
    let queue = Queue::of(checked, casting, state, now);
    for step in plan.steps.ids() {
        found.extend(receipts(checked, casting, state, step));
        let progress = &state.steps[step];
        if progress.status == Status::Proposed {
            if let Some((_, role)) = plan.proposal(step)
                && let Some(held) = of_role(plan, state, &plan.landscape.roles[role], now)
            {
                let cause = Cause::Due(held.reason());
                found.push(Wait { step, cause, since: progress.begun, until: Some(held.until), due: None });
            } else if let Some((window, role)) =
                plan.proposal(step).filter(|(_, r)| !casting.role(*r).automatic)
            {
                let cause = Cause::Answer(role, state.windows[window]);
                found.push(Wait { step, cause, since: progress.begun, until: None, due: None });
            }
            continue;
        }
        let mut blocking = barred_at(checked, state, step, now);
        let role = plan.steps[step].role.value;
        if let [Blocker::Late(at)] = blocking.as_slice() {
            found.push(Wait {
                step,
                cause: Cause::Late(role, *at),
                since: Some(*at),
                until: None,
                due: None,
            });
            continue;
        }
        // What it waits for comes first, however late it is.
        blocking.retain(|blocker| !matches!(blocker, Blocker::Late(_)));
        let open = lacking(checked, state, step) > 0 && progress.status != Status::Begun;
        let held = if blocking.is_empty() { casting.held(plan, state, step, now) } else { None };
        if let Some(held) = held.filter(|_| matches!(progress.status, Status::Open | Status::Failed)) {
            let (since, until) = (since(checked, state, step), Some(held.until));
            found.push(Wait { step, cause: Cause::Due(held.why), since, until, due: None });
            continue;
        }
        let turn = queue.holds(step).filter(|_| blocking.is_empty() && progress.status == Status::Open);
        if let Some(why) = turn {
            let since = since(checked, state, step);
            found.push(Wait { step, cause: Cause::Pace(why.to_owned()), since, until: None, due: None });
            continue;
        }
        if blocking.is_empty() && (open || casting.is_by_hand(plan, step)) {
            let people = || Cause::Second(role, progress.people.clone());
            found.push(Wait {
                step,
                cause: if open { people() } else { Cause::Act(role) },
                since: since(checked, state, step),
                until: deadline(checked, state, step).map(|deadline| deadline.at),
                due: None,
            });
        }
        // Only needs and times are left: then it is time that it waits for.
        let only_needs = blocking.iter().all(|b| matches!(b, Blocker::Unmet(_)) || b.until().is_some());
        if !blocking.is_empty() && only_needs {
            found.extend(times(checked, state, step, &blocking));
        }
    }
    found.iter_mut().for_each(|wait| wait.due = due_at(casting, wait, now.max(state.now)));
    found
}

/// When the last thing that a step waited for happened, which may be that its time came.
#[must_use]
pub fn since(checked: &Checked, state: &State, step: StepId) -> Option<Timestamp> {
    last_before(checked, state, step).max(due(checked, state, step))
}

/// When the last step that a step comes after was done.
fn last_before(checked: &Checked, state: &State, step: StepId) -> Option<Timestamp> {
    let before = checked.plan().steps[step].after.iter();
    before.filter_map(|b| state.steps[b.value].ended).max()
}

/// When each step that may begin now came to be so, by the records of the run.
#[must_use]
pub fn ready_since(checked: &Checked, records: &[Record]) -> BTreeMap<StepId, Timestamp> {
    let mut state = State::new(checked);
    let mut ready = BTreeMap::new();
    for record in records {
        let _applied = follow(checked, &mut state, record);
        for step in checked.plan().steps.ids() {
            // It becomes ready between two records when its time comes.
            if state.started && barred_at_any_time(checked, &state, step).is_empty() {
                let now = state.now;
                ready
                    .entry(step)
                    .or_insert_with(|| due(checked, &state, step).map_or(now, |due| now.max(due)));
            } else {
                ready.remove(&step);
            }
        }
    }
    ready
}

fn receipts<'a>(
    checked: &'a Checked,
    casting: &'a Casting,
    state: &'a State,
    step: StepId,
) -> impl Iterator<Item = Wait> + 'a {
    let sent = state.world.is_done(step);
    let open = checked
        .plan()
        .deliveries_of(step)
        .filter(move |(id, role)| sent && !state.world.is_heard(*id) && !casting.role(*role).automatic);
    open.map(move |(_, role)| Wait {
        step,
        cause: Cause::Receipt(role),
        since: state.steps[step].ended,
        until: None,
        due: None,
    })
}

fn times(checked: &Checked, state: &State, step: StepId, blocking: &[Blocker]) -> Vec<Wait> {
    let plan = checked.plan();
    let mut found = Vec::new();
    let since = last_before(checked, state, step);
    // Of several moments the last one counts.
    let last = blocking.iter().filter(|blocker| blocker.until().is_some()).max_by_key(|b| b.until());
    if let Some(blocker) = last {
        let row = &plan.steps[step];
        let why = match blocker {
            Blocker::Waits(number, _) => row
                .extra()
                .waits
                .get(*number)
                .map_or_else(String::new, |waits| waits.sentence(&plan.steps[waits.after].name.value)),
            _ => row.extra().not_before.map_or_else(String::new, |date| date.sentence()),
        };
        found.push(Wait { step, cause: Cause::Due(why), since, until: blocker.until(), due: None });
    }
    for blocker in blocking {
        let Blocker::Unmet(number) = blocker else { continue };
        let Some(need) = plan.steps[step].needs.get(*number) else { continue };
        let what = need.value.sentence(&plan.landscape);
        let until = match need.value.asks() {
            Asks::Drained(flow, key) => state.drained_by(&plan.landscape, flow, key),
            Asks::Open(window) => {
                let agreed = state.world.windows[window] == WindowState::Agreed;
                state.windows[window].filter(|_| agreed).map(|opening| opening.opens)
            }
            Asks::Facts(_) => continue,
        };
        found.push(Wait { step, cause: Cause::Time(shown(&what)), since, until, due: None });
    }
    found
}
