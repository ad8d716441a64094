//! What happened in a rehearsal or a run, and when: the data of its report.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use super::interval::{self, Interval};
use super::traffic::{KeyTraffic, OTHER};

/// How many keys are kept apart; messages of further ones count under [`OTHER`].
pub const KEY_LIMIT: usize = 8;

/// Whether the world was a sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A sandbox in which every role is played and time is compressed.
    Rehearsal,
    /// The bound site.
    Run,
}

/// What a plan says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PlanFacts {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// The document that it follows, where it names one.
    pub document: Option<String>,
}

/// What was known of the plan before it began.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Whether the plan was proved.
    pub proved: bool,
    /// What was proved; or why it was not.
    pub lines: Vec<String>,
    /// What the proof takes for granted.
    pub assumptions: Vec<String>,
    /// The hazards that the plan accepts, with its reasons.
    pub waived: Vec<String>,
}

/// A party of the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Role {
    /// What the plan calls it.
    pub name: String,
    /// What people call it.
    pub title: String,
}

/// How far a step came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepStatus {
    /// It was carried out.
    Done,
    /// Nothing was left to do.
    AlreadySo,
    /// It was tried without success.
    Failed,
    /// It waits for a person, a time or an observation.
    Waiting,
    /// It was never begun.
    NotTried,
}

impl StepStatus {
    /// Whether nothing is left to do.
    #[must_use]
    pub const fn is_done(self) -> bool {
        matches!(self, Self::Done | Self::AlreadySo)
    }
}

/// One step of the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What the plan calls it.
    pub name: String,
    /// The name of its role.
    pub role: String,
    /// What it does, in one sentence.
    pub sentence: String,
    /// How far it came.
    pub status: StepStatus,
    /// Why it failed, or for whom or what it waits.
    pub note: Option<String>,
    /// When it was begun.
    pub began: Option<Timestamp>,
    /// When it was done.
    pub done: Option<Timestamp>,
}

/// A message from one role to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The step that sent it.
    pub step: String,
    /// The role that received it.
    pub to: String,
    /// When.
    pub at: Timestamp,
}

/// Why no message could leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// The flow was not deployed.
    Undeployed,
    /// The flow was deployed and an alias that it names named no key.
    AliasUnresolved,
}

/// A time in which no message could leave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Interruption {
    /// When it began.
    pub from: Timestamp,
    /// When it ended, unless it lasts.
    pub to: Option<Timestamp>,
    /// Why.
    pub cause: Cause,
}

/// An agreed time in which the flow may be interrupted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Window {
    /// What the plan calls it.
    pub name: String,
    /// How long it may last.
    pub agreed: Duration,
    /// When it was opened.
    pub opened: Option<Timestamp>,
    /// When it was closed.
    pub closed: Option<Timestamp>,
}

/// A promise of the plan, and whether the world kept it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Promise {
    /// The promise in the words of the plan.
    pub sentence: String,
    /// Whether it was kept.
    pub kept: bool,
    /// Whether it speaks of facts, and not of what happens to a flow.
    #[serde(skip)]
    pub stated: bool,
}

/// One thing that is so at the end: an alias that names a key, a key that a receiver accepts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Held {
    /// Where, as in `tenant[orders-signer]` or `partner accepts`.
    pub place: String,
    /// What the plan calls the key; empty for one that it does not name.
    pub key: String,
    /// The fingerprint of its certificate, shortened.
    pub fingerprint: String,
}

/// The numbers that a summary gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// Messages that left.
    pub sent: u64,
    /// Messages that were accepted.
    pub accepted: u64,
    /// Messages that were rejected.
    pub rejected: u64,
    /// Messages that had left and were not judged at the end.
    pub under_way: u64,
    /// For how long no message could leave, in milliseconds.
    pub interrupted_ms: u64,
    /// How much of that lay in no agreed window, in milliseconds.
    pub outside_ms: u64,
}

/// Everything that a report tells. Times are on the clock of the rehearsal or run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Timeline {
    /// The id of the run.
    pub run: String,
    /// Whether this was a sandbox.
    pub kind: Kind,
    /// The plan.
    pub plan: PlanFacts,
    /// What was known of it before.
    pub verdict: Verdict,
    /// What its world was made of, where that is the likeness of a site.
    pub rebuilt: Vec<String>,
    /// The roles, in the order of the plan.
    pub roles: Vec<Role>,
    /// The steps, in the order of the plan.
    pub steps: Vec<Step>,
    /// What the roles told each other.
    pub reports: Vec<Report>,
    /// When no message could leave.
    pub interruptions: Vec<Interruption>,
    /// The agreed windows.
    pub windows: Vec<Window>,
    /// The promises of the plan.
    pub promises: Vec<Promise>,
    /// Whether the plan accepts that messages are rejected, with a reason.
    pub rejections_waived: bool,
    /// Whether the author accepts interruptions of every flow.
    pub interruptions_waived: bool,
    /// The world at the end.
    pub world: Vec<Held>,
    /// How many records the journal holds.
    pub records: u64,
    /// How long it took on the wall clock.
    pub wall: Duration,
    /// How many times faster than the wall clock its clock ran.
    pub compression: f64,
    /// When it ended.
    pub ended: Timestamp,
    began: Timestamp,
    keys: Vec<KeyTraffic>,
}

