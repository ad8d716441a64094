//! Runs that stand still because somebody has it so.

#![cfg(test)]

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use keyroll::journal::sqlite::Store;
use serde_json::Value;

use crate::runs::{Place, Said};

fn in_days(days: i64) -> Timestamp {
    Timestamp::now() + SignedDuration::from_hours(24 * days)
}

fn day(days: i64) -> String {
    in_days(days).to_zoned(TimeZone::UTC).strftime("%Y-%m-%d").to_string()
}

fn json(said: &Said) -> Value {
    serde_json::from_str(said.out.lines().last().unwrap()).unwrap()
}

/// A run of the two-key plan that waits for the receiver to take the new certificate.
fn waiting() -> Place {
    let place = Place::two_keys();
    place.played_by_a_person("receiver_admin");
    place.run().ends(3);
    place
}

fn pause(place: &Place, until: &str, more: &str) -> Said {
    place.keyroll(&format!("pause --until {until} --as tenant_admin --person Dana --because moving {more}"))
}

fn resume(place: &Place, more: &str) -> Said {
    place.keyroll(&format!("resume --as tenant_admin --person Ben --because ready {more}"))
}

fn trusted(place: &Place) -> usize {
    std::fs::read_dir(place.folder.join("partner-trust")).unwrap().count()
}

#[test]
fn a_run_that_is_paused_does_nothing_until_then_and_says_so() {
    let place = waiting();
    let said = pause(&place, &day(3), "").ends(0);
    let told = format!("paused by Dana (tenant_admin): moving, until {} 00:00:00 UTC", day(3));
    assert!(said.out.contains(&told), "{told}: {}", said.out);
    // What people have done they confirm; what follows on it stands still.
    place.keyroll("confirm provide_certificate --as receiver_admin").ends(0);
    let before = place.files();
    let said = place.run().ends(3);
    assert!(said.out.contains(&told), "{}", said.out);
    let held = "trust_both waits for time since ";
    assert!(
        said.out.contains(held) && said.out.contains("paused by Dana (tenant_admin): moving"),
        "{}",
        said.out
    );
    assert_eq!((place.files(), trusted(&place)), (before, 1));
    for line in ["status", "why", "why trust_both"] {
        place.keyroll(line).ends(0).says("paused by Dana (tenant_admin): moving");
    }
    place.keyroll("watch plan.renewal").ends(0).says("is under way").says(&told);
    for line in ["status --format json", "why --format json", "watch plan.renewal --format json"] {
        let paused = json(&place.keyroll(line).ends(0))["paused"].clone();
        assert_eq!((&paused[0]["by"]["person"], &paused[0]["because"]), (&"Dana".into(), &"moving".into()));
    }
    // The same once more is known; another one takes its place.
    let again = json(&pause(&place, &day(3), "--format json").ends(0));
    assert_eq!((&again["new"], again["paused"].as_array().unwrap().len()), (&false.into(), 1), "{again}");
    let other = json(&pause(&place, &day(2), "--format json").ends(0));
    assert_eq!((&other["new"], other["paused"].as_array().unwrap().len()), (&true.into(), 1), "{other}");
    // It ends before its time when somebody has it so.
    assert_eq!(json(&resume(&place, "--format json").ends(0))["paused"], Value::Array(Vec::new()));
    place.run().ends(3).says("waits for receiver_admin");
    assert_eq!(trusted(&place), 2);
    assert!(!place.keyroll("status").ends(0).out.contains("paused"));
}

#[test]
fn a_pause_that_is_over_holds_nothing() {
    let place = waiting();
    let until = Timestamp::now() + SignedDuration::from_secs(15);
    pause(&place, &until.to_string(), "").ends(0);
    place.keyroll("confirm provide_certificate --as receiver_admin").ends(0);
    // It stays until then, and goes on by itself: the next thing that it waits for is a person.
    let mut run = place.program(&["run", "plan.renewal", "--follow"]);
    let mut run = run.stderr(std::process::Stdio::null()).spawn().unwrap();
    while trusted(&place) < 2 {
        assert!(run.try_wait().unwrap().is_none(), "it stays");
        std::thread::yield_now();
    }
    run.kill().unwrap();
    run.wait().unwrap();
    assert!(Timestamp::now() >= until, "no earlier");
}

