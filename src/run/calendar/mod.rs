//! Calendars of the times in which a role changes nothing: a freeze before a holiday, the nights of a shop.

mod binding;
mod finding;
mod lines;
mod read;

pub use binding::{CalendarBinding, open};
pub use finding::EXPLANATIONS;

use jiff::Timestamp;

/// When a calendar is closed, as its file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    /// Rising, and with time between them.
    closed: Vec<Closed>,
}

/// A time in which nothing is changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    /// Its first moment.
    pub from: Timestamp,
    /// The first moment after it.
    pub until: Timestamp,
    /// What its events say of themselves, first the earliest; empty where they say nothing.
    pub why: String,
}

impl Calendar {
    /// Reads the text of an iCalendar file (RFC 5545). Times that name no zone, and whole days, are of the zone
    /// with this name, as in `Europe/Vienna`.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn read(text: &str, zone: &str) -> Result<Self, String> {
        read::read(text, zone)
    }

    /// Of these times, in any order; those that meet or overlap are one.
    #[must_use]
    fn of(mut times: Vec<Closed>) -> Self {
        times.retain(|time| time.from < time.until);
        times.sort_by_key(|time| (time.from, time.until));
        let mut closed: Vec<Closed> = Vec::new();
        for time in times {
            match closed.last_mut().filter(|last| time.from <= last.until) {
                Some(last) => {
                    last.until = last.until.max(time.until);
                    if last.why.is_empty() {
                        last.why = time.why;
                    }
                }
                None => closed.push(time),
            }
        }
        Self { closed }
    }

    /// The time in which a moment lies, where it is a closed one.
    #[must_use]
    pub fn closed_at(&self, at: Timestamp) -> Option<&Closed> {
        let begun = self.closed.partition_point(|time| time.from <= at);
        let last = self.closed.get(begun.checked_sub(1)?)?;
        (at < last.until).then_some(last)
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    proptest! {
        #[test]
        fn a_moment_is_closed_when_some_event_says_so(times in vec((0..60i64, 0..20i64), 0..12), asked in 0..90i64) {
            let events = times.iter().map(|(from, length)| Closed {
                from: at(*from),
                until: at(from + length),
                why: format!("{from}"),
            });
            let calendar = Calendar::of(events.collect());
            let says = |second: i64| times.iter().any(|(from, length)| (*from..from + length).contains(&second));
            let found = calendar.closed_at(at(asked));
            prop_assert_eq!(found.is_some(), says(asked));
            // It is closed until then and no longer, and not a moment earlier.
            if let Some(closed) = found {
                let (from, until) = (closed.from.as_second(), closed.until.as_second());
                prop_assert!((from..until).all(says) && !says(until) && !says(from - 1));
                prop_assert_eq!(&closed.why, &format!("{from}"));
            }
        }
    }
}
