//! How far a search may go, and who is told of it meanwhile.

/// How far a search may go.
#[derive(Clone, Copy)]
pub struct Budget<'a> {
    /// How many worlds it may look at.
    pub states: usize,
    /// Is told now and then how far it has come; it ends the search by saying no.
    pub goes_on: &'a dyn Fn(Reached) -> bool,
}

impl From<usize> for Budget<'_> {
    fn from(states: usize) -> Self {
        Self { states, goes_on: &|_| true }
    }
}

/// How far a search has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reached {
    /// How many worlds were found.
    pub states: usize,
    /// Within so many moves from the start nothing is wrong, in any order of events.
    pub moves: usize,
    /// Whether it was told to end.
    pub stopped: bool,
}
