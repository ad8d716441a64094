//! Times as they are told: of the whole plan, of windows, of two plans, and by a run.

use std::time::Duration;

use keyroll::{
    backend::clock::{Clock, CompressedClock},
    compare::{Weight, differences},
    duration::{Timing, gate::Gates, rest::rest_at, undeclared::Undeclared},
    world::{id::Id, state::WindowState},
};

use crate::runs::Place;

use super::{checked, destroying, read};

/// A flow that stands still for a night, its end filled in.
fn night(lines: &str) -> String {
    format!(
        "keyroll 1\nplan night\nrole tenant_admin\nrole partner_admin\nkey old\n\
         keystore tenant of tenant_admin {{\n  alias \"a\" is old\n}}\n\
         receiver partner of partner_admin {{\n  accepts old\n}}\n\
         flow orders of tenant_admin {{\n  signs xml with tenant[\"a\"]\n  sends to partner\n  delivers within 10m\n  deployed\n}}\n\
         window night at most 1h\n\
         step agree by tenant_admin {{\n  takes 1d\n  agree night with partner_admin\n}}\n\
         step stop by tenant_admin {{\n  after agree\n  needs night open\n  takes 15m\n  undeploy orders\n}}\n\
         step start by tenant_admin {{\n{lines}  takes 5m\n  deploy orders\n}}\n\
         promise orders interrupted only in night\n"
    )
}

const fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes)
}

#[test]
fn a_wait_counts_to_the_worst_case_of_a_window_and_to_its_way() {
    let plan = checked(&night("  waits 40m after stop\n"));
    let timing = Timing::of(plan.plan(), plan.order());
    let worst = timing.windows.values().next().unwrap().as_ref().unwrap();
    assert_eq!(worst.time, minutes(15 + 40 + 5));
    assert_eq!(timing.wait(worst.path[0], worst.path[1]), Some(minutes(40)));
    assert_eq!(read(&night("  waits 41m after stop\n")).unwrap_err(), ["window_too_short"]);
    // So too where nothing else says how long it takes.
    let bare = |waits: &str| night(waits).replace("  takes 15m\n", "").replace("  takes 5m\n", "");
    checked(&bare("  waits 1h after stop\n"));
    assert_eq!(read(&bare("  waits 61m after stop\n")).unwrap_err(), ["window_too_short"]);
    let bare = |waits: &str| bare(waits).replace("  takes 1d\n", "");
    assert_eq!(read(&bare("  waits 61m after stop\n")).unwrap_err(), ["window_too_short"]);
}

/// A long step beside the stop is over when the stop waits for as long.
#[test]
fn a_wait_counts_to_the_least_time_before_a_stop() {
    let beside = "step slow by tenant_admin {\n  takes 5h\n  inform partner_admin\n}\n";
    let text = night("  after stop, slow\n") + beside;
    assert_eq!(read(&text).unwrap_err(), ["window_too_short"]);
    let waiting = text.replace("  after agree\n", "  waits 5h after agree\n");
    let plan = checked(&waiting);
    let timing = Timing::of(plan.plan(), plan.order());
    assert_eq!(timing.windows.values().next().unwrap().as_ref().unwrap().time, minutes(20));
}

#[test]
fn before_a_date_there_is_no_bound_and_the_date_is_named() {
    let text = destroying("  after announce_exchange\n  not before 2026-12-01T06:00+01:00\n");
    let text = text
        .replace("create new in", "takes 1h\n  create new in")
        .replace("accept new at", "takes 1h\n  accept new at");
    let text = text
        .replace("exchange tenant", "takes 1h\n  exchange tenant")
        .replace("retire old", "takes 1h\n  retire old");
    let text = text.replace("destroy old", "takes 1h\n  destroy old");
    let plan = checked(&text);
    let why = Timing::of(plan.plan(), plan.order()).whole.unwrap_err();
    assert!(matches!(why.first, Undeclared::Date(..)) && why.others == 0, "{why:?}");
    assert_eq!(
        why.sentence(plan.plan()),
        "`destroy_old` does not begin before 2026-12-01 05:00:00 UTC, and nothing says when the plan begins"
    );
    let plan =
        checked(&text.replace("  not before 2026-12-01T06:00+01:00\n", "  waits 90d after exchange_key\n"));
    let whole = Timing::of(plan.plan(), plan.order()).whole.unwrap();
    assert_eq!(whole.time, minutes(60 * (24 * 90 + 4)));
}

