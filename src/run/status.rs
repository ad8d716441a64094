//! Where each step of a run stands, in one word and one sentence.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    backend::Outcome,
    check::Checked,
    source::shown,
    transition::{
        late::deadline,
        reasons::reasons,
        state::{Progress, State, Status},
        unsettled::barred_at,
    },
    world::id::StepId,
};

use super::{
    casting::Casting,
    wait::{Cause, Wait, waits},
};

/// The life of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    /// Other steps come first.
    Blocked,
    /// It may begin.
    Ready,
    /// It was begun, and its outcome is not known yet.
    Begun,
    /// It waits for a person, a time or an observation.
    Waiting,
    /// It is done.
    Done,
    /// It was so already.
    AlreadySo,
    /// The last attempt failed.
    Failed,
    /// Its role declined, or the other side said no.
    Declined,
}

impl Word {
    /// The word for people.
    #[must_use]
    pub const fn shown(self) -> &'static str {
        match self {
            Self::Blocked => "blocked",
            Self::Ready => "ready",
            Self::Begun => "begun",
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::AlreadySo => "already so",
            Self::Failed => "failed",
            Self::Declined => "declined",
        }
    }
}

/// One step as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Standing {
    /// The step.
    pub step: String,
    /// Its role.
    pub role: String,
    /// What it does.
    pub act: String,
    /// Where it stands.
    pub status: Word,
    /// Why it is not done: for whom or what it waits, or what went wrong; of a step that was begun after its
    /// deadline, why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// The last second in which it may begin, where its plan says one and it is still to begin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_after: Option<Timestamp>,
    /// When the fingerprint of the certificate that comes to be accepted was compared, where it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compared: Option<Timestamp>,
    /// How often it was tried.
    pub attempts: u32,
}

/// All steps in the order of the plan, at a moment.
#[must_use]
pub fn standings(checked: &Checked, casting: &Casting, state: &State, now: Timestamp) -> Vec<Standing> {
    let mut first: BTreeMap<StepId, Wait> = BTreeMap::new();
    for wait in own_waits(checked, casting, state, now) {
        first.entry(wait.step).or_insert(wait);
    }
    let row = |step| one(checked, (state, now), step, first.get(&step));
    checked.plan().steps.ids().map(row).collect()
}

/// What steps wait for themselves: messages that they have sent are waited for by others.
fn own_waits(
    checked: &Checked,
    casting: &Casting,
    state: &State,
    now: Timestamp,
) -> impl Iterator<Item = Wait> {
    let all = waits(checked, casting, state, now).into_iter();
    all.filter(|wait| !matches!(wait.cause, Cause::Receipt(_)))
}

/// One step.
#[must_use]
pub fn standing(
    checked: &Checked,
    casting: &Casting,
    (state, now): (&State, Timestamp),
    step: StepId,
) -> Standing {
    let mine = own_waits(checked, casting, state, now).find(|wait| wait.step == step);
    one(checked, (state, now), step, mine.as_ref())
}

fn one(checked: &Checked, (state, now): (&State, Timestamp), step: StepId, mine: Option<&Wait>) -> Standing {
    let plan = checked.plan();
    let progress = &state.steps[step];
    let blocking = barred_at(checked, state, step, now);
    let (status, why, since) = match progress.status {
        Status::Done(Outcome::Changed) => (Word::Done, begun_late(progress), progress.ended),
        Status::Done(Outcome::AlreadySo) => (Word::AlreadySo, begun_late(progress), progress.ended),
        Status::Begun => (Word::Begun, Some("its outcome is not known yet".to_owned()), progress.begun),
        Status::Failed => (Word::Failed, progress.cause.clone(), progress.begun),
        Status::Declined => (Word::Declined, progress.cause.clone(), progress.begun),
        Status::Proposed | Status::Open => match mine {
            Some(wait) => (Word::Waiting, Some(wait.sentence(checked)), wait.since),
            None if blocking.is_empty() => (Word::Ready, None, super::wait::since(checked, state, step)),
            None => (Word::Blocked, Some(reasons(checked, step, &blocking)), None),
        },
    };
    Standing {
        step: shown(&plan.steps[step].name.value),
        role: shown(&plan.landscape.roles[plan.steps[step].role.value]),
        act: shown(&plan.sentence(step)),
        status,
        why: why.map(|text| shown(&text)),
        since,
        not_after: deadline(checked, state, step).map(|deadline| deadline.at),
        compared: progress.compared,
        attempts: progress.attempts,
    }
}

/// Why a step was begun although its deadline had passed, where it was.
fn begun_late(progress: &Progress) -> Option<String> {
    progress.begun_late.as_ref().map(|why| format!("begun after its deadline: {why}"))
}
