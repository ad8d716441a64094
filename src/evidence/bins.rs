//! Counting over time in bounded memory.

use jiff::Timestamp;
use serde::Serialize;

/// The most bins that one series holds. When a moment would need more, bins are joined.
pub const BIN_LIMIT: i64 = 2_000;

/// How many bins of one width make one of the next: 1 ms, 5 ms, 10 ms, .. 1 s, 5 s, 15 s, 30 s,
/// 1 min, 5 min, 15 min, 30 min, 1 h, 3 h, 6 h, 12 h, 1 d, and from there doubled. Each width
/// divides all wider ones, so series of different widths can be drawn side by side exactly.
const FACTORS: [i64; 18] = [5, 2, 5, 2, 5, 2, 5, 3, 2, 2, 5, 3, 2, 2, 3, 2, 2, 2];

/// The width that follows on a width in milliseconds, on the one ladder of widths.
#[must_use]
pub fn wider(width_ms: i64) -> i64 {
    let mut rung = 1;
    for factor in FACTORS {
        if rung >= width_ms {
            return rung * factor;
        }
        rung *= factor;
    }
    width_ms.saturating_mul(2)
}

/// What a bin holds: joined with its later neighbour when bins are joined.
pub trait Bin: Clone + Default {
    /// The two as one; `later` is the later one.
    #[must_use]
    fn join(self, later: Self) -> Self;
}

/// A count of events.
impl Bin for u64 {
    fn join(self, later: Self) -> Self {
        self.saturating_add(later)
    }
}

/// A level within one bin: the highest, and the last, which holds until the next bin says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Level {
    /// The highest value in the bin.
    pub highest: u64,
    /// The value at its end.
    pub last: u64,
}

/// `None` where nothing changed.
impl Bin for Option<Level> {
    fn join(self, later: Self) -> Self {
        match (self, later) {
            (Some(a), Some(b)) => Some(Level { highest: a.highest.max(b.highest), last: b.last }),
            (a, b) => b.or(a),
        }
    }
}

/// Values over time: at most [`BIN_LIMIT`] bins of one width, the first beginning at the origin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Bins<T> {
    origin: Timestamp,
    width_ms: i64,
    bins: Vec<T>,
}

impl<T: Bin> Bins<T> {
    /// No values yet, in bins of one millisecond.
    #[must_use]
    pub const fn new(origin: Timestamp) -> Self {
        Self { origin, width_ms: 1, bins: Vec::new() }
    }

    /// The width of a bin in milliseconds.
    #[must_use]
    pub const fn width_ms(&self) -> i64 {
        self.width_ms
    }

    /// The bins, from the origin on.
    #[must_use]
    pub fn bins(&self) -> &[T] {
        &self.bins
    }

    /// Joins a value to the bin of a moment. What lies before the origin counts into the first bin.
    pub fn record(&mut self, at: Timestamp, value: T) {
        let offset = at.as_millisecond().saturating_sub(self.origin.as_millisecond()).max(0);
        while offset / self.width_ms >= BIN_LIMIT {
            self.widen();
        }
        let index = usize::try_from(offset / self.width_ms).unwrap_or(0);
        if self.bins.len() <= index {
            self.bins.resize(index + 1, T::default());
        }
        if let Some(bin) = self.bins.get_mut(index) {
            *bin = std::mem::take(bin).join(value);
        }
    }

    /// The bins as columns of a greater width, which has to be one of the widths that
    /// [`wider`] names.
    #[must_use]
    pub fn columns(&self, width_ms: i64) -> Vec<T> {
        joined(&self.bins, width_ms / self.width_ms)
    }

    fn widen(&mut self) {
        let next = wider(self.width_ms);
        self.bins = joined(&self.bins, next / self.width_ms);
        self.width_ms = next;
    }
}

fn joined<T: Bin>(bins: &[T], factor: i64) -> Vec<T> {
    let size = usize::try_from(factor).unwrap_or(1).max(1);
    bins.chunks(size).map(|chunk| chunk.iter().cloned().fold(T::default(), T::join)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ladder_of_widths_holds_the_round_ones() {
        let widths: Vec<i64> = std::iter::successors(Some(1), |w| Some(wider(*w))).take(21).collect();
        for round in [1_000, 60_000, 900_000, 3_600_000, 86_400_000] {
            assert!(widths.contains(&round), "{round} is missing in {widths:?}");
        }
        assert!(widths.iter().zip(widths.iter().skip(1)).all(|(a, b)| b > a && b % a == 0));
    }

    #[test]
    fn a_full_series_joins_and_loses_nothing() {
        let mut series = Bins::<u64>::new(Timestamp::UNIX_EPOCH);
        for second in 0..100_000 {
            series.record(Timestamp::from_second(second).unwrap(), 1);
        }
        assert_eq!(series.bins().iter().sum::<u64>(), 100_000);
        assert!(series.bins().len() <= 2_000);
        assert_eq!(series.width_ms(), 60_000);
        assert_eq!(series.bins().first(), Some(&60));
    }

    #[test]
    fn a_level_keeps_its_highest_and_its_last() {
        let mut series = Bins::<Option<Level>>::new(Timestamp::UNIX_EPOCH);
        for (at, value) in [(0, 3), (1, 9), (2, 4)] {
            series.record(
                Timestamp::from_millisecond(at).unwrap(),
                Some(Level { highest: value, last: value }),
            );
        }
        assert_eq!(series.columns(5), [Some(Level { highest: 9, last: 4 })]);
    }
}
