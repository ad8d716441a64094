//! Reads `not before 2026-12-01`: a date before which a step does not begin; and dates as such.

use std::fmt;

use jiff::{SignedDuration, Timestamp, civil};
use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    explanation::Explanation,
    source::{Finding, Span, shown},
    syntax::tree::{Phrase, Term},
};

use super::{
    parameter::{ParameterValue, value},
    resolve::Draft,
};

/// A moment before which a step does not begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date {
    /// The moment.
    pub at: Timestamp,
    /// Where it is said.
    pub span: Span,
}

impl Date {
    /// As in "not before 2026-12-01 00:00:00 UTC".
    #[must_use]
    pub fn sentence(&self) -> String {
        format!("not before {}", in_utc(self.at))
    }
}

/// A day or a moment, as an author writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct When {
    /// The moment; of a day that at which it begins, at 00:00 UTC.
    pub at: Timestamp,
    /// Whether it is a whole day.
    pub is_day: bool,
}

/// A day, less the second after it, in seconds.
const REST_OF_DAY: i64 = 24 * 60 * 60 - 1;

impl When {
    /// The second that ends it: of a day its last one, otherwise the one that it names.
    #[must_use]
    pub fn last_second(&self) -> Timestamp {
        let rest = SignedDuration::from_secs(if self.is_day { REST_OF_DAY } else { 0 });
        self.at.saturating_add(rest).unwrap_or(Timestamp::MAX)
    }
}

/// As a plan writes it.
impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let form = if self.is_day { "%Y-%m-%d" } else { "%Y-%m-%dT%H:%M:%SZ" };
        write!(f, "{}", self.at.strftime(form))
    }
}

