//! From the text of an iCalendar file (RFC 5545) to the times in which it is closed: those of its events.
//!
//! An event that is cancelled (3.8.1.11) or transparent to who looks for free time (3.8.2.7) closes nothing.
//! What cannot be understood is refused: an event that is overlooked would open what is closed.

use calcard::{
    Entry, Parser,
    common::{PartialDateTime, timezone::Tz},
    icalendar::{
        ICalendar, ICalendarComponent, ICalendarComponentType as Component,
        ICalendarParameterName as Parameter, ICalendarProperty as Property, ICalendarStatus as Status,
        ICalendarTransparency as Transparency, ICalendarValue as Value, dates::TimeOrDelta,
        timezone::TzResolver,
    },
};
use jiff::{SignedDuration, Timestamp};

use crate::source::shown;

use super::{Calendar, Closed, lines::sound};

/// How many events a calendar has at most, each time counted at which one that comes again does: twice daily to
/// the end of its days.
const EVENTS: usize = 60_000;

/// The year with whose last second all events that come again without an end have come the last time.
pub(super) const LAST_YEAR: u16 = 2099;

/// Reads a calendar. Times that name no zone are of the zone `local`, a name as in `Europe/Vienna`.
///
/// # Errors
/// What is wrong with it, in words.
pub(super) fn read(text: &str, local: &str) -> Result<Calendar, String> {
    let local: Tz = local.parse().map_err(|()| format!("the zone `{}` is not known", shown(local)))?;
    let mut calendar = parse(text)?;
    let mut rows = Vec::new();
    let resolver = calendar.build_owned_tz_resolver().with_default(local);
    for (number, component) in calendar.components.iter_mut().enumerate() {
        if component.component_type == Component::VEvent {
            understood(component, &resolver)?;
            if closes(component) {
                rows.push((number, summary(component)));
            }
        }
    }
    let expanded = calendar.expand_dates(local, EVENTS);
    if let Some(error) = expanded.errors.first() {
        return Err(format!("an event of it cannot be understood: {:?}", error.error));
    }
    if expanded.events.len() >= EVENTS {
        return Err(format!(
            "its events come more than {EVENTS} times up to the end of {LAST_YEAR}: let one that comes again \
             end, by COUNT or UNTIL"
        ));
    }
    let second =
        |second: i64| Timestamp::from_second(second).map_err(|_| "an event lies too far away".to_owned());
    let mut times = Vec::new();
    for event in expanded.events {
        let row = rows.binary_search_by_key(&(event.comp_id as usize), |(number, _)| *number);
        let Some((_, why)) = row.ok().and_then(|row| rows.get(row)) else { continue };
        let from = second(event.start.timestamp())?;
        let until = match event.end {
            TimeOrDelta::Time(end) => second(end.timestamp())?,
            TimeOrDelta::Delta(length) => from
                .checked_add(SignedDuration::from_secs(length.num_seconds()))
                .map_err(|_| "an event lies too far away".to_owned())?,
        };
        times.push(Closed { from, until, why: why.clone() });
    }
    Ok(Calendar::of(times))
}

fn parse(text: &str) -> Result<ICalendar, String> {
    sound(text)?;
    let calendar = match Parser::new(text).entry() {
        Entry::ICalendar(calendar) => calendar,
        _ => return Err("it cannot be read".to_owned()),
    };
    let begun = text.lines().filter(|line| line.trim().eq_ignore_ascii_case("BEGIN:VEVENT")).count();
    let read = calendar.components.iter().filter(|part| part.component_type == Component::VEvent).count();
    if begun == read { Ok(calendar) } else { Err(format!("of its {begun} events {read} can be read")) }
}

