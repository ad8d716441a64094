//! The keys of which a plan speaks at an acceptor.

use std::sync::{Arc, OnceLock};

use super::id::KeySet;

/// The keys that an acceptor accepts at the start, that a step brings or takes there, or that a condition
/// names there. What was read before the plan was read to its end shares them, and has them then.
///
/// Of all the others of a plan, of which there may be very many, nothing has to be kept but whether one
/// of them is accepted: no step changes that.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named(Arc<OnceLock<Arc<KeySet>>>);

impl Named {
    /// Says which keys these are, once and for all.
    pub fn tell(&self, keys: Arc<KeySet>) {
        self.0.get_or_init(|| keys);
    }

    /// The keys; none before they were told.
    #[must_use]
    pub fn keys(&self) -> Arc<KeySet> {
        self.0.get().cloned().unwrap_or_default()
    }
}
