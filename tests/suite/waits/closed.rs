//! Calendars: while one is closed, the roles that keep to it change nothing, and what was begun is ended.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use crate::runs::Place;

/// A calendar with one event, in hours from now.
fn calendar(hours: (i64, i64), lines: &str) -> String {
    let at = |hours| {
        let at = Timestamp::now() + SignedDuration::from_hours(hours);
        at.to_zoned(TimeZone::UTC).strftime("%Y%m%dT%H%M%SZ").to_string()
    };
    let (from, until) = (at(hours.0), at(hours.1));
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//Freeze//EN\r\nBEGIN:VEVENT\r\nUID:1\r\n\
         DTSTAMP:20260101T000000Z\r\nDTSTART:{from}\r\nDTEND:{until}\r\nSUMMARY:Year-end freeze\r\n{lines}\
         END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

/// A site in which a role keeps to a calendar.
fn kept(place: &Place, role: &str, text: &str) {
    place.write("freeze.ics", text);
    place.edit(
        "site.toml",
        &format!("[roles.{role}]\n"),
        &format!("[roles.{role}]\ncalendars = [\"freeze\"]\n"),
    );
    let site = place.read("site.toml");
    place.write("site.toml", format!("{site}\n[calendars.freeze]\npath = \"freeze.ics\"\n"));
}

const HELD: &str = "the calendar freeze is closed (Year-end freeze)";

#[test]
fn a_role_changes_nothing_while_its_calendar_is_closed() {
    let place = Place::two_keys();
    kept(&place, "receiver_admin", &calendar((-1, 48), ""));
    let trust = || std::fs::read_dir(place.folder.join("partner-trust")).unwrap().count();
    let before = trust();
    // What the other role does goes on; the certificate that it hands over is taken, for that changes nothing.
    let said = place.run().ends(3);
    assert!(said.out.contains("trust_both waits for time"), "{}", said.out);
    assert!(said.out.contains(HELD), "{}", said.out);
    assert_eq!(trust(), before);
    for verb in ["status", "why trust_both"] {
        place.keyroll(verb).says(HELD);
    }
    let waits = place.keyroll("status --format json").out;
    let waits: serde_json::Value = serde_json::from_str(&waits).unwrap();
    assert!(waits.to_string().contains("\"what\":\"time\""), "{waits}");
    // It says until when, to the second.
    let event = place.read("freeze.ics");
    let until = event.split("DTEND:").nth(1).unwrap().split("\r\n").next().unwrap();
    let until = jiff::fmt::strtime::parse("%Y%m%dT%H%M%SZ", until).unwrap().to_datetime().unwrap();
    assert!(said.out.contains(&format!("until {} UTC", until.strftime("%Y-%m-%d %H:%M:%S"))), "{}", said.out);
    // Once more changes nothing, and an open calendar lets it go on to the end.
    place.run().ends(3);
    assert_eq!(trust(), before);
    place.write("freeze.ics", calendar((-48, -1), ""));
    place.run().ends(0);
}

#[test]
fn a_closed_calendar_of_another_role_holds_nothing() {
    let place = Place::two_keys();
    // The tenant's is closed later, the event of the receiver's was called off, or is none to keep free.
    kept(&place, "tenant_admin", &calendar((4000, 4001), ""));
    kept_too(&place, "receiver_admin", &calendar((-1, 48), "STATUS:CANCELLED\r\n"));
    place.run().ends(0);
    let place = Place::two_keys();
    kept(&place, "receiver_admin", &calendar((-1, 48), "TRANSP:TRANSPARENT\r\n"));
    place.run().ends(0);
}

/// The same for a second calendar.
fn kept_too(place: &Place, role: &str, text: &str) {
    place.write("second.ics", text);
    let site = place.read("site.toml");
    let site =
        site.replace(&format!("[roles.{role}]\n"), &format!("[roles.{role}]\ncalendars = [\"second\"]\n"));
    place.write("site.toml", format!("{site}\n[calendars.second]\npath = \"second.ics\"\n"));
}

#[test]
fn a_dry_run_waits_for_the_calendar_too_and_the_approval_stays() {
    let place = Place::two_keys();
    kept(&place, "receiver_admin", &calendar((-48, -1), ""));
    place.keyroll("dry-run plan.renewal --save approved.json").ends(0);
    // A holiday more is no other site.
    place.write("freeze.ics", calendar((-1, 48), ""));
    place.keyroll("dry-run plan.renewal").ends(0);
    place.keyroll("run plan.renewal --approved approved.json").ends(3).says(HELD);
    // Another path is one.
    place.edit("site.toml", "path = \"freeze.ics\"", "path = \"./freeze.ics\"");
    place.keyroll("run plan.renewal --approved approved.json").ends(6);
}

#[test]
fn a_calendar_that_cannot_be_followed_is_refused_before_anything_is_done() {
    let place = Place::two_keys();
    kept(&place, "receiver_admin", "no calendar");
    let event = |lines: &str| calendar((-1, 48), lines);
    for (text, words) in [
        ("no calendar".to_owned(), "this line is none of a calendar"),
        (String::new(), "it is no calendar"),
        (event("").replace("END:VCALENDAR\r\n", ""), "is missing"),
        (
            event("").replace("DTSTART:", "DTSTART;TZID=Europe/Atlantis:").replace("Z\r\n", "\r\n"),
            "zone `Europe/Atlantis`",
        ),
        (event("").replace("DTSTART", "DTSTRAT"), "it needs one DTSTART"),
        (event("RRULE:FREQ=SOMETIMES\r\n"), "its RRULE cannot be read"),
        (event("RRULE:FREQ=SECONDLY\r\n"), "come more than 60000 times"),
        (event("DURATION:P1D\r\n"), "at most one DTEND or DURATION"),
        (event("RRULE:FREQ=DAILY\r\n"), "it is closed for ever"),
    ] {
        place.write("freeze.ics", &text);
        let said = place.run().ends(1);
        // Long lines are broken.
        let told = ["", " "].map(|blank| said.err.replace("\n  │ ", blank));
        assert!(told.iter().any(|told| told.contains(words)), "{words}: {}", said.err);
        assert!(said.err.contains("keyroll::bad_calendar"), "{}", said.err);
        assert!(said.err.contains("[calendars.freeze]"), "{}", said.err);
    }
    std::fs::remove_file(place.folder.join("freeze.ics")).unwrap();
    place.run().ends(1).says("keyroll::bad_calendar");
    std::fs::create_dir(place.folder.join("freeze.ics")).unwrap();
    place.run().ends(1).says("freeze.ics is no file");
    std::fs::remove_dir(place.folder.join("freeze.ics")).unwrap();
    place.tool("mkfifo", &["freeze.ics"]);
    place.run().ends(1).says("freeze.ics is no file");
    place.edit("site.toml", "calendars = [\"freeze\"]", "calendars = [\"freze\"]");
    let said = place.run().ends(1);
    assert!(
        said.err.contains("unknown_calendar") && said.err.contains("did you mean `freeze`"),
        "{}",
        said.err
    );
    assert!(!place.folder.join("keyroll.db").exists());
}

/// A flow that stands still is started again although the calendar has closed since: else its window would end.
#[test]
fn what_stands_still_is_not_held() {
    let place = Place::one_key();
    // The plan waits for a person when the flow stands still.
    place.played_by_a_person("integration_developer");
    kept(&place, "receiver_admin", &calendar((-48, -1), ""));
    place.edit("site.toml", "[roles.tenant_admin]\n", "[roles.tenant_admin]\ncalendars = [\"freeze\"]\n");
    let mut closed_at = None;
    for number in 0..20 {
        let said = place.run();
        if said.exit == 0 {
            break;
        }
        assert!(!said.out.contains(HELD), "{}", said.out);
        // From the first look on at which the flow stands still every calendar is closed.
        if place.read("orders-flow/flow.json").contains("undeployed") && closed_at.is_none() {
            place.write("freeze.ics", calendar((-1, 48), ""));
            closed_at = Some(number);
        }
        let inbox = place.keyroll("inbox --as integration_developer --format json").out;
        let inbox: serde_json::Value = serde_json::from_str(&inbox).unwrap();
        let step = first_step(&inbox).unwrap_or_else(|| panic!("{inbox}"));
        place.keyroll(&format!("confirm {step} --as integration_developer --person Dana")).ends(0);
    }
    place.run().ends(0);
    assert!(closed_at.is_some_and(|number| number > 0), "{closed_at:?}");
}

/// Nothing is stopped while the role that stops it changes nothing: such a window is not proposed.
#[test]
fn no_window_is_proposed_to_open_in_a_closed_calendar() {
    let hours = |hours| Timestamp::now() + SignedDuration::from_hours(hours);
    let agree = |place: &Place, opens: &str| {
        place.keyroll(&format!("confirm agree_downtime --as tenant_admin --opens {opens}"))
    };
    let place = Place::one_key();
    place.played_by_a_person("tenant_admin");
    kept(&place, "integration_developer", &calendar((24, 72), ""));
    place.run().ends(3);
    let said = agree(&place, &hours(48).to_string()).ends(2);
    assert!(said.err.contains("the window downtime cannot open at"), "{}", said.err);
    assert!(said.err.contains(&format!("{HELD} for integration_developer")), "{}", said.err);
    let next = said.err.split("--opens ").nth(1).unwrap().trim().to_owned();
    let off = next.parse::<Timestamp>().unwrap().duration_since(hours(72));
    assert!(off.abs() < SignedDuration::from_mins(5), "{next}");
    // Nothing was taken down, and the moment that is named will do.
    place.keyroll("inbox --as tenant_admin").ends(0).says("agree_downtime");
    agree(&place, &next).ends(0);
    // At once is a moment as well; and a calendar of a role that changes nothing in it bars no window.
    let place = Place::one_key();
    place.played_by_a_person("tenant_admin");
    kept(&place, "integration_developer", &calendar((-1, 48), ""));
    place.run().ends(3);
    place.keyroll("confirm agree_downtime --as tenant_admin").ends(2).says("cannot open at");
    agree(&place, &hours(49).to_string()).ends(0);
    let place = Place::one_key();
    place.played_by_a_person("tenant_admin");
    kept(&place, "receiver_admin", &calendar((-1, 72), ""));
    place.run().ends(3);
    agree(&place, &hours(24).to_string()).ends(0);
}

/// The step that waits first.
fn first_step(inbox: &serde_json::Value) -> Option<String> {
    let text = inbox.to_string();
    let step = text.split("\"step\":\"").nth(1)?;
    step.split('"').next().map(str::to_owned)
}
