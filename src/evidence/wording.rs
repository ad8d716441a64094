//! How numbers, times and words are written for people.

use jiff::Timestamp;

use super::timeline::{Kind, StepStatus};

/// A count with its thousands set apart: `12,345`.
#[must_use]
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A length of time in its two greatest units: `2 d 3 h`, `4 h`, `6 min 12 s`, `3.2 s`, `40 ms`.
#[must_use]
pub fn duration(ms: u64) -> String {
    let two = |great: u64, great_unit: &str, small: u64, small_unit: &str| match small {
        0 => format!("{great} {great_unit}"),
        _ => format!("{great} {great_unit} {small} {small_unit}"),
    };
    let seconds = ms / 1_000;
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..60_000 if ms % 1_000 / 100 == 0 => format!("{seconds} s"),
        1_000..60_000 => format!("{seconds}.{} s", ms % 1_000 / 100),
        60_000..3_600_000 => two(seconds / 60, "min", seconds % 60, "s"),
        3_600_000..86_400_000 => two(seconds / 3_600, "h", seconds / 60 % 60, "min"),
        _ => two(seconds / 86_400, "d", seconds / 3_600 % 24, "h"),
    }
}

/// A moment after a beginning: `+1:05:09` in hours, minutes and seconds.
#[must_use]
pub fn since(began: Timestamp, at: Timestamp) -> String {
    let ms = at.as_millisecond().saturating_sub(began.as_millisecond());
    let (sign, seconds) = (if ms < 0 { '−' } else { '+' }, ms.unsigned_abs() / 1_000);
    format!("{sign}{}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

/// How far a step came, in words.
#[must_use]
pub const fn status(status: StepStatus) -> &'static str {
    match status {
        StepStatus::Done => "done",
        StepStatus::AlreadySo => "already so",
        StepStatus::Failed => "failed",
        StepStatus::Waiting => "waiting",
        StepStatus::NotTried => "not tried",
    }
}

/// What a report is about, in a word.
#[must_use]
pub const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Rehearsal => "Rehearsal",
        Kind::Run => "Run",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(count), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(
            [40, 3_250, 5_000, 372_000, 14_400_000, 183_600_000].map(duration),
            ["40 ms", "3.2 s", "5 s", "6 min 12 s", "4 h", "2 d 3 h"]
        );
        let at = Timestamp::from_second(3_909).unwrap();
        assert_eq!(since(Timestamp::UNIX_EPOCH, at), "+1:05:09");
    }
}