impl Timeline {
    /// A timeline on which nothing has happened yet.
    #[must_use]
    pub fn new(run: impl Into<String>, kind: Kind, plan: PlanFacts, began: Timestamp) -> Self {
        Self {
            run: run.into(),
            kind,
            plan,
            verdict: Verdict::default(),
            rebuilt: Vec::new(),
            roles: Vec::new(),
            steps: Vec::new(),
            reports: Vec::new(),
            interruptions: Vec::new(),
            windows: Vec::new(),
            promises: Vec::new(),
            rejections_waived: false,
            interruptions_waived: false,
            world: Vec::new(),
            records: 0,
            wall: Duration::ZERO,
            compression: 1.0,
            ended: began,
            began,
            keys: Vec::new(),
        }
    }

    /// Gives a key its place in the order of the plan before its first message.
    pub fn declare_key(&mut self, key: &str) {
        self.key(key);
    }

    /// A message stamped with this key left.
    pub fn record_sent(&mut self, at: Timestamp, key: &str) {
        if let Some(traffic) = self.key(key) {
            traffic.record_sent(at);
        }
    }

    /// A message stamped with this key arrived and was accepted, or rejected for this reason.
    pub fn record_judged(&mut self, at: Timestamp, key: &str, judged: Result<(), &str>) {
        if let Some(traffic) = self.key(key) {
            traffic.record_judged(at, judged);
        }
    }

    /// When it began.
    #[must_use]
    pub const fn began(&self) -> Timestamp {
        self.began
    }

    /// The messages by key, in the order of the plan.
    #[must_use]
    pub fn keys(&self) -> &[KeyTraffic] {
        &self.keys
    }

    /// From the beginning to the last thing that happened.
    #[must_use]
    pub fn extent(&self) -> Interval {
        let messages = self.keys.iter().flat_map(|k| [k.sent.last, k.accepted.last, k.rejected.last]);
        let steps = self.steps.iter().flat_map(|s| [s.began, s.done]);
        let stops = self.interruptions.iter().flat_map(|i| [Some(i.from), i.to]);
        let windows = self.windows.iter().flat_map(|w| [w.opened, w.closed]);
        let reports = self.reports.iter().map(|r| Some(r.at));
        let times = messages.chain(steps).chain(stops).chain(windows).chain(reports).flatten();
        Interval { from: self.began, to: times.fold(self.ended.max(self.began), Timestamp::max) }
    }

    /// When no message could leave, each moment once.
    #[must_use]
    pub fn interrupted(&self) -> Vec<Interval> {
        let end = self.extent().to;
        let all = self.interruptions.iter();
        interval::joined(all.map(|i| Interval { from: i.from, to: i.to.unwrap_or(end) }).collect())
    }

    /// When messages may be held back: each window from its opening on, as long as agreed.
    #[must_use]
    pub fn allowed(&self) -> Vec<Interval> {
        let end = self.extent().to;
        let allowed = |window: &Window| {
            let from = window.opened?;
            let limit = from.saturating_add(window.agreed).unwrap_or(Timestamp::MAX);
            Some(Interval { from, to: window.closed.unwrap_or(end).min(limit) })
        };
        interval::joined(self.windows.iter().filter_map(allowed).collect())
    }

    /// The numbers of the summary.
    #[must_use]
    pub fn figures(&self) -> Figures {
        let sum = |count: fn(&KeyTraffic) -> u64| self.keys.iter().map(count).sum();
        let interrupted = self.interrupted();
        Figures {
            sent: sum(|k| k.sent.count),
            accepted: sum(|k| k.accepted.count),
            rejected: sum(|k| k.rejected.count),
            under_way: sum(KeyTraffic::waiting),
            interrupted_ms: interrupted.iter().map(|i| i.length_ms()).sum(),
            outside_ms: interval::outside_ms(&interrupted, &self.allowed()),
        }
    }

    /// The traffic of a key; a new one while there is room, then the one of all others.
    fn key(&mut self, label: &str) -> Option<&mut KeyTraffic> {
        let known = |keys: &[KeyTraffic], label: &str| keys.iter().position(|k| k.key == label);
        let index = match known(&self.keys, label) {
            Some(index) => index,
            None => {
                let label = if self.keys.len() + 1 < KEY_LIMIT { label } else { OTHER };
                known(&self.keys, label).unwrap_or_else(|| {
                    self.keys.push(KeyTraffic::new(label, self.began));
                    self.keys.len() - 1
                })
            }
        };
        self.keys.get_mut(index)
    }
}
