//! One cell: where the acts of one kind with one partner stand.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    action::SpeechKind,
    backend::Outcome,
    run::wait::{Cause, Wait, since, waits},
    source::shown,
    transition::{reasons::reasons, state::Status, unsettled::barred_at},
    world::id::{RoleId, StepId, Table},
};

use super::{Column, Subject, record::Told};

/// Where the acts of one kind with one partner stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Cell {
    /// The column.
    pub column: Column,
    /// Where they stand: of several the first that is not done, or else the last.
    pub state: Condition,
    /// On whose word, where it is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub how: Option<How>,
    /// When it was done, or since when it is so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// For how many whole days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days: Option<i64>,
    /// Until when, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// For whom is waited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waits_for: Option<String>,
    /// Why it is not done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The steps.
    pub steps: Vec<String>,
    /// What the partner was asked before the run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub questions: Vec<String>,
}

/// How it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// It is done.
    Done,
    /// A person is waited for.
    Waits,
    /// A time is waited for: a date, messages under way, a calendar that is closed.
    Held,
    /// Its partner's turn is waited for, by the pace of the site.
    Queued,
    /// Nothing stands in its way: the next `run` does it.
    Due,
    /// It was begun, and its outcome is not known yet.
    Begun,
    /// The last attempt failed.
    Failed,
    /// Its role declined, or the other side said no.
    Declined,
    /// It had to begin by a moment that has passed.
    Late,
    /// Something else comes first.
    Blocked,
    /// It was done, and no fingerprint was compared.
    NotCompared,
    /// The certificate there is another one than was sent: the run is stopped.
    Substituted,
    /// The plan leaves it out with this partner, and accepts what may come of it.
    Waived,
    /// The plan has no such act with this partner.
    Absent,
}

/// On whose word something is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// A person said so.
    Said,
    /// The site said it by itself.
    Sent,
    /// The other side took the message.
    Taken,
    /// A backend did it, and its effect was seen.
    Seen,
    /// A message was signed and verified.
    Tested,
    /// The fingerprint was compared.
    Compared,
}

/// Where a step stands.
#[derive(Clone, Debug)]
pub(super) struct Turn {
    pub(super) state: Condition,
    pub(super) how: Option<How>,
    pub(super) at: Option<Timestamp>,
    pub(super) until: Option<Timestamp>,
    pub(super) waits_for: Option<RoleId>,
    pub(super) why: Option<String>,
}

impl Turn {
    pub(super) const fn of(state: Condition, at: Option<Timestamp>) -> Self {
        Self { state, how: None, at, until: None, waits_for: None, why: None }
    }

    pub(super) fn because(self, why: impl Into<String>) -> Self {
        Self { why: Some(why.into()), ..self }
    }
}

/// Where all steps stand.
pub(super) struct Turns<'a> {
    subject: Subject<'a>,
    pub(super) told: Told,
    turns: Table<StepId, Turn>,
}

impl<'a> Turns<'a> {
    /// At the moment of the subject.
    pub(super) fn of(subject: Subject<'a>) -> Self {
        let Subject { checked, casting, state, records, now, .. } = subject;
        let plan = checked.plan();
        let told = Told::of(plan, records);
        let mut first: Table<StepId, Option<Wait>> = Table::like(&plan.steps, None);
        if state.started {
            for wait in waits(checked, casting, state, now) {
                let mine = &mut first[wait.step];
                if !matches!(wait.cause, Cause::Receipt(_)) && mine.is_none() {
                    *mine = Some(wait);
                }
            }
        }
        let turns = plan.steps.ids().map(|step| turn(&subject, &told, step, first[step].as_ref())).collect();
        Self { subject, told, turns }
    }

    /// Where a step stands, as far as a partner is concerned.
    pub(super) fn with(&self, role: RoleId, step: StepId, column: Column) -> Turn {
        let Subject { checked, state, .. } = self.subject;
        let (plan, turn) = (checked.plan(), &self.turns[step]);
        let row = &plan.steps[step];
        let Some(speech) = row.speech.as_ref().filter(|speech| speech.to.contains(&role)) else {
            return turn.clone();
        };
        if let SpeechKind::Proposal(_) = speech.kind {
            let is_proposed = matches!(state.steps[step].status, Status::Proposed | Status::Done(_));
            return match column {
                Column::Asked if is_proposed => {
                    let how = Some(How::Sent);
                    Turn { how, ..Turn::of(Condition::Done, state.steps[step].begun) }
                }
                Column::Answered if !is_proposed && turn.state != Condition::Declined => {
                    Turn::of(Condition::Blocked, None).because("it is not asked yet")
                }
                _ => turn.clone(),
            };
        }
        if turn.state != Condition::Done {
            return turn.clone();
        }
        let unheard = plan.deliveries_of(step).any(|(id, to)| to == role && !state.world.is_heard(id));
        if unheard {
            let turn = Turn { waits_for: Some(role), ..Turn::of(Condition::Waits, turn.at) };
            return turn.because("it was sent and is not taken yet");
        }
        Turn { how: Some(How::Taken), at: self.told.taken(step, role).or(turn.at), ..turn.clone() }
    }

