//! A few of the keys of a plan.

use smallvec::SmallVec;

use super::id::KeyId;

/// How many keys a set holds in place: what a receiver holds while a key is renewed, and one more.
const IN_PLACE: usize = 3;

/// A set of keys. It takes room for those that are in it, however many the plan has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct KeySet {
    /// In their order, each once: sets with the same keys are equal.
    keys: SmallVec<[KeyId; IN_PLACE]>,
}

impl KeySet {
    /// Whether the key is in it.
    #[must_use]
    pub fn contains(&self, key: KeyId) -> bool {
        self.place(key).is_ok()
    }

    /// Puts a key in; says whether it was not there.
    pub fn insert(&mut self, key: KeyId) -> bool {
        let place = self.place(key);
        if let Err(place) = place {
            self.keys.insert(place, key);
        }
        place.is_err()
    }

    /// Takes a key out; says whether it was there.
    pub fn remove(&mut self, key: KeyId) -> bool {
        let place = self.place(key);
        if let Ok(place) = place {
            self.keys.remove(place);
        }
        place.is_ok()
    }

    /// How many keys are in it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether no key is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The keys in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = KeyId> + '_ {
        self.keys.iter().copied()
    }

    /// The keys that are in one of two sets and not in the other, in order.
    #[must_use]
    pub fn differing(&self, other: &Self) -> Self {
        let only = |one: &Self, other: &Self| -> Vec<KeyId> {
            one.iter().filter(|key| !other.contains(*key)).collect()
        };
        only(self, other).into_iter().chain(only(other, self)).collect()
    }

    /// Where a key is; or where it would be.
    fn place(&self, key: KeyId) -> Result<usize, usize> {
        self.keys.binary_search(&key)
    }
}

impl FromIterator<KeyId> for KeySet {
    fn from_iter<R: IntoIterator<Item = KeyId>>(keys: R) -> Self {
        let mut keys: SmallVec<[KeyId; IN_PLACE]> = keys.into_iter().collect();
        keys.sort_unstable();
        keys.dedup();
        Self { keys }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeSet, hash_map::RandomState};
    use std::hash::BuildHasher;

    use proptest::{collection::vec, prelude::*};

    use super::*;
    use crate::world::id::Id;

    /// A number of a key: mostly one of a few, so that it comes again; sometimes one of many.
    fn key() -> impl Strategy<Value = KeyId> {
        prop_oneof![3 => 0..9usize, 1 => 60..70usize, 1 => 0..100_000usize].prop_map(KeyId::at)
    }

    proptest! {
        #[test]
        fn it_is_a_set_in_order(acts in vec((any::<bool>(), key()), 0..60), asked in key()) {
            let (mut set, mut model) = (KeySet::default(), BTreeSet::new());
            for (goes, key) in acts {
                if goes {
                    prop_assert_eq!(set.remove(key), model.remove(&key));
                } else {
                    prop_assert_eq!(set.insert(key), model.insert(key));
                }
                prop_assert_eq!(set.contains(key), !goes);
                prop_assert_eq!(set.len(), model.len());
                prop_assert_eq!(set.is_empty(), model.is_empty());
                prop_assert!(set.iter().eq(model.iter().copied()));
                prop_assert_eq!(set.contains(asked), model.contains(&asked));
            }
            let again: KeySet = model.iter().rev().chain(&model).copied().collect();
            prop_assert_eq!(&again, &set);
            let hasher = RandomState::new();
            prop_assert_eq!(hasher.hash_one(&again), hasher.hash_one(&set));
        }

        #[test]
        fn what_is_in_one_of_two(one in vec(key(), 0..12), other in vec(key(), 0..12)) {
            let sets: [KeySet; 2] = [&one, &other].map(|keys| keys.iter().copied().collect());
            let [one, other]: [BTreeSet<KeyId>; 2] = [one, other].map(|keys| keys.into_iter().collect());
            let [first, second] = &sets;
            prop_assert!(first.differing(second).iter().eq(one.symmetric_difference(&other).copied()));
            prop_assert_eq!(first == second, one == other);
        }
    }
}
