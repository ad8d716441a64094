//! A fact of the plan's own that is kept in memory.

use crate::backend::{
    Outcome,
    fact_keeper::{FactError, FactKeeper, Told},
};

/// A fact that is forgotten with the process.
#[derive(Debug, Default)]
pub struct MemoryFact(bool);

impl MemoryFact {
    /// A fact that is set, or is not.
    #[must_use]
    pub const fn new(set: bool) -> Self {
        Self(set)
    }
}

impl FactKeeper for MemoryFact {
    fn is_set(&self) -> Result<Told, FactError> {
        Ok(Told::Is(self.0))
    }

    fn bring_to(&mut self, set: bool) -> Result<Outcome, FactError> {
        let before = std::mem::replace(&mut self.0, set);
        Ok(if before == set { Outcome::AlreadySo } else { Outcome::Changed })
    }
}