/// Refuses an event of which the library would overlook something, and tells the end of one that comes again in
/// its own zone: it is compared with local times.
fn understood(event: &mut ICalendarComponent, zones: &TzResolver<String>) -> Result<(), String> {
    let name = summary(event);
    let wrong = |what: &str| Err(format!("the event `{}`: {what}", shown(&name)));
    let mut zone = None;
    for entry in &event.entries {
        let is_time = matches!(
            entry.name,
            Property::Dtstart | Property::Dtend | Property::RecurrenceId | Property::Rdate | Property::Exdate
        );
        let is_one = |value: &Value| match value {
            Value::PartialDateTime(time) => is_whole(time),
            Value::Period(_) => entry.name == Property::Rdate,
            _ => false,
        };
        if is_time && (entry.values.is_empty() || !entry.values.iter().all(is_one)) {
            return wrong("a time of it cannot be read");
        }
        if entry.name == Property::Duration && !matches!(entry.values.as_slice(), [Value::Duration(_)]) {
            return wrong("its DURATION cannot be read");
        }
        if entry.name == Property::Rrule && !matches!(entry.values.as_slice(), [Value::RecurrenceRule(_)]) {
            return wrong("its RRULE cannot be read");
        }
        for parameter in entry.params.iter().filter(|parameter| parameter.name == Parameter::Tzid) {
            let named = parameter.value.as_text().unwrap_or_default();
            match zones.resolve(named) {
                Some(found) if entry.name == Property::Dtstart => zone = Some(found),
                Some(_) => {}
                None => return wrong(&format!("its zone `{}` is not known", shown(named))),
            }
        }
    }
    let count = |name: Property| event.entries.iter().filter(|entry| entry.name == name).count();
    if count(Property::Dtstart) != 1 || count(Property::Dtend) + count(Property::Duration) > 1 {
        return wrong("it needs one DTSTART, and at most one DTEND or DURATION");
    }
    if count(Property::Rrule) > 1 {
        return wrong("it has more than one RRULE");
    }
    let zone = zone.unwrap_or_else(|| zones.resolve_or_default(None));
    for entry in &mut event.entries {
        for value in &mut entry.values {
            let Value::RecurrenceRule(rule) = value else { continue };
            rule.until = match &rule.until {
                Some(until) => match in_zone(until, zone) {
                    Some(local) => Some(local),
                    None => return wrong("the UNTIL of its RRULE cannot be read"),
                },
                None if rule.count.is_none() => Some(end_of_days()),
                None => None,
            };
        }
    }
    Ok(())
}

/// Whether a time has all that it needs: a date, and a whole time of day or none.
fn is_whole(time: &PartialDateTime) -> bool {
    let day = time.hour.is_some() == time.minute.is_some() && time.hour.is_some() == time.second.is_some();
    day && time.to_date_time().is_some()
}

fn end_of_days() -> PartialDateTime {
    PartialDateTime {
        year: Some(LAST_YEAR),
        month: Some(12),
        day: Some(31),
        hour: Some(23),
        minute: Some(59),
        second: Some(59),
        ..PartialDateTime::default()
    }
}

/// A time of day in UTC as a zone tells it; a day and a local time as they are.
fn in_zone(time: &PartialDateTime, zone: Tz) -> Option<PartialDateTime> {
    if time.tz_hour.is_none() || !is_whole(time) {
        return is_whole(time).then(|| time.clone());
    }
    let told = time.to_date_time_with_tz(zone)?.with_timezone(&zone).format("%Y %m %d %H %M %S").to_string();
    let mut fields = told.split(' ').map(str::parse::<u16>);
    let mut next = || fields.next()?.ok();
    let (year, mut small) = (next()?, || next().and_then(|field| u8::try_from(field).ok()));
    Some(PartialDateTime {
        year: Some(year),
        month: Some(small()?),
        day: Some(small()?),
        hour: Some(small()?),
        minute: Some(small()?),
        second: Some(small()?),
        ..PartialDateTime::default()
    })
}

/// Whether an event closes the time in which it is.
fn closes(event: &ICalendarComponent) -> bool {
    let mut values = event.entries.iter().flat_map(|entry| &entry.values);
    !values.any(|value| {
        matches!(value, Value::Status(Status::Cancelled) | Value::Transparency(Transparency::Transparent))
    })
}

