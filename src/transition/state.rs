//! Where a run stands.

use std::collections::BTreeMap;

use jiff::Timestamp;
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
    /// When a flow stopped signing with a key.
    pub stopped: BTreeMap<(ChannelId, KeyId), Timestamp>,
    /// What was seen to break a promise.
    pub broken: Vec<String>,
    /// The time of the last event; time does not run backwards within a run.
    pub now: Timestamp,
}

/// Where a step stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
}

/// The statuses that events give to a step. Whether an open step is blocked, ready or waits follows
/// from the world.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
        }
    }

    /// When the last message that a flow signed with a key has arrived at the latest; nothing when
    /// it never stopped to sign with it, or when that moment lies outside of the calendar.
    #[must_use]
    pub fn drained_by(&self, landscape: &Landscape, flow: ChannelId, key: KeyId) -> Option<Timestamp> {
        let stopped = self.stopped.get(&(flow, key))?;
        stopped.checked_add(landscape.transit(flow)).ok()
    }

    /// Whether every step is done.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.steps.rows().all(|step| matches!(step.status, Status::Done(_)))
    }
}
