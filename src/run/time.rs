//! Moments as people read them. Machines get them in full, as RFC 3339.

use jiff::Timestamp;

/// A moment to the second, with its zone: `2026-11-23 10:24:35 UTC`.
#[must_use]
pub fn to_the_second(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_cut_to_the_second_and_says_its_zone() {
        let at: Timestamp = "2026-11-23T12:24:35.999999999+02:00".parse().unwrap();
        assert_eq!(to_the_second(at), "2026-11-23 10:24:35 UTC");
        assert_eq!(to_the_second(Timestamp::UNIX_EPOCH), "1970-01-01 00:00:00 UTC");
    }
}