/// What an event says of itself, in at most a line.
fn summary(event: &ICalendarComponent) -> String {
    let said = event.entries.iter().find(|entry| entry.name == Property::Summary);
    let text = said.and_then(|entry| entry.values.first()).and_then(|value| match value {
        Value::Text(text) => Some(text.as_str()),
        _ => None,
    });
    text.unwrap_or_default().chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn calendar(events: &[&str]) -> String {
        let events: String = events
            .iter()
            .enumerate()
            .map(|(number, lines)| {
                let lines = lines.replace('\n', "\r\n");
                format!(
                    "BEGIN:VEVENT\r\nUID:{number}\r\nDTSTAMP:20260101T000000Z\r\n{lines}\r\nEND:VEVENT\r\n"
                )
            })
            .collect();
        format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//EN\r\n{events}END:VCALENDAR\r\n")
    }

    fn closed(events: &[&str], zone: &str) -> Vec<(String, String)> {
        let calendar = read(&calendar(events), zone).unwrap_or_else(|why| panic!("{why}: {events:?}"));
        let told = |at: Timestamp| at.to_string();
        calendar.closed.iter().map(|time| (told(time.from), told(time.until))).collect()
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(from, until)| ((*from).to_owned(), (*until).to_owned())).collect()
    }

    #[test]
    fn days_are_those_of_the_zone() {
        let days = ["DTSTART;VALUE=DATE:20261220\nDTEND;VALUE=DATE:20270107"];
        let vienna = pairs(&[("2026-12-19T23:00:00Z", "2027-01-06T23:00:00Z")]);
        assert_eq!(closed(&days, "Europe/Vienna"), vienna);
        assert_eq!(closed(&days, "UTC"), pairs(&[("2026-12-20T00:00:00Z", "2027-01-07T00:00:00Z")]));
        // A day without an end is a whole one (RFC 5545, 3.6.1).
        let day = ["DTSTART;VALUE=DATE:20260701"];
        assert_eq!(closed(&day, "Europe/Vienna"), pairs(&[("2026-06-30T22:00:00Z", "2026-07-01T22:00:00Z")]));
    }

    #[test]
    fn times_are_those_of_their_own_zone() {
        for (start, end) in [
            ("DTSTART;TZID=Europe/Vienna:20260701T100000", "DTEND;TZID=Europe/Vienna:20260701T120000"),
            ("DTSTART:20260701T080000Z", "DTEND:20260701T100000Z"),
            ("DTSTART:20260701T080000Z", "DURATION:PT2H"),
            ("DTSTART;TZID=America/New_York:20260701T040000", "DTEND:20260701T100000Z"),
            // Without a zone it is that of the calendar.
            ("DTSTART:20260701T100000", "DTEND:20260701T120000"),
        ] {
            let found = closed(&[&format!("{start}\n{end}")], "Europe/Vienna");
            assert_eq!(found, pairs(&[("2026-07-01T08:00:00Z", "2026-07-01T10:00:00Z")]), "{start}");
        }
    }

    #[test]
    fn what_comes_again_keeps_its_local_time() {
        // Over the end of summer time, with an exception.
        let weekly = "DTSTART;TZID=Europe/Vienna:20261016T180000\nDTEND;TZID=Europe/Vienna:20261016T230000\n\
                      RRULE:FREQ=WEEKLY;COUNT=4\nEXDATE;TZID=Europe/Vienna:20261023T180000";
        let expected = pairs(&[
            ("2026-10-16T16:00:00Z", "2026-10-16T21:00:00Z"),
            ("2026-10-30T17:00:00Z", "2026-10-30T22:00:00Z"),
            ("2026-11-06T17:00:00Z", "2026-11-06T22:00:00Z"),
        ]);
        assert_eq!(closed(&[weekly], "UTC"), expected);
    }

    #[test]
    fn an_end_in_utc_takes_in_the_last_time() {
        // The last one begins at the very end, which RFC 5545 (3.3.10) wants in UTC.
        let daily = "DTSTART;TZID=America/New_York:20261220T190000\nDURATION:PT1H\n\
                     RRULE:FREQ=DAILY;UNTIL=20261223T000000Z";
        let expected = pairs(&[
            ("2026-12-21T00:00:00Z", "2026-12-21T01:00:00Z"),
            ("2026-12-22T00:00:00Z", "2026-12-22T01:00:00Z"),
            ("2026-12-23T00:00:00Z", "2026-12-23T01:00:00Z"),
        ]);
        assert_eq!(closed(&[daily], "UTC"), expected);
    }

    #[test]
    fn an_end_in_utc_is_one_of_local_times() {
        // As in UTC it would lie before the last time of the day after.
        let daily = "DTSTART;TZID=Europe/Vienna:20261221T003000\nDURATION:PT1H\n\
                     RRULE:FREQ=DAILY;UNTIL=20261222T233000Z";
        let expected = pairs(&[
            ("2026-12-20T23:30:00Z", "2026-12-21T00:30:00Z"),
            ("2026-12-21T23:30:00Z", "2026-12-22T00:30:00Z"),
            ("2026-12-22T23:30:00Z", "2026-12-23T00:30:00Z"),
        ]);
        assert_eq!(closed(&[daily], "UTC"), expected);
    }

    #[test]
    fn what_is_called_off_or_free_closes_nothing() {
        let event = "DTSTART:20260701T080000Z\nDURATION:PT1H";
        assert_eq!(closed(&[event], "UTC").len(), 1);
        for lines in ["STATUS:CANCELLED", "TRANSP:TRANSPARENT"] {
            assert_eq!(closed(&[&format!("{event}\n{lines}")], "UTC"), pairs(&[]), "{lines}");
        }
    }

    #[test]
    fn what_has_no_end_is_followed_to_the_end_of_days() {
        let found = closed(&["DTSTART:20260103T000000Z\nDURATION:P2D\nRRULE:FREQ=WEEKLY"], "UTC");
        assert!(found.len() > 3800, "{}", found.len());
        assert!(found.last().unwrap().1.starts_with("2099-12"), "{:?}", found.last());
    }

    #[test]
    fn nothing_is_overlooked() {
        for (event, words) in [
            ("DTEND:20260701T100000Z", "needs one DTSTART"),
            ("DTSTART:20260231T100000Z", "a time of it cannot be read"),
            ("DTSTART:tomorrow", "a time of it cannot be read"),
            ("DTSTART:20260701T080000Z\nDTEND:later", "a time of it cannot be read"),
            ("DTSTART:20260701T080000Z\nDURATION:long", "its DURATION cannot be read"),
            ("DTSTART:20260701T080000Z\nRRULE:FREQ=DAILY;UNTIL=never", "RRULE cannot be read"),
            (
                "DTSTART:20260701T080000Z\nEXDATE:never\nRRULE:FREQ=DAILY;COUNT=2",
                "a time of it cannot be read",
            ),
            ("DTSTART;TZID=Nowhere:20260701T080000", "its zone `Nowhere` is not known"),
            ("DTSTART:20260701T080000Z\nRRULE:FREQ=MINUTELY", "come more than"),
        ] {
            let why = read(&calendar(&[event]), "UTC").unwrap_err();
            assert!(why.contains(words), "{event}: {why}");
        }
        assert!(read(&calendar(&[]), "Nowhere").unwrap_err().contains("the zone `Nowhere` is not known"));
        // A calendar without events is never closed.
        assert_eq!(closed(&[], "UTC"), pairs(&[]));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC*", lines in proptest::collection::vec(
            prop_oneof![
                Just("BEGIN:VCALENDAR"), Just("END:VCALENDAR"), Just("BEGIN:VEVENT"), Just("END:VEVENT"),
                Just("BEGIN:VTIMEZONE"), Just("END:VTIMEZONE"), Just("DTSTART:20260701T080000Z"),
                Just("DTEND:20260701T090000Z"), Just("RRULE:FREQ=DAILY;COUNT=9"), Just("RDATE:20260101T000000Z"),
                Just("RRULE:FREQ=YEARLY;BYDAY=5MO;BYSETPOS=-1"), Just("TZID:Here"), Just("DURATION:-P1D"),
                Just("RECURRENCE-ID;RANGE=THISANDFUTURE:20260702T080000Z"), Just("STATUS:CANCELLED"),
            ],
            0..14,
        )) {
            let _read = read(&text, "UTC");
            let _read = read(&lines.join("\r\n"), "Europe/Vienna");
        }
    }
}
