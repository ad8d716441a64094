//! Numbers and durations, and those that are too large to count with.

use std::time::Duration;

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::explanation::Explanation;

/// The longest duration that a plan may name: a hundred years of 365 days.
pub(super) const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// A number that does not fit.
#[derive(Debug, Diagnostic, Error)]
#[error("`{number}` is too large")]
#[diagnostic(code(keyroll::number_too_large), help("the largest number is {}", u64::MAX))]
pub struct NumberTooLarge {
    /// The number as written.
    pub number: String,
    /// Its place.
    #[label("too large")]
    pub at: SourceSpan,
}

pub(super) const NUMBER_TOO_LARGE: Explanation = Explanation {
    code: "number_too_large",
    title: "a number is too large",
    text: "\
Whole numbers go up to 18446744073709551615. Nothing in a renewal is counted beyond that; most
likely digits were typed twice.

Wrong:
  receiver partner of receiver_admin {
    accepts at most 99999999999999999999
  }

Right:
  receiver partner of receiver_admin {
    accepts at most 2
  }
",
};

/// A duration beyond all deadlines.
#[derive(Debug, Diagnostic, Error)]
#[error("`{duration}` is longer than any duration may be")]
#[diagnostic(code(keyroll::duration_too_long), help("the longest duration is a hundred years, `36500d`"))]
pub struct DurationTooLong {
    /// The duration as written.
    pub duration: String,
    /// Its place.
    #[label("too long")]
    pub at: SourceSpan,
}

pub(super) const DURATION_TOO_LONG: Explanation = Explanation {
    code: "duration_too_long",
    title: "a duration is too long",
    text: "\
Windows and waiting times are added up and compared, and moments are computed from them. A duration
is at most a hundred years, so that none of these sums can run over.

Durations are written with their units, the largest first: `90s`, `15m`, `24h`, `7d`, `1h30m`.

Wrong:
  window downtime at most 99999999d

Right:
  window downtime at most 4h
",
};

/// Reads digits with units, as the grammar lets them through; `None` beyond [`LONGEST`].
pub(super) fn duration(written: &str) -> Option<Duration> {
    let mut seconds: u64 = 0;
    let mut rest = written;
    while let Some(unit) = rest.find(|c: char| !c.is_ascii_digit()) {
        let (digits, tail) = rest.split_at_checked(unit)?;
        let mut chars = tail.chars();
        let length = match chars.next()? {
            'd' => 24 * 60 * 60,
            'h' => 60 * 60,
            'm' => 60,
            _ => 1,
        };
        seconds = seconds.checked_add(digits.parse::<u64>().ok()?.checked_mul(length)?)?;
        rest = chars.as_str();
    }
    Some(Duration::from_secs(seconds)).filter(|d| *d <= LONGEST)
}

/// A duration in its canonical form, as in `1h30m`: days from two days on, then hours, minutes, seconds.
#[must_use]
pub fn spelt(duration: Duration) -> String {
    let mut left = duration.as_secs();
    let mut out = String::new();
    for (length, unit, least) in [(86_400, 'd', 172_800), (3_600, 'h', 3_600), (60, 'm', 60), (1, 's', 1)] {
        if left >= least {
            out.push_str(&format!("{}{unit}", left / length));
            left %= length;
        }
    }
    if out.is_empty() { "0s".to_owned() } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_and_written() {
        for (text, canonical) in [
            ("90s", "1m30s"),
            ("15m", "15m"),
            ("24h", "24h"),
            ("1d", "24h"),
            ("47h59m", "47h59m"),
            ("48h", "2d"),
            ("7d", "7d"),
            ("1h30m", "1h30m"),
            ("2d1h", "2d1h"),
            ("0s", "0s"),
            ("36500d", "36500d"),
        ] {
            let read = duration(text).unwrap();
            assert_eq!(spelt(read), canonical);
            assert_eq!(duration(canonical), Some(read));
        }
    }

    #[test]
    fn what_runs_over_is_refused() {
        for text in ["36501d", "18446744073709551615d", "99999999999999999999s", "36500d1s"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }
}