#[test]
fn a_pause_of_one_partner_lets_the_others_go_on() {
    let text = crate::runs::plan("two-keys.renewal").replace(
        "step provide_certificate by",
        "role auditor\n\nstep hand by tenant_admin {\n  after create_key\n  inform auditor\n}\n\nstep note by auditor {\n  \
         after hand\n  inform tenant_admin\n}\n\nstep reply by tenant_admin {\n  after note\n  inform auditor\n}\n\n\
         step provide_certificate by",
    );
    let place = Place::of(&text);
    for role in ["receiver_admin", "auditor"] {
        place.played_by_a_person(role);
    }
    place.run().ends(3);
    let partner = "--partner receiver_admin";
    pause(&place, &day(3), partner).ends(0).says("paused for receiver_admin by Dana (tenant_admin): moving");
    place.keyroll("confirm note --as auditor").ends(0);
    place.keyroll("confirm provide_certificate --as receiver_admin").ends(0);
    let said = place.run().ends(3);
    assert!(said.out.contains("trust_both waits for time"), "{}", said.out);
    assert!(
        place
            .keyroll("status")
            .ends(0)
            .out
            .lines()
            .any(|line| line.contains("done") && line.contains("reply"))
    );
    // Another role's pause is another one, and the end of one leaves the other.
    pause(&place, &day(2), "--partner auditor").ends(0);
    resume(&place, "--partner auditor").ends(0).says("paused for receiver_admin");
    place.run().ends(3);
    assert_eq!(trusted(&place), 1);
    resume(&place, partner).ends(0);
    place.run().ends(3);
    assert_eq!(trusted(&place), 2);
    let said = pause(&place, &day(2), "--partner reciever_admin").ends(2);
    assert!(said.err.contains("did you mean `receiver_admin`"), "{}", said.err);
}

/// What is refused takes nothing down, and holds nothing.
fn refused(place: &Place, until: &str, words: &str) {
    let said = pause(place, until, "").ends(1);
    assert!(said.err.contains(words), "{words}: {}", said.err);
    assert_eq!(json(&place.keyroll("status --format json").ends(0))["paused"], Value::Null);
}

