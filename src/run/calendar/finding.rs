//! What is wrong with a calendar of a site.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    explanation::Explanation,
    plan::suggest::Help,
    source::{Finding, Span, shown},
};

/// A calendar that cannot be followed.
#[derive(Debug, Diagnostic, Error)]
#[error("the calendar `{name}` cannot be followed: {why}")]
#[diagnostic(code(keyroll::bad_calendar))]
struct BadCalendar {
    name: String,
    why: String,
    #[help]
    help: String,
    #[label("this calendar")]
    at: SourceSpan,
}

/// A role that keeps to a calendar which the site does not have.
#[derive(Debug, Diagnostic, Error)]
#[error("the site has no calendar `{name}`")]
#[diagnostic(code(keyroll::unknown_calendar))]
struct UnknownCalendar {
    name: String,
    #[help]
    help: String,
    #[label("this role keeps to it")]
    at: SourceSpan,
}

/// The calendar cannot be followed.
pub(super) fn bad(name: &str, why: String, help: &str, at: Span) -> Finding {
    Box::new(BadCalendar { name: shown(name), why, help: help.to_owned(), at: at.into() })
}

/// There is no such calendar.
pub(super) fn unknown(name: &str, help: Help, at: Span) -> Finding {
    let name = shown(name);
    Box::new(UnknownCalendar { name, help: help.text, at: at.into() })
}

/// What `explain` says.
pub const EXPLANATIONS: &[Explanation] = &[
    Explanation {
        code: "bad_calendar",
        title: "a calendar of the site cannot be followed",
        text: "\
A calendar is a file in the format of iCalendar (RFC 5545), as calendar programs export it. The time
of each of its events is closed: the roles that keep to it change nothing then. What cannot be
understood is refused, for an event that is overlooked would open what is closed: a zone that is not
known, a time that cannot be read, an event that comes again without an end and too often. So is a
calendar that is closed for ever.

  site = 1

  [calendars.freeze]
  path = \"freeze.ics\"
  zone = \"Europe/Vienna\"",
    },
    Explanation {
        code: "unknown_calendar",
        title: "a role keeps to a calendar that the site does not have",
        text: "\
`calendars` of a role names tables of the same site:

  site = 1

  [roles.receiver_admin]
  calendars = [\"freeze\"]

  [calendars.freeze]
  path = \"freeze.ics\"",
    },
];