#[test]
fn a_shorter_wait_and_an_earlier_date_are_weaker_and_the_opposite_is_stronger() {
    let told = |old: &str, new: &str| -> Vec<(Weight, String)> {
        let (old, new) = (checked(&destroying(old)), checked(&destroying(new)));
        let found = differences(&old, &new).into_iter();
        found.filter(|d| d.text.contains("destroy_old")).map(|d| (d.weight, d.text)).collect()
    };
    let after = "  after announce_exchange\n";
    let (long, short) = ("  waits 90d after announce_exchange\n", "  waits 30d after announce_exchange\n");
    let (late, early) =
        (format!("{after}  not before 2027-01-01\n"), format!("{after}  not before 2026-12-31\n"));
    for (one, other, weaker, stronger) in [
        (
            long,
            short,
            "waits 30d after `announce_exchange`; it was 90d",
            "waits 90d after `announce_exchange`; it was 30d",
        ),
        (
            long,
            after,
            "does not wait any more 90d after `announce_exchange`",
            "waits 90d after `announce_exchange`",
        ),
        (
            &late,
            &early,
            "does not begin before 2026-12-31 00:00:00 UTC; it was 2027-01-01",
            "2027-01-01 00:00:00 UTC; it was 2026-12-31",
        ),
        (
            &late,
            after,
            "may begin before 2027-01-01 00:00:00 UTC, and might not",
            "does not begin before 2027-01-01 00:00:00 UTC",
        ),
    ] {
        for (old, new, weight, text) in
            [(one, other, Weight::Weaker, weaker), (other, one, Weight::Stronger, stronger)]
        {
            let found = told(old, new);
            assert!(
                matches!(&found[..], [(w, t)] if *w == weight && t.contains(text)),
                "{found:?}, not {text}"
            );
        }
        assert_eq!(told(one, one), []);
    }
}

/// The run ends while it waits, nothing stays up, and each call takes it up again.
#[test]
fn a_run_waits_for_a_time_tells_it_and_goes_on_when_it_has_come() {
    let place = Place::of(&destroying("  waits 6s after announce_exchange\n"));
    place.run().ends(3).says("destroy_old waits for time").says("6s after `announce_exchange`");
    let early = place.run().ends(3).out;
    let until = early.lines().find(|line| line.contains("destroy_old waits for time")).unwrap();
    assert!(!until.contains("at the latest"), "it is the moment, and no bound: {until}");
    place.keyroll("why destroy_old").ends(0).says("6s after `announce_exchange`").says("waiting");
    place.keyroll("status").ends(0).says("waiting").says("6s after `announce_exchange`");
    let json = place.keyroll("status --format json").ends(0).out;
    let status: serde_json::Value = serde_json::from_str(&json).unwrap();
    let due = &status["waiting"][0];
    assert_eq!((&due["step"], &due["what"]), (&"destroy_old".into(), &"time".into()));
    let until: jiff::Timestamp = due["until"].as_str().unwrap().parse().unwrap();
    let left = until.duration_since(jiff::Timestamp::now());
    std::thread::sleep(Duration::try_from(left).unwrap_or_default());
    place.keyroll("why destroy_old").ends(0).says("ready");
    place.run().ends(0).says("done");
    place.keyroll("status").ends(0).says("done");
}

/// One that follows begins the step at its moment, to a breath.
#[test]
fn a_run_that_follows_begins_the_step_when_its_time_comes() {
    let place = Place::of(&destroying("  waits 3s after announce_exchange\n"));
    let began = std::time::Instant::now();
    place.keyroll("run plan.renewal --follow").ends(0);
    assert!(began.elapsed() >= Duration::from_secs(3), "{:?}", began.elapsed());
}

#[test]
fn what_a_person_does_too_early_is_refused_and_the_inbox_says_when() {
    let place = Place::of(
        &destroying("  waits 90d after announce_exchange\n")
            .replace("  destroy old in tenant\n", "  inform receiver_admin\n"),
    );
    place.played_by_a_person("tenant_admin");
    for step in ["provide_certificate", "announce_exchange"] {
        place.run().ends(3);
        place.keyroll(&format!("confirm {step} --as tenant_admin")).ends(0);
        if step == "provide_certificate" {
            place.run().ends(3);
            place.keyroll("confirm confirm_trust --as tenant_admin").ends(0);
        }
    }
    place.run().ends(3).says("destroy_old waits for time");
    place
        .keyroll("inbox --as tenant_admin")
        .ends(0)
        .says("time     destroy_old")
        .says("90d after `announce_exchange`");
    let refused = place.keyroll("confirm destroy_old --as tenant_admin").ends(3);
    assert!(refused.err.contains("cannot begin yet: it waits until"), "{}", refused.err);
    place.keyroll("reject destroy_old --as tenant_admin --because no").ends(3).says("cannot begin yet");
    place.keyroll("status").ends(0).says("waiting");
}

