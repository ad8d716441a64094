//! What came of a renewal, and of many.

use jiff::SignedDuration;

/// What came of one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) time: SignedDuration,
    pub(crate) calls: u64,
    pub(crate) cuts: u64,
    pub(crate) failures: u64,
    pub(crate) messages: u64,
    /// How many came too late for their window: before the flow was stopped, so that all went on as before.
    pub(crate) too_late: u64,
    /// How often somebody acted while the program was at work.
    pub(crate) meanwhile: u64,
    /// How often the clock had leapt when the program was called.
    pub(crate) leaps: u64,
    /// How often the run was made to stand still.
    pub(crate) pauses: u64,
    /// How often the power failed while the journal was written, and a second program was refused.
    pub(crate) torn: u64,
    pub(crate) refused: u64,
    /// How often the run stopped because the world was not as recorded.
    pub(crate) stopped: u64,
    /// How many messages were rejected of what a partner said whom nobody can look at.
    pub(crate) blamed: u64,
    /// How many were called off: on their way back, at once, or too late for that.
    pub(crate) back: u64,
    pub(crate) over: u64,
    pub(crate) forward: u64,
}

impl Told {
    pub(crate) fn add(&mut self, other: &Self) {
        self.time += other.time;
        for (own, more) in [
            (&mut self.calls, other.calls),
            (&mut self.cuts, other.cuts),
            (&mut self.failures, other.failures),
            (&mut self.messages, other.messages),
            (&mut self.too_late, other.too_late),
            (&mut self.meanwhile, other.meanwhile),
            (&mut self.leaps, other.leaps),
            (&mut self.pauses, other.pauses),
            (&mut self.torn, other.torn),
            (&mut self.refused, other.refused),
            (&mut self.stopped, other.stopped),
            (&mut self.blamed, other.blamed),
            (&mut self.back, other.back),
            (&mut self.over, other.over),
            (&mut self.forward, other.forward),
        ] {
            *own += more;
        }
    }
}
