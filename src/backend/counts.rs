//! How many messages a receiver accepted and rejected, by key.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::world::material::Fingerprint;

/// Messages judged, by the certificate of the key that signed them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// By certificate. For a rejected message it is the certificate that the message claims.
    pub by_key: BTreeMap<Fingerprint, Tally>,
    /// Rejected messages that name no certificate.
    pub unattributed: u64,
}

/// Messages of one key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// How many were accepted.
    pub accepted: u64,
    /// How many were rejected.
    pub rejected: u64,
}

impl Counts {
    /// Counts an accepted message.
    pub fn accepted(&mut self, key: Fingerprint) {
        let tally = self.by_key.entry(key).or_default();
        tally.accepted = tally.accepted.saturating_add(1);
    }

    /// Counts a rejected message under the certificate that it claims.
    pub fn rejected(&mut self, claimed: Option<Fingerprint>) {
        let counter = match claimed {
            Some(key) => &mut self.by_key.entry(key).or_default().rejected,
            None => &mut self.unattributed,
        };
        *counter = counter.saturating_add(1);
    }

    /// The messages of one key.
    #[must_use]
    pub fn of(&self, key: &Fingerprint) -> Tally {
        self.by_key.get(key).copied().unwrap_or_default()
    }

    /// All messages, those that name no certificate included.
    #[must_use]
    pub fn total(&self) -> Tally {
        let start = Tally { accepted: 0, rejected: self.unattributed };
        self.by_key.values().fold(start, |sum, tally| Tally {
            accepted: sum.accepted.saturating_add(tally.accepted),
            rejected: sum.rejected.saturating_add(tally.rejected),
        })
    }

    /// Adds what was counted elsewhere.
    pub fn add(&mut self, other: &Self) {
        for (key, more) in &other.by_key {
            let tally = self.by_key.entry(*key).or_default();
            tally.accepted = tally.accepted.saturating_add(more.accepted);
            tally.rejected = tally.rejected.saturating_add(more.rejected);
        }
        self.unattributed = self.unattributed.saturating_add(other.unattributed);
    }
}
