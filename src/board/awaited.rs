//! What waits for several partners: for how many of them it is possible, whom it waits for, and why.

use std::collections::BTreeSet;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    run::time::to_the_second,
    source::shown,
    world::{
        effect::Effect,
        id::{RoleId, StepId},
    },
};

use super::{
    Column, Condition, Subject,
    cell::{Turns, days},
    column::Grid,
    latest::{Latest, latest},
    partner::{Roster, Row},
    words::listed,
};

/// An exchange, or another step that comes after acts of several partners.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Awaited {
    /// What waits: `exchange`, or the name of the step.
    pub what: String,
    /// The steps.
    pub steps: Vec<String>,
    /// Whether all of them are done.
    pub done: bool,
    /// For how many partners it is possible, or done.
    pub possible: usize,
    /// Of how many.
    pub of: usize,
    /// Who is waited for.
    pub blocked: Vec<Blocking>,
    /// Until when it may begin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latest: Option<Latest>,
}

/// A partner for whom it is not possible yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Blocking {
    /// The partner, as its row is called.
    pub partner: String,
    /// Why.
    pub because: Because,
    /// Since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// For how many whole days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days: Option<i64>,
    /// Until when, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// The step that is not done.
    pub step: String,
    /// Why not, where more is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The same in words.
    pub sentence: String,
}

/// Why it is not possible with a partner yet; what weighs most comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    /// A calendar that the partner keeps to is closed.
    Freeze,
    /// An attempt failed.
    Failed,
    /// Somebody declined.
    Declined,
    /// A deadline has passed.
    Late,
    /// The partner was asked, or has its turn, and has said nothing since.
    Silent,
    /// Somebody else than the partner has the turn.
    Other,
    /// A time is waited for.
    Time,
    /// The turn of the partner has not come, by the pace of the site.
    Pace,
    /// A step was begun, and its outcome is not known yet.
    Begun,
    /// The next `run` does it.
    Due,
    /// Its turn has not come.
    Turn,
}

/// What the plan waits for with several partners, the exchange first.
pub(super) fn awaited(
    subject: &Subject<'_>,
    turns: &Turns<'_>,
    roster: &Roster,
    grid: &Grid,
) -> Vec<Awaited> {
    let checked = subject.checked;
    let plan = checked.plan();
    let is_exchange = |step: &StepId| {
        plan.steps[*step]
            .action
            .value
            .effects()
            .iter()
            .any(|effect| matches!(effect, Effect::Exchange { .. }))
    };
    let exchanges: Vec<StepId> = plan.steps.ids().filter(is_exchange).collect();
    let gathering = Gathering { subject, turns, roster, grid };
    let mut found = Vec::new();
    if !exchanges.is_empty() {
        found.extend(gathering.of("exchange".to_owned(), &exchanges));
    }
    let partner_of = |step: StepId| {
        let role = plan.steps[step].role.value;
        (!roster.of_role(role).is_empty()).then_some(role)
    };
    for step in plan.steps.ids().filter(|step| !is_exchange(step) && !subject.state.world.is_done(*step)) {
        let row = &plan.steps[step];
        let before: BTreeSet<RoleId> =
            row.after.iter().filter_map(|before| partner_of(before.value)).collect();
        if before.len() > 1 {
            let one = gathering.of(row.name.value.clone(), &[step]);
            // What nobody's turn has come for is not waited for yet.
            found.extend(one.filter(|one| {
                one.possible > 0 || one.blocked.iter().any(|blocking| blocking.because != Because::Turn)
            }));
        }
    }
    found
}

struct Gathering<'a> {
    subject: &'a Subject<'a>,
    turns: &'a Turns<'a>,
    roster: &'a Roster,
    grid: &'a Grid,
}

