//! The face of time. No other part of the program reads a clock.

use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

/// Tells the time and waits for it.
pub trait Clock: Debug + Send + Sync {
    /// The time now.
    fn now(&self) -> Timestamp;

    /// Waits so long on this clock.
    fn sleep(&self, duration: Duration);

    /// Lets the time come at once, on a clock that can; it never goes back.
    fn skip(&self, _to: Timestamp) {}

    /// How many times faster than the wall clock it runs.
    fn pace(&self) -> f64 {
        1.0
    }
}

/// The wall clock.
#[derive(Debug)]
pub struct WallClock;

impl Clock for WallClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn sleep(&self, duration: Duration) {
        std::thread::sleep(duration);
    }
}

/// A clock that runs so many times faster than the wall clock.
#[derive(Debug)]
pub struct CompressedClock {
    wall_start: std::time::Instant,
    start: Timestamp,
    factor: f64,
    /// What was skipped, in milliseconds.
    skipped: AtomicU64,
}

impl CompressedClock {
    /// A clock that shows `start` now and runs `factor` times as fast as the wall clock.
    #[must_use]
    pub fn new(start: Timestamp, factor: f64) -> Self {
        Self {
            wall_start: std::time::Instant::now(),
            start,
            factor: factor.max(1.0),
            skipped: AtomicU64::new(0),
        }
    }
}

impl Clock for CompressedClock {
    fn now(&self) -> Timestamp {
        let elapsed = self.wall_start.elapsed().mul_f64(self.factor);
        let elapsed = elapsed.saturating_add(Duration::from_millis(self.skipped.load(Ordering::SeqCst)));
        self.start.saturating_add(elapsed).unwrap_or(Timestamp::MAX)
    }

    fn sleep(&self, duration: Duration) {
        std::thread::sleep(duration.div_f64(self.factor));
    }

    fn skip(&self, to: Timestamp) {
        let Ok(left) = Duration::try_from(to.duration_since(self.now())) else { return };
        // Rather a moment after it than a moment before it.
        let left = u64::try_from(left.as_millis()).unwrap_or(u64::MAX).saturating_add(1);
        self.skipped.fetch_add(left, Ordering::SeqCst);
    }

    fn pace(&self) -> f64 {
        self.factor
    }
}

/// A clock that stands still until it is set.
#[derive(Debug)]
pub struct SetClock(Mutex<Timestamp>);

impl SetClock {
    /// A clock that shows `start`.
    #[must_use]
    pub const fn new(start: Timestamp) -> Self {
        Self(Mutex::new(start))
    }

    /// Sets it; it never goes back.
    pub fn set(&self, to: Timestamp) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *now = to.max(*now);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sleep(&self, duration: Duration) {
        self.set(self.now().saturating_add(duration).unwrap_or(Timestamp::MAX));
    }
}