    /// The cell of a partner, from its steps.
    pub(super) fn cell(&self, role: RoleId, column: Column, steps: &[StepId]) -> Cell {
        let turns: Vec<Turn> = steps.iter().map(|step| self.with(role, *step, column)).collect();
        let open = turns.iter().position(|turn| turn.state != Condition::Done);
        let turn = match open {
            Some(open) => turns.get(open).cloned(),
            // All are done when the last one is, and on no better word than the weakest.
            None => turns
                .iter()
                .max_by_key(|turn| turn.at)
                .map(|last| Turn { how: turns.iter().filter_map(|turn| turn.how).min(), ..last.clone() }),
        };
        self.as_cell(column, turn.unwrap_or_else(|| Turn::of(Condition::Absent, None)), steps)
    }

    /// A cell that says this.
    pub(super) fn as_cell(&self, column: Column, turn: Turn, steps: &[StepId]) -> Cell {
        let plan = self.subject.checked.plan();
        let open =
            [Condition::Waits, Condition::Failed, Condition::Declined, Condition::Late, Condition::Begun];
        Cell {
            column,
            state: turn.state,
            how: turn.how,
            days: turn.at.filter(|_| open.contains(&turn.state)).map(|at| days(at, self.subject.now)),
            at: turn.at,
            until: turn.until,
            waits_for: turn.waits_for.map(|role| plan.landscape.roles[role].clone()),
            why: turn.why,
            steps: steps.iter().map(|step| plan.steps[*step].name.value.clone()).collect(),
            questions: Vec::new(),
        }
    }
}

/// How many whole days lie between two moments.
pub(super) fn days(from: Timestamp, to: Timestamp) -> i64 {
    to.duration_since(from).as_hours() / 24
}

fn turn(subject: &Subject<'_>, told: &Told, step: StepId, wait: Option<&Wait>) -> Turn {
    let Subject { checked, state, now, .. } = *subject;
    let progress = &state.steps[step];
    let cause = || progress.cause.as_deref().map(shown).unwrap_or_default();
    match progress.status {
        Status::Done(outcome) => {
            let how = told.how(step).or((outcome == Outcome::AlreadySo).then_some(How::Seen));
            return Turn { how, ..Turn::of(Condition::Done, progress.ended) };
        }
        Status::Begun => return Turn::of(Condition::Begun, progress.begun),
        Status::Failed => return Turn::of(Condition::Failed, progress.begun).because(cause()),
        Status::Declined => return Turn::of(Condition::Declined, progress.begun).because(cause()),
        Status::Proposed | Status::Open => {}
    }
    if !state.started {
        return Turn::of(Condition::Blocked, None).because("the run has not begun");
    }
    if let Some(wait) = wait {
        let of =
            |state| Turn { until: wait.until, waits_for: wait.cause.role(), ..Turn::of(state, wait.since) };
        return match &wait.cause {
            Cause::Time(why) | Cause::Due(why) => of(Condition::Held).because(why.clone()),
            Cause::Pace(why) => of(Condition::Queued).because(why.clone()),
            Cause::Late(..) => of(Condition::Late),
            Cause::Act(_) | Cause::Answer(..) | Cause::Receipt(_) => of(Condition::Waits),
            Cause::Second(_, people) if people.is_empty() => {
                of(Condition::Waits).because("two people confirm it")
            }
            Cause::Second(_, people) => of(Condition::Waits)
                .because(format!("another person than {} confirms it", shown(&people.join(", ")))),
        };
    }
    let blocking = barred_at(checked, state, step, now);
    match blocking.first() {
        None => Turn::of(Condition::Due, since(checked, state, step)),
        Some(first) => {
            let why = reasons(checked, step, std::slice::from_ref(first));
            Turn::of(Condition::Blocked, None).because(shown(&why))
        }
    }
}