/// A dry run leaps over the time, and says from when on; it alone tells of a date that is past.
#[test]
fn a_dry_run_says_from_when_on_and_names_a_date_that_is_past() {
    let lines = "  waits 90d after announce_exchange\n  not before 2001-02-03\n";
    let place = Place::of(&destroying(lines));
    let dry = place.keyroll("dry-run plan.renewal").ends(0);
    let day = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * 90);
    let day = &keyroll::run::time::to_the_second(day)[..10];
    let line = dry.out.lines().find(|line| line.contains("destroy_old") && line.contains("not before"));
    assert!(dry.out.contains(&format!("(not before {day}")), "{day}: {line:?} in\n{}", dry.out);
    assert!(
        dry.out.contains("destroy_old: not before 2001-02-03 00:00:00 UTC is past already"),
        "{}",
        dry.out
    );
    place.keyroll("check plan.renewal").ends(0);
    let ahead = Place::of(&destroying("  after announce_exchange\n  not before 2999-12-31\n"));
    ahead.run().ends(3).says("destroy_old waits for time").says("until 2999-12-31 00:00:00 UTC, not before");
    assert!(!ahead.keyroll("dry-run plan.renewal").ends(0).out.contains("past already"));
}

/// A run that has not begun yet says of a deadline that it has passed, before anything is done.
#[test]
fn a_run_names_a_deadline_that_has_passed_before_it_begins() {
    let passed = "destroy_old: not after 2001-02-03 23:59:59 UTC has passed already";
    let place = Place::of(&destroying("  after announce_exchange\n  not after 2001-02-03\n"));
    let first = place.run();
    assert_eq!(first.err.matches(passed).count(), 1, "{}\n{}", first.out, first.err);
    assert_eq!(place.run().err.matches(passed).count(), 0, "it has begun");
    let ahead = Place::of(&destroying("  after announce_exchange\n  not after 2999-12-31\n"));
    assert!(!ahead.run().err.contains("has passed already"));
}

/// A rehearsal does not sleep: its own clock leaps, but for as long as messages are under way.
#[test]
fn a_rehearsal_lets_the_time_pass_on_its_own_clock() {
    let text = destroying("  waits 90d after announce_exchange\n").replace("= 24h", "= 1h");
    let place = Place::of(&text);
    let began = std::time::Instant::now();
    let said = place.keyroll("rehearse plan.renewal --messages 50 --format json").ends(0);
    assert!(began.elapsed() < Duration::from_secs(300), "{:?}", began.elapsed());
    let records: Vec<serde_json::Value> =
        said.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let at = |event: &str, step: &str| -> jiff::Timestamp {
        let record = records.iter().find(|record| record["event"] == event && record["step"] == step);
        record.unwrap()["at"].as_str().unwrap().parse().unwrap()
    };
    let passed = at("begun", "destroy_old").duration_since(at("confirmed", "announce_exchange"));
    assert!((24 * 90..24 * 92).contains(&passed.as_hours()), "{passed:?}");
    assert!(at("ended", "destroy_old") < jiff::Timestamp::now(), "it ends before now");
}

#[test]
fn a_compressed_clock_leaps_forward_and_never_back() {
    let start: jiff::Timestamp = "2026-11-01T00:00:00Z".parse().unwrap();
    let clock = CompressedClock::new(start, 1.0);
    let later = start + jiff::SignedDuration::from_hours(24 * 90);
    clock.skip(later);
    let now = clock.now();
    assert!(now >= later && now < later + jiff::SignedDuration::from_mins(10), "{now}");
    clock.skip(start);
    assert!(clock.now() >= now);
}

/// What is left of a wait counts from the clock when a flow is stopped, and not the whole of it again.
#[test]
fn a_stop_counts_what_is_left_of_a_wait_and_how_far_off_a_date_is() {
    let text = night("  after stop\n  waits 2h after agree\n").replace("at most 1h", "at most 3h");
    let plan = checked(&text.replace("  after agree\n  needs", "  waits 2h after agree\n  needs"));
    let gates = Gates::of(plan.plan(), plan.order());
    let step = |name: &str| plan.plan().step(name).unwrap();
    let (agree, start) = (step("agree"), step("start"));
    let now: jiff::Timestamp = "2026-11-01T12:00:00Z".parse().unwrap();
    let mut world = plan.plan().start.clone();
    world.done.insert(agree.index());
    plan.plan().landscape.windows.ids().for_each(|window| world.windows[window] = WindowState::Open);
    let left = |ago: i64| {
        let ended = |_| Some(now - jiff::SignedDuration::from_mins(ago));
        rest_at(&gates, (&world, now), &ended, [start]).unwrap().time
    };
    assert_eq!(left(120), minutes(15 + 5), "it is over");
    assert_eq!(left(60), minutes(60 + 15 + 5), "an hour is left, for which the stop waits too");
    let dated = |date: &str| {
        let text = night(&format!("  after stop\n  not before {date}\n"));
        let plan = checked(&text);
        let gates = Gates::of(plan.plan(), plan.order());
        let start = plan.plan().step("start").unwrap();
        rest_at(&gates, (&world, now), &|_| Some(now), [start]).unwrap().time
    };
    assert_eq!(dated("2026-11-01T11:00Z"), minutes(20), "it has come");
    assert_eq!(dated("2026-11-01T14:00Z"), minutes(125));
}
