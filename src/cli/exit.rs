//! How a command ended. The numbers are public and do not change.

/// What the numbers mean that a command ends with.
pub(super) const EXITS: &str = "\
Exit codes:
    0  done
    1  the plan, the site, a signature, a certificate or what was asked is refused
    2  the command is not understood or not allowed, or what it names is not there
    3  waiting; for whom or what is on standard output; or a run holds the alias
    4  a promise was broken in the world, a certificate is another one, or a story came true
    5  a backend failed
    6  the approval or the trust is stale, or the world is not as the plan or the journal says
    8  not proved, or no plan found: the bound of --budget was reached
   70  a fault of keyroll's own
  130  interrupted from the keyboard
  143  ended by the system, as by `kill` or `systemctl stop`

Environment:
  NO_COLOR, CLICOLOR_FORCE  no colours, or colours without a terminal
  TZ                        the zone in which times are shown";

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
    /// Ended by the system, by SIGTERM.
    Terminated = 143,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