/// A moment to the second in UTC.
#[must_use]
pub fn in_utc(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// Something that is no date.
#[derive(Debug, Diagnostic, Error)]
#[error("`{written}` {what}")]
#[diagnostic(code(keyroll::bad_date))]
struct BadDate {
    written: String,
    what: &'static str,
    #[help]
    help: String,
    #[label("a date belongs here")]
    at: SourceSpan,
}

/// So much of what was written is repeated, in characters.
const QUOTED: usize = 40;

/// Reads the date before which a step does not begin.
pub(super) fn read(draft: &mut Draft, term: &Term) -> Option<Date> {
    when(draft, term).map(|when| Date { at: when.at, span: term.span() })
}

/// Reads a date, or the parameter that is one. Nothing where the parameter has a finding already.
pub(super) fn when(draft: &mut Draft, term: &Term) -> Option<When> {
    let span = term.span();
    if draft.speaks_of_lost(&Phrase { terms: vec![term.clone()] }) {
        return None;
    }
    let found = match term {
        Term::Param(name) => match value(name, &draft.scope.parameters, &draft.scope.patience) {
            Ok(ParameterValue::Date(when)) => Ok(*when),
            Ok(other) => {
                let help = format!("write a date, or declare it as `param {} : date`", shown(&name.value));
                let what =
                    if other.kind() == "alias" { "is an alias, no date" } else { "is a duration, no date" };
                Err(bad(&format!("${}", name.value), (what, help), span))
            }
            Err(finding) => Err(finding),
        },
        Term::Date(text) => moment(&text.value).map_err(|why| bad(&text.value, why, span)),
        _ => Err(bad("this", ("is no date", FORM.to_owned()), span)),
    };
    match found {
        Ok(when) => Some(when),
        Err(finding) => {
            draft.findings.push(finding);
            None
        }
    }
}

fn bad(written: &str, (what, help): (&'static str, String), span: Span) -> Finding {
    let cut: String = written.chars().take(QUOTED).collect();
    let more = if cut.len() < written.len() { "…" } else { "" };
    Box::new(BadDate { written: format!("{}{more}", shown(&cut)), what, help, at: span.into() })
}

/// How a date is written.
const FORM: &str = "write it as `2026-12-01`, or as `2026-12-01T06:00+01:00`";

/// Reads a moment as a plan writes it: a day, which begins at 00:00 UTC, or a day and a time with an offset.
///
/// # Errors
/// What is wrong with it, and how to write it.
pub(super) fn moment(text: &str) -> Result<When, (&'static str, String)> {
    let otherwise = || ("is no date", FORM.to_owned());
    let (day, time) = text.split_once('T').map_or((text, None), |(day, time)| (day, Some(time)));
    if !is_like(day, "0000-00-00") {
        return Err(otherwise());
    }
    let Ok(date) = day.parse::<civil::Date>() else {
        let help = "write a day that there is, as in `2026-12-01`: year, month, day".to_owned();
        return Err(("is no day of the calendar", help));
    };
    let Some(time) = time else {
        return date
            .at(0, 0, 0, 0)
            .to_zoned(jiff::tz::TimeZone::UTC)
            .map(|day| When { at: day.timestamp(), is_day: true })
            .map_err(|_| otherwise());
    };
    let (clock, zone) = time.split_at(time.find(['Z', '+', '-']).unwrap_or(time.len()));
    if !is_like(clock, "00:00") && !is_like(clock, "00:00:00") {
        return Err(otherwise());
    }
    if zone.is_empty() {
        let help = format!("write `{day}T{clock}Z` for UTC, or `{day}T{clock}+01:00`");
        return Err(("does not say in which zone its time is", help));
    }
    let is_offset = zone == "Z" || is_like(zone, "+00:00") || is_like(zone, "-00:00");
    let found = is_offset.then(|| text.parse::<Timestamp>().ok()).flatten();
    let found = found.map(|at| When { at, is_day: false });
    found.ok_or_else(|| ("is no time of a day", "write it as `2026-12-01T06:00+01:00`".to_owned()))
}

/// Whether a text has the form of another one, in which each `0` stands for a digit.
fn is_like(text: &str, form: &str) -> bool {
    let fits = |(sign, like): (char, char)| if like == '0' { sign.is_ascii_digit() } else { sign == like };
    text.len() == form.len() && text.chars().zip(form.chars()).all(fits)
}

/// What `explain` says.
pub(super) const EXPLANATIONS: &[Explanation] = &[Explanation {
    code: "bad_date",
    title: "a date that there is not",
    text: "\
`not before 2026-12-01` says that a step does not begin before this day, which begins at 00:00 UTC.
With a time it says its zone too: `2026-12-01T06:00+01:00`, or `2026-12-01T05:00Z` for UTC.

It may be a parameter: a date that is another one in each renewal belongs into the site.

Wrong:
  step exchange_key by tenant_admin {
    after confirm_trust
    not before 2026-02-30
    exchange tenant[$alias] for new
  }

Right:
  param freeze_ends : date = 2026-12-01
  step exchange_key by tenant_admin {
    after confirm_trust
    not before $freeze_ends
    exchange tenant[$alias] for new
  }
",
}];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_a_day_in_utc_or_a_time_with_its_offset() {
        for (text, at) in [
            ("2026-12-01", "2026-12-01T00:00:00Z"),
            ("2028-02-29", "2028-02-29T00:00:00Z"),
            ("2026-12-01T06:00+01:00", "2026-12-01T05:00:00Z"),
            ("2026-12-01T06:00:30-03:30", "2026-12-01T09:30:30Z"),
            ("2026-12-01T06:00Z", "2026-12-01T06:00:00Z"),
        ] {
            let read = moment(text).unwrap();
            assert_eq!((read.at, read.is_day), (at.parse().unwrap(), !text.contains('T')), "{text}");
        }
    }

    #[test]
    fn a_day_ends_with_its_last_second_and_a_time_with_the_one_that_it_names() {
        for (text, last, written) in [
            ("2026-12-01", "2026-12-01T23:59:59Z", "2026-12-01"),
            ("2026-12-01T00:00Z", "2026-12-01T00:00:00Z", "2026-12-01T00:00:00Z"),
            ("2026-12-01T06:00:30+01:00", "2026-12-01T05:00:30Z", "2026-12-01T05:00:30Z"),
        ] {
            let read = moment(text).unwrap();
            assert_eq!((read.last_second(), read.to_string()), (last.parse().unwrap(), written.to_owned()));
        }
    }

    #[test]
    fn what_is_no_date_is_told_with_what_is_wrong() {
        for (text, what) in [
            ("2026-02-30", "is no day of the calendar"),
            ("2026-13-01", "is no day of the calendar"),
            ("2027-02-29", "is no day of the calendar"),
            ("2026-12-1", "is no date"),
            ("20261201", "is no date"),
            ("01.12.2026", "is no date"),
            ("90d", "is no date"),
            ("2026-12-01T", "is no date"),
            ("2026-12-01T06", "is no date"),
            ("2026-12-01T6:00Z", "is no date"),
            ("2026-12-01T06:00", "does not say in which zone its time is"),
            ("2026-12-01T25:00Z", "is no time of a day"),
            ("2026-12-01T06:60Z", "is no time of a day"),
            ("2026-12-01T06:00+1", "is no time of a day"),
            ("2026-12-01T06:00+99:00", "is no time of a day"),
            ("2026-12-01T06:00Z+01:00", "is no time of a day"),
        ] {
            assert_eq!(moment(text).map_err(|why| why.0), Err(what), "{text}");
        }
    }
}
