//! Two credentials on one message, as one thing.
//!
//! What is under way is kept as a set of numbers, one for each set of credentials that a message may carry.
//! A set of one has the number of its key. A set of two has a number of its own here, so that a plan whose
//! messages carry one each is kept as if there were no others.

use std::collections::BTreeMap;

use super::id::KeyId;

/// The sets of two that may occur in a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pairs {
    numbers: BTreeMap<(KeyId, KeyId), KeyId>,
    keys: BTreeMap<KeyId, (KeyId, KeyId)>,
}

impl Pairs {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether two keys have a number together.
    pub(super) fn has(&self, one: KeyId, other: KeyId) -> bool {
        self.numbers.contains_key(&(one.min(other), one.max(other)))
    }

    /// One more pair.
    pub(super) fn insert(&mut self, pair: KeyId, one: KeyId, other: KeyId) {
        let both = (one.min(other), one.max(other));
        self.numbers.insert(both, pair);
        self.keys.insert(pair, both);
    }

    /// What a message is stamped with that gets these two: a key, the number of the pair, or nothing.
    ///
    /// Where two have no number together, which no step of the plan can bring about, the first alone counts.
    /// Whatever accepts the message with it alone accepts the true one.
    #[must_use]
    pub fn stamp_of(&self, one: Option<KeyId>, other: Option<KeyId>) -> Option<KeyId> {
        match (one, other) {
            (Some(one), Some(other)) if one != other => {
                let both = (one.min(other), one.max(other));
                Some(self.numbers.get(&both).copied().unwrap_or(one))
            }
            (one, other) => one.or(other),
        }
    }

    /// The two credentials of a pair; of a credential, itself alone.
    pub fn carried(&self, stamp: KeyId) -> impl Iterator<Item = KeyId> + use<> {
        let two = self.keys.get(&stamp).copied();
        let one = two.map_or(stamp, |(one, _)| one);
        [Some(one), two.map(|(_, other)| other)].into_iter().flatten()
    }
}
