//! What a plan costs, how much may be looked at to find it, and why nothing is said.

use super::impossible::Barred;

/// What a plan costs, the worst first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cost {
    /// Rounds that end while a flow stands still that is to run, of all flows: from its stop to its start,
    /// so many hops come after the stop.
    pub downtime: u32,
    /// Acts that may fall into the downtime: those that are done while a flow stands still, and for each
    /// stop the roles of which it is not known whether they are done with what comes before.
    pub inside: u32,
    /// How long is waited for messages under way, in seconds: what is waited for at once counts once.
    pub wait: u64,
    /// Rounds.
    pub rounds: u32,
    /// Messages between roles.
    pub messages: u32,
    /// Steps.
    pub steps: u32,
}

impl Cost {
    /// Both together.
    pub(super) const fn and(self, more: Self) -> Self {
        Self {
            downtime: self.downtime + more.downtime,
            inside: self.inside + more.inside,
            wait: self.wait + more.wait,
            rounds: self.rounds + more.rounds,
            messages: self.messages + more.messages,
            steps: self.steps + more.steps,
        }
    }
}

/// How far a search goes.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// So many moments are looked at, at most.
    pub moments: usize,
    /// Whether one message may reach several roles.
    pub several: bool,
}

/// How far a search has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// So many worlds were looked at.
    Worlds(usize),
    /// So many moments were looked at.
    Moments(usize),
}

/// After so many worlds or moments it is told how far a search has come.
pub(super) const PACE: usize = 64;

/// Why nothing is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bound {
    /// So many worlds can be reached and more.
    Worlds(usize),
    /// So many moments were looked at.
    Moments(usize),
    /// What is wanted can be reached, and no plan of the kind that is tried was proved. So many were
    /// written.
    NotProved(usize),
    /// What is wanted can be reached by none of the acts that were tried.
    NotTried {
        /// By keystore, the aliases beyond which no act was tried.
        aliases: Vec<String>,
        /// The acts that would help, and what stood against them in each world.
        barred: Vec<Barred>,
    },
    /// It was told to end.
    Stopped {
        /// So many worlds or moments were looked at.
        looked: usize,
        /// Where it is known that what is wanted can be reached: no plan costs less.
        least: Option<Cost>,
    },
}
