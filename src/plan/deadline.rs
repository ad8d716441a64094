//! Reads `not after 2027-01-31`: until when a step has to have begun.

use jiff::{SignedDuration, Timestamp};

use crate::{source::Span, syntax::tree::Term};

use super::{
    date::{in_utc, when},
    resolve::Draft,
};

/// Until when a step has to have begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// The last second in which it may begin: of a day, the last one before 00:00 UTC.
    pub at: Timestamp,
    /// Where it is said.
    pub span: Span,
}

impl Deadline {
    /// As in "not after 2027-01-31 23:59:59 UTC".
    #[must_use]
    pub fn sentence(&self) -> String {
        format!("not after {}", in_utc(self.at))
    }

    /// Whether it has passed at a moment: its last second is over then.
    #[must_use]
    pub fn has_passed(&self, now: Timestamp) -> bool {
        self.left(now) <= SignedDuration::ZERO
    }

    /// How long it is from a moment until it has passed; less than nothing where that is so.
    #[must_use]
    pub fn left(&self, now: Timestamp) -> SignedDuration {
        self.at.duration_since(now).saturating_add(SignedDuration::from_secs(1))
    }
}

/// Reads one. Nothing where its date has a finding already.
pub(super) fn read(draft: &mut Draft, term: &Term) -> Option<Deadline> {
    when(draft, term).map(|when| Deadline { at: when.last_second(), span: term.span() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_passed_when_its_last_second_is_over() {
        let deadline = Deadline { at: "2027-01-31T23:59:59Z".parse().unwrap(), span: Span::default() };
        let passed = |text: &str| deadline.has_passed(text.parse().unwrap());
        assert!(!passed("2027-01-31T23:59:59.999999999Z"));
        assert!(passed("2027-02-01T00:00:00Z"));
        assert!(!passed("2026-01-01T00:00:00Z"));
    }
}
