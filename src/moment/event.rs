//! Something that happens once, and what comes before what.

use std::num::NonZeroU32;

use crate::world::id::Id;

/// Something that happens once. Events are numbered so that each has a higher number than all that it
/// comes after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Event(NonZeroU32);

impl Id for Event {
    fn at(index: usize) -> Self {
        let number = u32::try_from(index).unwrap_or(u32::MAX).saturating_add(1);
        Self(NonZeroU32::new(number).unwrap_or(NonZeroU32::MAX))
    }

    fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// What comes before what in every order of events.
pub trait Order {
    /// Whether `earlier` comes before `later`. No event comes before itself.
    fn is_before(&self, earlier: Event, later: Event) -> bool;
}

impl<O: Order> Order for &O {
    fn is_before(&self, earlier: Event, later: Event) -> bool {
        (**self).is_before(earlier, later)
    }
}
