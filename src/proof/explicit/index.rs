//! An open hash table of state numbers: the states themselves lie in one vector.
//!
//! A slot holds the number of a state and, in the bits that the number leaves free, some bits of its
//! hash, so that two states are seldom compared that differ.

/// The table; zero is an empty slot, others are numbers plus one with bits of the hash above them.
#[derive(Debug)]
pub(super) struct Index {
    slots: Vec<u32>,
    filled: usize,
}

/// How many slots there are at first; always a power of two.
const FIRST: usize = 1024;

impl Index {
    /// An empty table.
    pub(super) fn new() -> Self {
        Self { slots: vec![0; FIRST], filled: 0 }
    }

    /// How many slots it has.
    pub(super) const fn slots(&self) -> usize {
        self.slots.len()
    }

    /// Finds the number for which `same` holds, or nothing.
    pub(super) fn find(&self, hash: u64, same: impl Fn(u32) -> bool) -> Option<u32> {
        self.seek(hash, same).ok()
    }

    /// The number in the slot where a hash begins, where it may be the one that is looked for.
    #[inline]
    pub(super) fn likely(&self, hash: u64) -> Option<u32> {
        let (at, tag) = self.begin(hash);
        let slot = self.slots.get(at).copied().unwrap_or_default();
        let bits = self.number_bits();
        (slot != 0 && slot & !bits == tag).then_some((slot & bits).wrapping_sub(1))
    }

    /// Finds the number for which `same` holds, or enters `number`.
    pub(super) fn find_or_insert(
        &mut self,
        hash: u64,
        number: u32,
        same: impl Fn(u32) -> bool,
        hash_of: impl Fn(u32) -> u64,
    ) -> Option<u32> {
        // A fuller table takes longer than a larger one.
        if self.filled * 4 >= self.slots.len() * 3 {
            self.grow(hash_of);
        }
        match self.seek(hash, same) {
            Ok(known) => Some(known),
            Err(at) => {
                self.put(at, hash, number);
                self.filled += 1;
                None
            }
        }
    }

    /// The slot where a hash begins, and the bits of it that a slot keeps.
    fn begin(&self, hash: u64) -> (usize, u32) {
        let mask = self.slots.len() - 1;
        let tag = u32::try_from(hash >> 32).unwrap_or_default() & !self.number_bits();
        (usize::try_from(hash & mask as u64).unwrap_or_default(), tag)
    }

    /// The bits of a slot in which the number lies.
    fn number_bits(&self) -> u32 {
        u32::try_from(self.slots.len() - 1).unwrap_or(u32::MAX)
    }

    /// The number for which `same` holds, or the slot where it would be entered.
    #[inline]
    fn seek(&self, hash: u64, same: impl Fn(u32) -> bool) -> Result<u32, usize> {
        let (mut at, tag) = self.begin(hash);
        let (bits, mask) = (self.number_bits(), self.slots.len() - 1);
        loop {
            let slot = self.slots.get(at).copied().unwrap_or_default();
            if slot == 0 {
                return Err(at);
            }
            let number = (slot & bits).wrapping_sub(1);
            if slot & !bits == tag && same(number) {
                return Ok(number);
            }
            at = (at + 1) & mask;
        }
    }

    fn put(&mut self, at: usize, hash: u64, number: u32) {
        let (_, tag) = self.begin(hash);
        if let Some(slot) = self.slots.get_mut(at) {
            *slot = tag | (number + 1);
        }
    }

    fn grow(&mut self, hash_of: impl Fn(u32) -> u64) {
        let bits = self.number_bits();
        let doubled = vec![0; self.slots.len() * 2];
        let old = std::mem::replace(&mut self.slots, doubled);
        for slot in old.into_iter().filter(|slot| *slot != 0) {
            let number = (slot & bits).wrapping_sub(1);
            let hash = hash_of(number);
            if let Err(at) = self.seek(hash, |_| false) {
                self.put(at, hash, number);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_found_again_however_alike_the_hashes_are() {
        for spread in [1u64, 1 << 20, 1 << 40, 0x9e37_79b9_7f4a_7c15, 0] {
            let hash = |number: u32| u64::from(number).wrapping_mul(spread);
            let count = if spread == 0 { 2_000 } else { 20_000 };
            let mut index = Index::new();
            for number in 0..count {
                assert_eq!(index.find(hash(number), |other| other == number), None);
                let known = index.find_or_insert(hash(number), number, |other| other == number, hash);
                assert_eq!(known, None);
            }
            for number in (0..count).step_by(97) {
                assert_eq!(index.find(hash(number), |other| other == number), Some(number));
            }
            assert!(index.slots() < 4 * count as usize);
        }
    }
}
