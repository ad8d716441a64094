//! How much looking a certificate is worth, and how much was shown by it.

use std::cell::Cell;

/// More looks than a certificate is worth: a few seconds.
const MOST: usize = 30_000_000;

/// What was counted so far.
#[derive(Default)]
pub(super) struct Looks {
    taken: Cell<usize>,
    shown: Cell<usize>,
}

impl Looks {
    /// Takes so many looks more; says whether that is still worth it.
    pub(super) fn take(&self, looks: usize) -> bool {
        self.taken.set(self.taken.get() + looks);
        self.taken.get() <= MOST
    }

    /// Counts one thing more that has to be shown; says whether that is still worth it.
    pub(super) fn show(&self) -> bool {
        self.shown.set(self.shown.get() + 1);
        self.take(1)
    }

    /// How many things had to be shown.
    pub(super) fn shown(&self) -> usize {
        self.shown.get()
    }
}
