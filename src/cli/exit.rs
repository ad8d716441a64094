//! How a command ended. The numbers are public and do not change.

/// The exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// The plan is refused.
    Refused = 1,
    /// The command is not understood.
    Usage = 2,
    /// The run waits; for whom and for what is on standard output.
    Waiting = 3,
    /// A promise was broken in the world.
    Broken = 4,
    /// A backend failed.
    Backend = 5,
    /// What was approved is not what is there any more.
    Stale = 6,
    /// Not proved: the budget ran out.
    NotProved = 8,
    /// A fault of keyroll's own.
    Bug = 70,
    /// Interrupted from the keyboard.
    Interrupted = 130,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