#[test]
fn a_pause_counts_against_the_slack() {
    let place = waiting();
    let listed = place
        .keyroll("keystore show tenant.p12 --alias orders-signer --password file:password --format json")
        .ends(0);
    let text = json(&listed).to_string();
    let ends = text.split("\"not_after\":\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let ends: Timestamp = ends.parse().unwrap();
    let second = SignedDuration::from_secs(1);
    refused(&place, &ends.to_string(), "the certificate of old ends at");
    refused(&place, &(ends + second).to_string(), "before the pause does");
    pause(&place, &(ends - second).to_string(), "").ends(0);
    // Where the plan says how long its steps take, what is left of it has to be done before the end, too.
    let timed: String = crate::runs::plan("two-keys.renewal")
        .lines()
        .map(|line| {
            if line.starts_with("step ") {
                format!("{line}\n  takes 1h to 2d\n")
            } else {
                format!("{line}\n")
            }
        })
        .collect();
    let place = Place::of(&timed);
    place.played_by_a_person("receiver_admin");
    place.run().ends(3);
    let text = json(
        &place
            .keyroll("keystore show tenant.p12 --alias orders-signer --password file:password --format json")
            .ends(0),
    )
    .to_string();
    let ends: Timestamp =
        text.split("\"not_after\":\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap();
    refused(
        &place,
        &(ends - SignedDuration::from_hours(24)).to_string(),
        "what is left of the plan may take",
    );
    pause(&place, &(ends - SignedDuration::from_hours(24 * 20)).to_string(), "").ends(0);
}

#[test]
fn a_pause_that_would_miss_a_deadline_is_refused() {
    let dated = |takes: &str| -> String {
        let text = crate::runs::plan("two-keys.renewal");
        let text = text.replace("  exchange tenant", &format!("  not after {}\n  exchange tenant", day(9)));
        let begins = |line: &str| if line.starts_with("step ") { takes.to_owned() } else { String::new() };
        text.lines().map(|line| format!("{line}\n{}", begins(line))).collect()
    };
    let place = Place::of(&dated(""));
    place.played_by_a_person("receiver_admin");
    place.run().ends(3);
    refused(&place, &day(11), "`exchange_key` has to begin by");
    pause(&place, &day(8), "").ends(0);
    // What comes before it takes its time.
    let place = Place::of(&dated("  takes 1h to 1d\n"));
    place.played_by_a_person("receiver_admin");
    place.run().ends(3);
    refused(&place, &day(8), "`exchange_key` has to begin by");
    pause(&place, &day(5), "").ends(0);
}

/// A window that is agreed is not slept through.
#[test]
fn no_agreed_window_is_missed() {
    let place = Place::one_key();
    place.played_by_a_person("tenant_admin");
    place.played_by_a_person("receiver_admin");
    place.run().ends(3);
    refused(&place, "2020-01-01", "has passed");
    let opens = in_days(2);
    place.keyroll(&format!("confirm agree_downtime --as tenant_admin --opens {opens}")).ends(0);
    for answered in [false, true] {
        if answered {
            place.keyroll("confirm agree_downtime --as receiver_admin").ends(0);
            place.run().ends(3);
        }
        refused(&place, &day(4), "the window downtime opens at");
    }
    pause(&place, &(opens - SignedDuration::from_hours(1)).to_string(), "").ends(0);
}

#[test]
fn a_flow_that_stands_still_is_not_left_so() {
    let place = Place::one_key();
    place.played_by_a_person("integration_developer");
    for _ in 0..20 {
        place.run().ends(3);
        if place.read("orders-flow/flow.json").contains("undeployed") {
            break;
        }
        let inbox = json(&place.keyroll("inbox --as integration_developer --format json").ends(0));
        let step = inbox["waits"][0]["step"].as_str().unwrap().to_owned();
        place.keyroll(&format!("confirm {step} --as integration_developer")).ends(0);
    }
    assert!(place.read("orders-flow/flow.json").contains("undeployed"));
    refused(&place, &day(1), "orders stands still until a later step starts it");
}

#[test]
fn a_pause_is_an_act_of_somebody_and_a_reason() {
    let place = waiting();
    for line in [
        format!("pause --until {} --as tenant_admin", day(1)),
        format!("pause --until {} --because x", day(1)),
        "pause --as tenant_admin --because x".to_owned(),
        "pause --until tomorrow --as tenant_admin --because x".to_owned(),
        format!("pause --until {} --as nobody --because x", day(1)),
        "resume --as tenant_admin".to_owned(),
    ] {
        place.keyroll(&line).ends(2);
    }
    let mut words = place.program(&["pause", "--until", &day(1), "--as", "tenant_admin", "--because", " "]);
    Said::of(words.output().unwrap()).ends(2).says("say why");
    place.keyroll(&format!("pause --until {} --as tenant_admin --reason moving", day(1))).ends(0);
    // Earlier programs do not know the event; they are told so by the version.
    let version = || -> String {
        let journal = rusqlite::Connection::open(place.folder.join("keyroll.db")).unwrap();
        journal.query_row("SELECT value FROM meta WHERE name = 'schema'", [], |row| row.get(0)).unwrap()
    };
    assert_eq!(version(), "3");
    assert_eq!(Store::open(&place.folder.join("keyroll.db")).unwrap().runs().unwrap().len(), 1);
    // A run that leaves its plan leaves the pause, and takes no version back.
    place.keyroll("abort --as tenant_admin --person Dana --because enough --yes").ends(0);
    assert_eq!(version(), "3");
    assert!(!place.keyroll("status").ends(0).out.contains("paused by"));
}
