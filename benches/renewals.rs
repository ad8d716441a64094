//! Causal cuts without a text: a million renewals, and one alias that ten thousand receivers share.

use std::error::Error;
use std::hint::black_box;
use std::process::Command;
use std::time::Duration;

use keyroll::moment::{
    Misplaced,
    renewals::{Renewals, Slip},
};

use super::{
    figure::{Demand, Figure},
    measure::{CHILD, cpu, grouped, peak_of, shown},
};

type Failed = Box<dyn Error>;

/// The word before the acts of this part.
pub(crate) const ACT: &str = "renewals ";

const GIGABYTE: u64 = 1_000_000_000;

/// More than any of them takes.
const ROOM: usize = 4 * GIGABYTE as usize;

/// A family of renewals.
#[derive(Clone, Copy)]
pub(crate) struct Family {
    /// Its word among the acts.
    word: &'static str,
    /// As it is shown, after a number.
    shown: &'static str,
    made: fn(usize, Option<Slip>, usize) -> Result<Renewals, Misplaced>,
}

pub(crate) const INDEPENDENT: Family =
    Family { word: "independent", shown: "independent partners", made: Renewals::independent };

pub(crate) const SHARED: Family =
    Family { word: "shared", shown: "receivers of one alias", made: Renewals::shared };

impl Family {
    /// Makes so many and judges them; gives how many events they have and how many moments were asked
    /// for. They must keep their promises.
    pub(crate) fn judged(self, count: usize) -> Result<(usize, usize), Failed> {
        let renewals = (self.made)(count, None, ROOM).map_err(|why| format!("not made: {why:?}"))?;
        let judged = renewals.judge().map_err(|_| "too long")?;
        if let Some(broken) = judged.broken {
            return Err(format!("a safe family is refused: {broken:?}").into());
        }
        Ok((renewals.events(), black_box(judged.questions)))
    }

    /// Each mistake must be seen: who sees none sees nothing.
    pub(crate) fn sees_mistakes(self, count: usize) -> Result<(), Failed> {
        for slip in [Slip::Drain(count / 2), Slip::Confirmation(count / 2)] {
            let renewals =
                (self.made)(count, Some(slip), ROOM).map_err(|why| format!("not made: {why:?}"))?;
            let judged = renewals.judge().map_err(|_| "too long")?;
            if judged.broken.is_none_or(|broken| broken.flow != count / 2) {
                return Err(format!("{slip:?} is not seen").into());
            }
        }
        Ok(())
    }

    /// The most memory of a process that makes and judges so many, in bytes, and what a processor
    /// spends on it.
    fn alone(self, count: usize) -> Result<(u64, Duration), Failed> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(CHILD).arg(format!("{ACT}{} {count}", self.word));
        let (peak, time) = peak_of(&mut command, &[0])?;
        Ok((peak * 1024, time))
    }

    /// What a processor spends on making and judging so many, the median of five times so many rounds.
    fn time(self, count: usize, rounds: u32) -> Result<Duration, Failed> {
        // The clock of a processor has too few ticks for one of a thousand.
        let mut times = Vec::new();
        for _ in 0..5 {
            let time = cpu(|| {
                for _ in 0..rounds {
                    self.judged(count)?;
                }
                Ok(())
            })?;
            times.push(time / rounds);
        }
        times.sort();
        Ok(times.get(2).copied().unwrap_or_default())
    }
}

/// What a process of its own does: a family and how many.
pub(crate) fn act(words: &str) -> Result<(), Failed> {
    let (word, count) = words.split_once(' ').ok_or("an act is a family and a number")?;
    let family = [INDEPENDENT, SHARED].into_iter().find(|family| family.word == word);
    family.ok_or("there is no such family")?.judged(count.parse()?).map(drop)
}

/// A thousand partners in 10 ms, a million in 3 s and 1.5 GB; an alias of a thousand receivers in 50 ms,
/// of ten thousand in 2 s; and none of it grows faster than what there is.
pub(crate) fn measure(tell: &mut dyn FnMut(Figure)) -> Result<(), Failed> {
    for family in [INDEPENDENT, SHARED] {
        family.sees_mistakes(1_000)?;
    }
    tell(within((INDEPENDENT, 1_000), INDEPENDENT.time(1_000, 20)?, Duration::from_millis(10)));
    let (peak, million) = INDEPENDENT.alone(1_000_000)?;
    tell(within((INDEPENDENT, 1_000_000), million, Duration::from_secs(3)));
    tell(Figure {
        subject: format!("{}: memory", named(INDEPENDENT, 1_000_000)),
        ours: format!("{} MB", peak / 1_000_000),
        against: "1500 MB".to_owned(),
        ratio: peak as f64 / (1.5 * GIGABYTE as f64),
        demand: Demand::AtMost(1.0),
    });
    // Each in a process of its own: both come to memory that nobody has used yet. What may double over a
    // hundred times as many may grow by the root of that over ten times.
    let (_, tenth) = INDEPENDENT.alone(100_000)?;
    tell(growth((INDEPENDENT, 1_000_000), million, (100_000, tenth), 1.4));
    tell(within((SHARED, 1_000), SHARED.time(1_000, 20)?, Duration::from_millis(50)));
    let tenth = SHARED.time(10_000, 3)?;
    tell(within((SHARED, 10_000), tenth, Duration::from_secs(2)));
    let (_, all) = SHARED.alone(100_000)?;
    tell(growth((SHARED, 100_000), all, (10_000, tenth), 2.0));
    Ok(())
}

fn within(which: (Family, usize), time: Duration, limit: Duration) -> Figure {
    Figure {
        subject: named(which.0, which.1),
        ours: shown(time),
        against: format!("{} of a processor", shown(limit)),
        ratio: time.as_secs_f64() / limit.as_secs_f64(),
        demand: Demand::AtMost(1.0),
    }
}

/// What one of many takes, against what one of few takes.
fn growth(
    (family, many): (Family, usize),
    time: Duration,
    (few, less): (usize, Duration),
    most: f64,
) -> Figure {
    let (one, other) = (time.as_secs_f64() / many as f64, less.as_secs_f64() / few as f64);
    let shown = |seconds| shown(Duration::from_secs_f64(seconds));
    Figure {
        subject: format!("{}: each", named(family, many)),
        ours: shown(one),
        against: format!("{} each of {}", shown(other), grouped(few)),
        ratio: one / other.max(f64::EPSILON),
        demand: Demand::AtMost(most),
    }
}

fn named(family: Family, count: usize) -> String {
    format!("{} {}", grouped(count), family.shown)
}
