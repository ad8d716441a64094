//! Where a run stands.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    backend::Outcome,
    check::Checked,
    world::{
        id::{ChannelId, KeyId, StepId, Table, WindowId},
        landscape::Landscape,
        state::World,
    },
};

use super::{compared::Substituted, pause::Pause, waived::Waived};

/// Where a run stands: a fold of its events.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// Whether the run has begun.
    pub started: bool,
    /// The world as recorded.
    pub world: World,
    /// Where each step stands.
    pub steps: Table<StepId, Progress>,
    /// The certificates that are pinned, as PEM.
    pub certificates: BTreeMap<KeyId, String>,
    /// When each window opens and closes, once it is proposed.
    pub windows: Table<WindowId, Option<Opening>>,
    /// From when on a flow signs nothing with a key any more, at the latest: it was stopped then, or its
    /// runtime may keep the key no longer.
    pub stopped: BTreeMap<(ChannelId, KeyId), Timestamp>,
    /// What was seen to break a promise.
    pub broken: Vec<String>,
    /// The time of the last event; time does not run backwards within a run.
    pub now: Timestamp,
    /// Whether the run has left this plan.
    pub left: bool,
    /// Until when it stands still, and for whom: those that are over are kept too.
    pub pauses: Vec<Pause>,
    /// The partners that it goes on without.
    pub waived: Vec<Waived>,
    /// The certificates that are other ones than the run knows, and that nobody has seen to yet.
    pub substituted: Vec<Substituted>,
}

/// Where a step stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Progress {
    /// Its status.
    pub status: Status,
    /// How often it was begun (or proposed).
    pub attempts: u32,
    /// When it was begun last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun: Option<Timestamp>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Timestamp>,
    /// Why it failed or was declined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// Who stands behind it, where two people do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<String>,
    /// Why it begins although its deadline has passed, where a person has said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun_late: Option<String>,
    /// When the fingerprint of the certificate that comes to be accepted was compared, where it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compared: Option<Timestamp>,
}

/// The statuses that events give to a step. Whether an open step is blocked, ready or waits follows
/// from the world.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Not begun.
    #[default]
    Open,
    /// Begun; whether it took effect is not known yet.
    Begun,
    /// Proposed to the other side, not answered.
    Proposed,
    /// Done.
    Done(Outcome),
    /// The last attempt failed.
    Failed,
    /// Its role declined, or the other side said no.
    Declined,
}

/// When a window opens and closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Opening {
    /// First moment.
    pub opens: Timestamp,
    /// Last moment; nothing when the plan does not say how long it may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closes: Option<Timestamp>,
}

impl State {
    /// A run that has not begun.
    #[must_use]
    pub fn new(checked: &Checked) -> Self {
        let plan = checked.plan();
        Self {
            started: false,
            world: plan.start.clone(),
            steps: Table::like(&plan.steps, Progress::default()),
            certificates: BTreeMap::new(),
            windows: Table::like(&plan.landscape.windows, None),
            stopped: BTreeMap::new(),
            broken: Vec::new(),
            now: Timestamp::UNIX_EPOCH,
            left: false,
            pauses: Vec::new(),
            waived: Vec::new(),
            substituted: Vec::new(),
        }
    }

    /// When the last message that a flow signed with a key has arrived at the latest; nothing when
    /// it never stopped to sign with it, or when that moment lies outside of the calendar.
    #[must_use]
    pub fn drained_by(&self, landscape: &Landscape, flow: ChannelId, key: KeyId) -> Option<Timestamp> {
        let stopped = self.stopped.get(&(flow, key))?;
        stopped.checked_add(landscape.transit(flow)).ok()
    }

    /// What each flow signs with now.
    pub(super) fn stamps(&self, landscape: &Landscape) -> Vec<Option<KeyId>> {
        landscape.channels.ids().map(|flow| self.world.stamp(landscape, flow)).collect()
    }

    /// Notes from when on each flow signs no more with what it signed with before.
    pub(super) fn note_stops(&mut self, landscape: &Landscape, before: &[Option<KeyId>]) {
        let is = self.stamps(landscape);
        for ((flow, was), is) in landscape.channels.ids().zip(before).zip(is) {
            if let Some(key) = was.filter(|_| *was != is) {
                let kept = self.now.saturating_add(landscape.channels[flow].cache);
                self.stopped.insert((flow, key), kept.unwrap_or(Timestamp::MAX));
            }
        }
        // A runtime that is stopped keeps nothing.
        for ((flow, _), until) in &mut self.stopped {
            if !self.world.running[*flow] {
                *until = self.now.min(*until);
            }
        }
    }

    /// Whether the runtime of a flow may still keep a key in use that its alias names no more.
    #[must_use]
    pub fn may_keep(&self, flow: ChannelId, key: KeyId, now: Timestamp) -> bool {
        self.stopped.get(&(flow, key)).is_some_and(|stopped| now < *stopped)
    }

    /// Whether nothing more is to come under this plan: every step is done, or the run has left it.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.left || self.is_finished()
    }

    /// Whether every step is done.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.steps.rows().all(|step| matches!(step.status, Status::Done(_)))
    }
}
