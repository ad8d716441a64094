//! From times to places on the drawing, and the ticks between them.

use jiff::Timestamp;

use super::super::interval::Interval;

/// The distances at which ticks may stand, in milliseconds; wider ones are doubled.
const STEPS: [i64; 28] = [
    1,
    2,
    5,
    10,
    20,
    50,
    100,
    200,
    500,
    1_000,
    2_000,
    5_000,
    10_000,
    15_000,
    30_000,
    60_000,
    120_000,
    300_000,
    600_000,
    900_000,
    1_800_000,
    3_600_000,
    7_200_000,
    10_800_000,
    21_600_000,
    43_200_000,
    86_400_000,
    172_800_000,
];

/// A stretch of time laid over a stretch of the drawing.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    began: i64,
    length: i64,
    left: f64,
    right: f64,
}

impl Scale {
    /// Lays an interval between two places.
    #[must_use]
    pub fn new(extent: Interval, left: f64, right: f64) -> Self {
        let began = extent.from.as_millisecond();
        let length = extent.to.as_millisecond().saturating_sub(began).max(1);
        Self { began, length, left, right }
    }

    /// The place of a moment, never outside of the two places.
    #[must_use]
    pub fn x(&self, at: Timestamp) -> f64 {
        self.after(at.as_millisecond().saturating_sub(self.began))
    }

    /// The place so many milliseconds after the beginning.
    #[must_use]
    pub fn after(&self, ms: i64) -> f64 {
        let share = (ms as f64 / self.length as f64).clamp(0.0, 1.0);
        self.left + share * (self.right - self.left)
    }

    /// How many milliseconds it spans, at least one.
    #[must_use]
    pub const fn length_ms(&self) -> i64 {
        self.length
    }

    /// Where it begins.
    #[must_use]
    pub const fn left(&self) -> f64 {
        self.left
    }

    /// Where it ends.
    #[must_use]
    pub const fn right(&self) -> f64 {
        self.right
    }

    /// The distance of the ticks and the ticks, in milliseconds after the beginning: at most eleven.
    #[must_use]
    pub fn ticks(&self) -> (i64, Vec<(i64, Timestamp)>) {
        let mut step = STEPS.into_iter().find(|s| self.length / s <= 10).unwrap_or(172_800_000);
        while self.length / step > 10 {
            step = step.saturating_mul(2);
        }
        let at = |ms: i64| Some((ms, Timestamp::from_millisecond(self.began.checked_add(ms)?).ok()?));
        (step, (0..=self.length / step).filter_map(|n| at(n * step)).collect())
    }
}

/// The smallest number of one digit and zeros (1 to 6 and 8) that is not below a number; at least 1.
#[must_use]
pub fn round_up(number: u64) -> u64 {
    let mut power = 1_u64;
    loop {
        for factor in [1, 2, 3, 4, 5, 6, 8] {
            let rung = power.saturating_mul(factor);
            if rung >= number {
                return rung;
            }
        }
        power = power.saturating_mul(10);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_stand_at_round_times() {
        let hours =
            |h: i64| Interval { from: Timestamp::UNIX_EPOCH, to: Timestamp::from_second(h * 3_600).unwrap() };
        assert_eq!(Scale::new(hours(48), 0.0, 1.0).ticks().0, 21_600_000);
        assert_eq!(Scale::new(hours(24 * 3_000), 0.0, 1.0).ticks().1.len(), 6);
        let whole = Interval { from: Timestamp::MIN, to: Timestamp::MAX };
        assert!(Scale::new(whole, 0.0, 1.0).ticks().1.len() <= 11);
    }

    #[test]
    fn an_axis_ends_at_a_round_number() {
        assert_eq!([0, 1, 7, 51, 700, u64::MAX].map(round_up), [1, 1, 8, 60, 800, u64::MAX]);
    }
}
