//! Reasons by what they are about, and which of them were asked for.

use std::{cell::Cell, collections::HashMap, hash::Hash};

/// Some reasons.
pub(super) struct Asked<K, V>(HashMap<K, (V, Cell<bool>)>);

impl<K: Eq + Hash, V> Asked<K, V> {
    /// The reason for something, if it is there: it was asked for now.
    pub(super) fn get(&self, about: &K) -> Option<&V> {
        let (reason, asked) = self.0.get(about)?;
        asked.set(true);
        Some(reason)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether each of them was asked for.
    pub(super) fn are_all(&self) -> bool {
        self.0.values().all(|(_, asked)| asked.get())
    }
}

impl<K: Eq + Hash, V> FromIterator<(K, V)> for Asked<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(reasons: I) -> Self {
        Self(reasons.into_iter().map(|(about, reason)| (about, (reason, Cell::default()))).collect())
    }
}
