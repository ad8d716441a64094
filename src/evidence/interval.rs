//! Stretches of time: joined, measured, cut out of one another.

use jiff::Timestamp;
use serde::Serialize;

/// From one moment up to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Interval {
    /// Its first moment.
    pub from: Timestamp,
    /// The moment after its last.
    pub to: Timestamp,
}

impl Interval {
    /// How long it is, in milliseconds; never below zero.
    #[must_use]
    pub fn length_ms(self) -> u64 {
        let length = self.to.as_millisecond().saturating_sub(self.from.as_millisecond());
        u64::try_from(length).unwrap_or(0)
    }

    fn shared_ms(self, other: Self) -> u64 {
        Self { from: self.from.max(other.from), to: self.to.min(other.to) }.length_ms()
    }
}

/// The same moments as intervals that neither touch nor overlap, in order of time. Empty ones go.
#[must_use]
pub fn joined(mut intervals: Vec<Interval>) -> Vec<Interval> {
    intervals.retain(|i| i.to > i.from);
    intervals.sort_by_key(|i| i.from);
    let mut out: Vec<Interval> = Vec::new();
    for interval in intervals {
        match out.last_mut() {
            Some(last) if interval.from <= last.to => last.to = last.to.max(interval.to),
            _ => out.push(interval),
        }
    }
    out
}

/// How many milliseconds of the first lie in none of the second. Both have to be [`joined`].
#[must_use]
pub fn outside_ms(intervals: &[Interval], allowed: &[Interval]) -> u64 {
    let inside = |i: &Interval| allowed.iter().map(|a| i.shared_ms(*a)).sum::<u64>();
    intervals.iter().map(|i| i.length_ms().saturating_sub(inside(i))).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interval(from: i64, to: i64) -> Interval {
        let at = |second| Timestamp::from_second(second).unwrap();
        Interval { from: at(from), to: at(to) }
    }

    #[test]
    fn a_moment_is_counted_once() {
        let all = joined(vec![interval(5, 9), interval(0, 6), interval(20, 21), interval(3, 3)]);
        assert_eq!(all, [interval(0, 9), interval(20, 21)]);
        assert_eq!(outside_ms(&all, &[interval(1, 4), interval(8, 30)]), 5_000);
    }
}
