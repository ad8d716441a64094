//! What is left of a run: a stop is begun only while its window can hold the declared worst case, and a
//! certificate that may end before the plan is named.
#![cfg(test)]

mod played;
mod validity;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use keyroll::{
    check::{Checked, read},
    duration::{gate::Gates, rest::rest, undeclared::Undeclared},
    plan::given::Given,
    run::window::too_late,
    source::Source,
    transition::state::{Opening, State},
    world::{id::Id, state::WindowState},
};

use crate::runs::{Place, plan};

const fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(minutes * 60)
}

fn checked(text: &str) -> Checked {
    read(&Source::new("plan", text), &Given::default()).unwrap_or_else(|refusal| panic!("{refusal:?}"))
}

/// A stock plan with times on some of its acts; each of them is written once.
fn timed(name: &str, times: &[(&str, &str)]) -> String {
    let mut text = plan(name);
    for (act, takes) in times {
        assert_eq!(text.matches(act).count(), 1, "{act}");
        text = text.replace(act, &format!("  takes {takes}\n{act}"));
    }
    text
}

/// 15m to undeploy, 10m for the drain, 60m to replace, 15m to deploy; a new pair in 20m.
const ONE_KEY: [(&str, &str); 5] = [
    ("  create new in", "20m"),
    ("  undeploy orders\n", "15m"),
    ("  exchange tenant", "30m"),
    ("  replace old by", "1h"),
    ("  deploy orders\n", "15m"),
];

/// A run in which these steps are done and every window is open until four hours from its start.
fn under_way(checked: &Checked, done: &[&str]) -> (State, Timestamp) {
    let opens: Timestamp = "2026-11-01T12:00:00Z".parse().unwrap();
    let closes = opens + SignedDuration::from_hours(4);
    let mut state = State::new(checked);
    for step in done {
        state.world.done.insert(checked.plan().step(step).unwrap().index());
    }
    for window in checked.plan().landscape.windows.ids() {
        state.world.windows[window] = WindowState::Open;
        state.windows[window] = Some(Opening { opens, closes: Some(closes) });
    }
    (state, closes)
}

/// What is said of a stop that is begun so long before the window closes.
fn stop(checked: &Checked, done: &[&str], left: Duration) -> Option<String> {
    let (state, closes) = under_way(checked, done);
    let gates = Gates::of(checked.plan(), checked.order());
    let now = closes - SignedDuration::try_from(left).unwrap();
    too_late(checked, &gates, &state, checked.plan().step("undeploy").unwrap(), now)
}

const BEFORE: [&str; 4] = ["create_key", "provide_certificate", "agree_downtime", "request_undeploy"];

#[test]
fn a_stop_is_begun_only_while_the_window_can_hold_its_worst_case() {
    let plan = checked(&timed("one-key.renewal", &ONE_KEY));
    assert_eq!(stop(&plan, &BEFORE, minutes(100)), None, "15m + 10m + 60m + 15m");
    let late = stop(&plan, &BEFORE, minutes(99)).unwrap();
    assert!(late.contains("may need 1h40m of it") && late.contains("downtime ends at"), "{late}");
}

/// A window opens when it is proposed, and some of it has passed until the flow can be stopped.
#[test]
fn a_run_stops_nothing_that_its_window_may_not_hold() {
    let text = |window: &str| {
        timed("one-key.renewal", &ONE_KEY).replace("duration = 4h", &format!("duration = {window}"))
    };
    let place = Place::of(&text("100m"));
    place.keyroll("dry-run plan.renewal").ends(0);
    let late = place.keyroll("run plan.renewal").ends(5).says("may need 1h40m of it");
    assert!(late.err.contains("plan.renewal:"), "{}", late.err);
    let status = place.keyroll("status").out;
    let words = |line: &str| line.split_whitespace().take(4).collect::<Vec<_>>().join(" ");
    assert!(status.lines().any(|line| words(line) == "5 ready integration_developer undeploy"), "{status}");
    place.keyroll("run plan.renewal").ends(5).says("may need 1h40m of it");
    let place = Place::of(&text("101m"));
    place.keyroll("run plan.renewal").ends(0);
}

/// The key pair is not there yet, and the flow cannot be deployed again without it.
#[test]
fn what_is_not_done_beside_the_stop_counts_until_it_is() {
    let mut times = ONE_KEY;
    times[0].1 = "2h";
    let plan = checked(&timed("one-key.renewal", &times));
    assert_eq!(stop(&plan, &BEFORE, minutes(100)), None);
    let without = BEFORE.iter().copied().filter(|step| *step != "create_key").collect::<Vec<_>>();
    let late = stop(&plan, &without, minutes(164)).unwrap();
    assert!(late.contains("may need 2h45m of it"), "120m + 30m + 15m: {late}");
    assert_eq!(stop(&plan, &without, minutes(165)), None);
}

/// Where a time is missing, no worst case is made up: the drain is all that is known to take time.
#[test]
fn what_cannot_be_told_holds_nothing_back() {
    for missing in &ONE_KEY[1..] {
        let times: Vec<_> = ONE_KEY.iter().copied().filter(|time| time != missing).collect();
        let plan = checked(&timed("one-key.renewal", &times));
        assert_eq!(stop(&plan, &BEFORE, minutes(10)), None, "{missing:?}");
        let late = stop(&plan, &BEFORE, minutes(9)).unwrap();
        assert!(late.contains("needs at least 10m of it"), "{late}");
    }
    // What is done does not have to say how long it took.
    let plan = checked(&timed("one-key.renewal", &ONE_KEY[1..]));
    assert_eq!(stop(&plan, &BEFORE, minutes(100)), None);
    assert!(stop(&plan, &BEFORE, minutes(99)).unwrap().contains("may need 1h40m"));
}

/// A stop that comes after the step that waited for the window lies in it all the same: the promise
/// says so.
#[test]
fn a_stop_without_a_need_is_held_to_the_promised_window() {
    let text = timed("one-key.renewal", &ONE_KEY)
        .replace("  after request_undeploy\n  needs downtime open\n", "  after stand_by\n");
    let text = format!(
        "{text}\nstep stand_by by integration_developer {{\n  after request_undeploy\n  needs downtime open\n  \
         takes 1m\n  inform tenant_admin\n}}\n"
    );
    let plan = checked(&text);
    let done = [BEFORE.as_slice(), &["stand_by"]].concat();
    assert_eq!(stop(&plan, &done, minutes(100)), None);
    assert!(stop(&plan, &done, minutes(99)).unwrap().contains("may need 1h40m"));
}

#[test]
fn a_window_that_is_not_open_has_no_bound() {
    let checked = checked(&timed("one-key.renewal", &ONE_KEY));
    let gates = Gates::of(checked.plan(), checked.order());
    let (mut state, _) = under_way(&checked, &BEFORE);
    let left = |state: &State| rest(&gates, &state.world, checked.plan().steps.ids());
    assert_eq!(left(&state).unwrap().time, minutes(100));
    for window in checked.plan().landscape.windows.ids() {
        state.world.windows[window] = WindowState::Agreed;
    }
    let why = left(&state).unwrap_err();
    assert!(matches!(why.first, Undeclared::Window(_)) && why.others == 0, "{why:?}");
}