impl Gathering<'_> {
    /// How far it is with steps of one kind; nothing where no partner has to do with them.
    fn of(&self, what: String, steps: &[StepId]) -> Option<Awaited> {
        let Subject { checked, state, .. } = *self.subject;
        let (plan, order) = (checked.plan(), checked.order());
        let (mut of, mut blocked) = (0, Vec::new());
        for (row, cells) in self.roster.rows.iter().zip(self.grid) {
            let own: Vec<StepId> = cells
                .get(Column::Exchanged.place())
                .into_iter()
                .flatten()
                .copied()
                .filter(|s| steps.contains(s))
                .collect();
            let meant = if own.is_empty() { steps } else { &own };
            let mut before: Vec<(StepId, Column)> = Column::ALL
                .into_iter()
                .zip(cells)
                .flat_map(|(column, cell)| cell.iter().map(move |step| (*step, column)))
                .filter(|(step, _)| meant.iter().any(|one| order.is_before(*step, *one)))
                .collect();
            if before.is_empty() && own.is_empty() {
                continue;
            }
            of += 1;
            if meant.iter().all(|step| state.world.is_done(*step)) {
                continue;
            }
            if before.iter().all(|(step, _)| state.world.is_done(*step)) {
                continue;
            }
            // What was sent and is not taken is done, and its partner has the turn all the same.
            let is_open = |step, column| self.turns.with(row.role, step, column).state != Condition::Done;
            before.retain(|(step, column)| is_open(*step, *column));
            before.sort_by_key(|(step, _)| order.position(*step));
            blocked.extend(self.why(row, &before));
        }
        if of == 0 {
            return None;
        }
        let open = steps.iter().copied().filter(|step| !state.world.is_done(*step));
        let first = open.min_by_key(|step| order.position(*step));
        Some(Awaited {
            what,
            steps: steps.iter().map(|step| plan.steps[*step].name.value.clone()).collect(),
            done: first.is_none(),
            possible: of - blocked.len(),
            of,
            blocked,
            latest: first.map(|first| latest(self.subject, first)),
        })
    }

    /// What weighs most among what is not done with a partner; nothing where all is done.
    fn why(&self, row: &Row, open: &[(StepId, Column)]) -> Option<Blocking> {
        let reasons = open.iter().map(|(step, column)| self.reason(row, *step, *column));
        reasons.min_by_key(|blocking| blocking.because)
    }

    fn reason(&self, row: &Row, step: StepId, column: Column) -> Blocking {
        let Subject { checked, casting, state, now, .. } = *self.subject;
        let plan = checked.plan();
        let own = &plan.steps[step];
        let turn = self.turns.with(row.role, step, column);
        let blocking =
            |because, since: Option<Timestamp>, until: Option<Timestamp>, sentence: String| Blocking {
                partner: row.name(plan),
                because,
                since,
                days: since.map(|since| days(since, now)),
                until,
                step: own.name.value.clone(),
                why: turn.why.clone(),
                sentence,
            };
        let frozen = Some(()).filter(|()| own.role.value == row.role && state.started);
        if let Some(held) = frozen.and_then(|()| casting.held(plan, state, step, now)) {
            let sentence = format!("freeze until {}", to_the_second(held.until));
            let found = blocking(Because::Freeze, None, Some(held.until), sentence);
            return Blocking { why: Some(held.why), ..found };
        }
        let why = turn.why.clone().unwrap_or_default();
        let lasts = |at: Option<Timestamp>| at.map(|at| lasted(days(at, now))).unwrap_or_default();
        match turn.state {
            Condition::Failed => blocking(Because::Failed, turn.at, None, format!("failed: {why}")),
            Condition::Declined => blocking(Because::Declined, turn.at, None, format!("declined: {why}")),
            Condition::Late => blocking(
                Because::Late,
                turn.at,
                None,
                format!("late{}: `{}`", lasts(turn.at), shown(&own.name.value)),
            ),
            Condition::Waits if turn.waits_for == Some(row.role) => {
                let since = turn.at.max(self.turns.told.last_act(row.role));
                blocking(Because::Silent, since, turn.until, format!("silent{}", lasts(since)))
            }
            Condition::Waits => {
                let role = turn.waits_for.map(|role| shown(&plan.landscape.roles[role])).unwrap_or_default();
                blocking(
                    Because::Other,
                    turn.at,
                    turn.until,
                    format!("{role} has the turn{}", lasts(turn.at)),
                )
            }
            Condition::Held => {
                let until = turn.until.map(|at| format!(" until {}", to_the_second(at))).unwrap_or_default();
                blocking(Because::Time, turn.at, turn.until, format!("waits{until}: {why}"))
            }
            Condition::Queued => blocking(Because::Pace, turn.at, None, format!("waits for its turn: {why}")),
            Condition::Begun => {
                blocking(Because::Begun, turn.at, None, format!("`{}` was begun", shown(&own.name.value)))
            }
            Condition::Due => blocking(Because::Due, turn.at, None, "due at the next run".to_owned()),
            Condition::Done
            | Condition::Blocked
            | Condition::NotCompared
            | Condition::Substituted
            | Condition::Waived
            | Condition::Absent => {
                blocking(Because::Turn, None, None, format!("its turn has not come: {why}"))
            }
        }
    }
}

/// For how long: nothing is said of less than a day.
fn lasted(days: i64) -> String {
    match days {
        0 => " since today".to_owned(),
        1 => " 1 day".to_owned(),
        days => format!(" {days} days"),
    }
}

impl Awaited {
    /// In a sentence, which names so many of those who are waited for.
    #[must_use]
    pub fn sentence(&self, most: usize) -> String {
        let what =
            if self.what == "exchange" { self.what.clone() } else { format!("`{}`", shown(&self.what)) };
        if self.done {
            return format!("{what} done with {} of {}", self.of, self.of);
        }
        let mut parts = vec![format!("{what} possible for {} of {}", self.possible, self.of)];
        let mut named: Vec<&Blocking> = self.blocked.iter().collect();
        // Who could act comes before who may not.
        let is_frozen = |blocking: &Blocking| blocking.because == Because::Freeze;
        named.sort_by_key(|one| (is_frozen(one), one.because, one.since, one.until));
        if !named.is_empty() {
            let more = named.len().saturating_sub(most);
            let mut told: Vec<String> = named
                .iter()
                .take(most)
                .map(|blocking| format!("{} ({})", shown(&blocking.partner), blocking.sentence))
                .collect();
            if more > 0 {
                told.push(format!("{more} more"));
            }
            parts.push(format!("blocked by {}", listed(&told)));
        }
        parts.extend(self.latest.as_ref().map(Latest::sentence));
        parts.join("; ")
    }
}
