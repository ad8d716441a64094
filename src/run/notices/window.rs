//! A window, or the moment by which a question is due, as an entry of a calendar (RFC 5545), published (RFC 5546, section 3.2.1), or cancelled (3.2.5).

use jiff::Timestamp;

use crate::{backend::post::address::Address, world::material::Fingerprint};

use super::card::{Card, Kind, Window};

/// How long a line is at most, in bytes without its end (RFC 5545, section 3.1).
const LINE: usize = 75;

/// The method of the calendar of a card (RFC 5546, section 1.4).
pub(super) const fn method(card: &Card) -> &'static str {
    if matches!(card.kind, Kind::Withdrawn) { "CANCEL" } else { "PUBLISH" }
}

/// The calendar that comes with a card, where it is about a window, or about a question that is due.
pub(super) fn calendar(card: &Card, from: &Address) -> Option<String> {
    let entry = Entry::of_window(card).or_else(|| Entry::of_question(card))?;
    let uid = Fingerprint::of(entry.name.as_bytes());
    let mut lines: Vec<String> = vec![
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        "PRODID:-//keyroll//notices//EN".to_owned(),
        format!("METHOD:{}", method(card)),
        "BEGIN:VEVENT".to_owned(),
        format!("UID:{uid}@{}", from.domain()),
        format!("DTSTAMP:{}", moment(card.at)),
        format!("SEQUENCE:{}", entry.sequence),
        format!("ORGANIZER:mailto:{}", from.as_str()),
        format!("DTSTART:{}", moment(entry.starts)),
    ];
    lines.extend(entry.ends.map(|ends| format!("DTEND:{}", moment(ends))));
    lines.push(format!("SUMMARY:{}", escaped(&format!("{}: {}", card.plan, entry.summary))));
    lines.push(format!("DESCRIPTION:{}", escaped(&format!("{} (run {})", card.what, card.run))));
    lines.push(format!("STATUS:{}", entry.status));
    lines.extend(["END:VEVENT".to_owned(), "END:VCALENDAR".to_owned()]);
    Some(lines.iter().map(|line| folded(line)).collect())
}

/// What is peculiar to an entry.
struct Entry {
    /// What makes it the same entry again.
    name: String,
    sequence: u32,
    starts: Timestamp,
    ends: Option<Timestamp>,
    summary: String,
    status: &'static str,
}

impl Entry {
    fn of_window(card: &Card) -> Option<Self> {
        let window = card.window.as_ref()?;
        let status = match card.kind {
            Kind::Withdrawn => "CANCELLED",
            _ if window.agreed => "CONFIRMED",
            _ => "TENTATIVE",
        };
        Some(Self {
            name: format!("keyroll window\n{}\n{}", card.run, window.name),
            sequence: sequence(card, window),
            starts: window.opens,
            ends: window.closes,
            summary: format!("window {}", window.name),
            status,
        })
    }

    /// The moment by which a question is to be answered. One that is asked anew is another one.
    fn of_question(card: &Card) -> Option<Self> {
        let (question, by) = (card.question.as_ref()?, card.by?);
        let since = card.since.map(|since| since.to_string()).unwrap_or_default();
        let role = card.role.as_deref().unwrap_or_default();
        let is_back = matches!(card.kind, Kind::Withdrawn);
        Some(Self {
            name: format!("keyroll question\n{}\n{question}\n{role}\n{since}", card.run),
            sequence: u32::from(is_back),
            starts: by,
            ends: None,
            summary: format!("answer {question}"),
            status: if is_back { "CANCELLED" } else { "CONFIRMED" },
        })
    }
}

/// A later word about a window has a higher number.
const fn sequence(card: &Card, window: &Window) -> u32 {
    let settled = window.agreed || matches!(card.kind, Kind::Withdrawn);
    window.proposal.saturating_mul(2).saturating_sub(if settled { 1 } else { 2 })
}

/// A moment in UTC (RFC 5545, section 3.3.5).
fn moment(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// A text as a value (RFC 5545, section 3.3.11).
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// A line with its end, folded where it is too long, between characters.
fn folded(line: &str) -> String {
    let mut out = String::with_capacity(line.len() + 8);
    let mut length = 0;
    for c in line.chars() {
        if length + c.len_utf8() > LINE {
            out.push_str("\r\n ");
            length = 1;
        }
        length += c.len_utf8();
        out.push(c);
    }
    out.push_str("\r\n");
    out
}

#[cfg(test)]
mod tests {
    use calcard::{Entry, Parser, icalendar::ICalendarValue};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever stands in a text, the calendar has the lines that it is to have, none too long, and reads back.
        #[test]
        fn no_text_makes_a_line_of_its_own(what in any::<String>(), agreed: bool) {
            let at: Timestamp = "2026-12-01T20:00:00Z".parse().unwrap();
            let window = Window { name: "night".into(), opens: at, closes: Some(at), agreed, proposal: 2 };
            let card = Card {
                kind: Kind::Asked,
                run: "r".into(),
                plan: "p".into(),
                step: None,
                question: None,
                role: None,
                what: super::super::tame(&what),
                why: None,
                since: None,
                by: None,
                window: Some(window),
                answer: None,
                at,
            };
            let from = Address::try_from("a@example.org".to_owned()).unwrap();
            let text = calendar(&card, &from).unwrap();
            prop_assert!(text.split("\r\n").all(|line| line.len() <= LINE && !line.contains(['\r', '\n'])));
            let names: Vec<&str> =
                text.split("\r\n").filter(|line| !line.starts_with(' ')).map(|line| line.split(':').next().unwrap()).collect();
            prop_assert_eq!(names.join(" "), "BEGIN VERSION PRODID METHOD BEGIN UID DTSTAMP SEQUENCE ORGANIZER DTSTART DTEND \
                SUMMARY DESCRIPTION STATUS END END ");
            let Entry::ICalendar(read) = Parser::new(&text).entry() else { panic!("no calendar: {text}") };
            let wanted = format!("{} (run r)", card.what);
            let says = |value: &ICalendarValue| matches!(value, ICalendarValue::Text(text) if *text == wanted);
            let mut entries = read.components.iter().flat_map(|part| &part.entries);
            let told = entries.any(|entry| entry.values.iter().any(says));
            prop_assert!(told, "{}", text);
        }
    }
}
