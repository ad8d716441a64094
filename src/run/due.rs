//! When what is asked of people is due, where the site says how long its role has.

use jiff::Timestamp;

use super::{casting::Casting, time::to_the_second, wait::Wait};

/// When an act is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// The moment.
    pub at: Timestamp,
    /// Whether it has passed.
    pub is_over: bool,
}

impl Due {
    /// After what is asked, as in `, due 2026-12-01 20:00:00 UTC`.
    #[must_use]
    pub fn told(self) -> String {
        let word = if self.is_over { "overdue since" } else { "due" };
        format!(", {word} {}", to_the_second(self.at))
    }
}

/// When a person who is waited for is to have answered, where the site says so.
pub(super) fn due_at(casting: &Casting, wait: &Wait, now: Timestamp) -> Option<Due> {
    let within = casting.role(wait.cause.role()?).answers_within?;
    let at = wait.since?.checked_add(within.signed()).ok()?;
    Some(Due { at, is_over: now > at })
}
