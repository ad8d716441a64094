//! What became of the messages of one key.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::bins::{Bins, Level};

/// How many different reasons are kept apart; later ones count under [`OTHER`].
pub const REASON_LIMIT: usize = 40;

/// The longest reason that is kept, in characters.
pub const REASON_LENGTH: usize = 300;

/// Where keys and reasons are counted that are too many to keep apart.
pub const OTHER: &str = "other";

/// One thing that can become of a message: how often, when first, when last, and over time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// How often.
    pub count: u64,
    /// When first.
    pub first: Option<Timestamp>,
    /// When last.
    pub last: Option<Timestamp>,
    /// How often in each bin.
    pub series: Bins<u64>,
}

impl Tally {
    const fn new(origin: Timestamp) -> Self {
        Self { count: 0, first: None, last: None, series: Bins::new(origin) }
    }

    fn record(&mut self, at: Timestamp) {
        self.count = self.count.saturating_add(1);
        self.first = Some(self.first.map_or(at, |first| first.min(at)));
        self.last = Some(self.last.map_or(at, |last| last.max(at)));
        self.series.record(at, 1);
    }
}

/// The messages that were stamped with one key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyTraffic {
    /// What the plan calls the key; another name for one that it does not know.
    pub key: String,
    /// Messages that left.
    pub sent: Tally,
    /// Messages that arrived and were accepted.
    pub accepted: Tally,
    /// Messages that arrived and were rejected.
    pub rejected: Tally,
    /// Why, and how often.
    pub reasons: BTreeMap<String, u64>,
    /// How many were under way.
    pub under_way: Bins<Option<Level>>,
}

impl KeyTraffic {
    /// No messages yet.
    #[must_use]
    pub fn new(key: &str, origin: Timestamp) -> Self {
        Self {
            key: key.to_owned(),
            sent: Tally::new(origin),
            accepted: Tally::new(origin),
            rejected: Tally::new(origin),
            reasons: BTreeMap::new(),
            under_way: Bins::new(origin),
        }
    }

    /// A message left.
    pub fn record_sent(&mut self, at: Timestamp) {
        self.sent.record(at);
        self.record_level(at);
    }

    /// A message arrived and was judged: accepted, or rejected for a reason.
    pub fn record_judged(&mut self, at: Timestamp, judged: Result<(), &str>) {
        match judged {
            Ok(()) => self.accepted.record(at),
            Err(reason) => {
                self.rejected.record(at);
                self.count_reason(reason);
            }
        }
        self.record_level(at);
    }

    /// How many left and have not been judged yet.
    #[must_use]
    pub fn waiting(&self) -> u64 {
        self.sent.count.saturating_sub(self.accepted.count).saturating_sub(self.rejected.count)
    }

    fn record_level(&mut self, at: Timestamp) {
        let now = self.waiting();
        self.under_way.record(at, Some(Level { highest: now, last: now }));
    }

    fn count_reason(&mut self, reason: &str) {
        let reason: String = reason.chars().take(REASON_LENGTH).collect();
        let known = self.reasons.contains_key(&reason) || self.reasons.len() < REASON_LIMIT;
        *self.reasons.entry(if known { reason } else { OTHER.to_owned() }).or_default() += 1;
    }
}
