//! An open hash table of state numbers: the worlds themselves lie in one vector.

/// The table; zero is an empty slot, others are numbers plus one.
#[derive(Debug)]
pub struct Index {
    slots: Vec<u32>,
    filled: usize,
}

impl Default for Index {
    fn default() -> Self {
        Self::new()
    }
}

impl Index {
    /// An empty table.
    #[must_use]
    pub fn new() -> Self {
        Self { slots: vec![0; 1024], filled: 0 }
    }

    /// How many slots it has.
    #[must_use]
    pub const fn slots(&self) -> usize {
        self.slots.len()
    }

    /// Finds the number for which `same` holds, or enters `number`.
    pub fn find_or_insert(
        &mut self,
        hash: u64,
        number: u32,
        same: impl Fn(u32) -> bool,
        hash_of: impl Fn(u32) -> u64,
    ) -> Option<u32> {
        if self.filled * 2 >= self.slots.len() {
            self.grow(hash_of);
        }
        let mask = self.slots.len() - 1;
        let mut at = usize::try_from(hash & mask as u64).unwrap_or(0);
        loop {
            match self.slots.get_mut(at) {
                Some(slot) if *slot == 0 => {
                    *slot = number + 1;
                    self.filled += 1;
                    return None;
                }
                Some(slot) if same(*slot - 1) => return Some(*slot - 1),
                _ => at = (at + 1) & mask,
            }
        }
    }

    fn grow(&mut self, hash_of: impl Fn(u32) -> u64) {
        let old = std::mem::take(&mut self.slots);
        self.slots = vec![0; old.len() * 2];
        let mask = self.slots.len() - 1;
        for number in old.into_iter().filter(|slot| *slot != 0) {
            let mut at = usize::try_from(hash_of(number - 1) & mask as u64).unwrap_or(0);
            while self.slots.get(at).is_some_and(|slot| *slot != 0) {
                at = (at + 1) & mask;
            }
            if let Some(slot) = self.slots.get_mut(at) {
                *slot = number;
            }
        }
    }
}
