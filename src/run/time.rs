//! Moments as people read and write them. Machines get them in full, as RFC 3339 in UTC.

use std::sync::LazyLock;

use jiff::{
    Timestamp, Zoned,
    civil::{Date, DateTime},
    tz::TimeZone,
};

/// The zone of this machine: `TZ`, or what the system is set to; UTC where neither says anything.
static ZONE: LazyLock<TimeZone> = LazyLock::new(|| TimeZone::try_system().unwrap_or(TimeZone::UTC));

/// A moment to the second in the zone of this machine, which is always spelt:
/// `2026-11-23 11:24:35 +01:00`, or `2026-11-23 10:24:35 UTC`.
#[must_use]
pub fn to_the_second(at: Timestamp) -> String {
    spelt(at, &ZONE)
}

/// A moment to the second in UTC, for what is written down and read on other machines.
#[must_use]
pub fn in_utc(at: Timestamp) -> String {
    spelt(at, &TimeZone::UTC)
}

/// The day of a moment in the zone of this machine, as in `12-01`; with its year where that is not the year of
/// another moment, as in `2027-01-14`.
#[must_use]
pub fn day(at: Timestamp, near: Timestamp) -> String {
    let zoned = |at: Timestamp| at.to_zoned(ZONE.clone());
    let form = if zoned(at).year() == zoned(near).year() { "%m-%d" } else { "%Y-%m-%d" };
    zoned(at).strftime(form).to_string()
}

fn spelt(at: Timestamp, zone: &TimeZone) -> String {
    let utc = *zone == TimeZone::UTC
        || zone.is_unknown()
        || matches!(zone.iana_name(), Some("UTC" | "Etc/UTC" | "Etc/UCT" | "UCT" | "Zulu" | "Etc/Zulu"));
    let form = if utc { "%Y-%m-%d %H:%M:%S UTC" } else { "%Y-%m-%d %H:%M:%S %:z" };
    at.to_zoned(zone.clone()).strftime(form).to_string()
}

/// Reads a moment that somebody wrote: RFC 3339 with an offset, or with the name of a zone behind it.
///
/// # Errors
/// A help: what is missing, and how to write it.
pub fn moment(text: &str) -> Result<Timestamp, String> {
    let text = text.trim();
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    if let Ok(at) = text.parse::<Zoned>() {
        return Ok(at.timestamp());
    }
    if text.parse::<DateTime>().is_ok() && text.contains('[') {
        return Err("its zone is not known here: write an offset, as in 2026-12-01T21:00:00+01:00".to_owned());
    }
    if text.parse::<DateTime>().is_ok() {
        let text = text.trim_end_matches('Z');
        let help = "a time needs its zone";
        return Err(format!("{help}: write {text}Z for UTC, {text}+01:00, or {text}[Europe/Vienna]"));
    }
    Err("write it as 2026-12-01T20:00:00Z or 2026-12-01T21:00:00+01:00".to_owned())
}

/// The same, or a day: the moment at which it begins in UTC, as in a plan.
///
/// # Errors
/// A help: what is missing, and how to write it.
pub fn day_or_moment(text: &str) -> Result<Timestamp, String> {
    let day = text.trim().parse::<Date>().ok().filter(|_| text.trim().len() == "2026-12-01".len());
    match day.map(|day| day.to_zoned(TimeZone::UTC)) {
        Some(Ok(day)) => Ok(day.timestamp()),
        _ => moment(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_cut_to_the_second_and_says_its_zone() {
        let at: Timestamp = "2026-11-23T12:24:35.999999999+02:00".parse().unwrap();
        assert_eq!(in_utc(at), "2026-11-23 10:24:35 UTC");
        assert_eq!(in_utc(Timestamp::UNIX_EPOCH), "1970-01-01 00:00:00 UTC");
        let vienna = TimeZone::get("Europe/Vienna").unwrap();
        assert_eq!(spelt(at, &vienna), "2026-11-23 11:24:35 +01:00");
        let london = TimeZone::get("Europe/London").unwrap();
        assert_eq!(spelt(at, &london), "2026-11-23 10:24:35 +00:00", "no zone of UTC, whatever the season");
        assert_eq!(spelt(at, &TimeZone::get("Etc/UTC").unwrap()), "2026-11-23 10:24:35 UTC");
        assert_eq!(spelt(at, &TimeZone::unknown()), "2026-11-23 10:24:35 UTC");
        let summer: Timestamp = "2026-07-01T00:00:00-03:30".parse().unwrap();
        assert_eq!(spelt(summer, &vienna), "2026-07-01 05:30:00 +02:00");
    }

    #[test]
    fn a_day_begins_in_utc_and_a_moment_needs_its_zone() {
        let day: Timestamp = "2026-12-28T00:00:00Z".parse().unwrap();
        assert_eq!(day_or_moment("2026-12-28"), Ok(day));
        assert_eq!(day_or_moment(" 2026-12-28T01:00:00+01:00"), Ok(day));
        for text in ["2026-12-28T08:00:00", "2026-02-30", "20261228", "28.12.2026", "now", ""] {
            assert!(day_or_moment(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_moment_without_a_zone_is_none() {
        let at: Timestamp = "2026-12-01T20:00:00Z".parse().unwrap();
        for text in [
            "2026-12-01T20:00:00Z",
            "2026-12-01T21:00+01:00",
            "2026-12-01 21:00:00+01",
            "2026-12-01T21:00[Europe/Vienna]",
            " 2026-12-01T20:00:00Z ",
        ] {
            assert_eq!(moment(text), Ok(at), "{text}");
        }
        for (text, help) in [
            ("2026-12-01T20:00:00", "2026-12-01T20:00:00Z for UTC"),
            ("2026-12-01 20:00", "needs its zone"),
            ("2026-12-01", "needs its zone"),
            ("tomorrow", "write it as"),
            ("20:00", "write it as"),
            ("", "write it as"),
            ("2026-02-30T20:00:00Z", "write it as"),
            ("2026-12-01T20:00[Europe/Atlantis]", "not known here"),
        ] {
            let refused = moment(text).unwrap_err();
            assert!(refused.contains(help), "{text}: {refused}");
        }
    }
}
