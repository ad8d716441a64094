//! Durations: hand-made plans, a second judge over random ones, and mutants that must be noticed.

#![cfg(test)]

mod many;
mod simulated;
mod unordered;

use std::time::Duration;

use keyroll::{
    check::{Checked, read},
    duration::{Timing, stretch::Worst, undeclared::Undeclared},
    plan::given::Given,
    source::Source,
};

/// The one-key plan with a time on each act. Windows, times and the promise are filled in.
fn timed(window: &str, replace: &str, promise: &str) -> String {
    let text = include_str!("../../plans/xml-signature/one-key.renewal");
    let mut text = text.replace("duration = 4h", &format!("duration = {window}"));
    for (act, takes) in [
        ("  create new in", "20m"),
        ("  undeploy orders\n", "15m"),
        ("  exchange tenant", "30m"),
        ("  replace old by", replace),
        ("  inform receiver_admin", "5m"),
        ("  deploy orders\n", "10m to 15m"),
    ] {
        assert_eq!(text.matches(act).count(), 1, "{act}");
        let line = if takes.is_empty() { act.to_owned() } else { format!("  takes {takes}\n{act}") };
        text = text.replace(act, &line);
    }
    format!("{text}{promise}")
}

fn checked(text: &str) -> Checked {
    read(&Source::new("plan", text), &Given::default()).unwrap_or_else(|refusal| panic!("{refusal:?}"))
}

fn codes(text: &str) -> Vec<String> {
    let refusal = read(&Source::new("plan", text), &Given::default()).expect_err("it must be refused");
    refusal.findings.iter().map(|f| f.code().map(|c| c.to_string()).unwrap_or_default()).collect()
}

fn timing(text: &str) -> (Checked, Timing) {
    let checked = checked(text);
    let timing = Timing::of(checked.plan(), checked.order());
    (checked, timing)
}

fn names(checked: &Checked, worst: &Worst) -> Vec<String> {
    worst.path.iter().map(|step| checked.plan().steps[*step].name.value.clone()).collect()
}

const fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(minutes * 60)
}

/// 15m to undeploy, 10m for the drain (longer than the 5m of the report), 60m to replace, 15m to deploy.
/// `create_key` has no order with the stop, and ends before the others.
#[test]
fn the_longest_way_leads_through_the_drain() {
    let (checked, timing) = timing(&timed("4h", "1h", ""));
    let (_, stretch) = &timing.interruptions[0];
    let worst = stretch.worst.as_ref().unwrap();
    assert_eq!(worst.time, minutes(15 + 10 + 60 + 15));
    let path = ["undeploy", "exchange_certificate", "confirm_exchange", "allow_deploy", "deploy"];
    assert_eq!(names(&checked, worst), path);
    assert_eq!(stretch.hops, Some(7), "5, 6, 8, 9, 10, 11 and 12");
    let whole = timing.whole.unwrap_err();
    assert!(
        matches!(whole.first, Undeclared::Step(step) if checked.plan().steps[step].name.value == "agree_downtime")
    );
}

/// A long `create_key` may still be under way when the flow stops, and `exchange_key` waits for it.
#[test]
fn a_step_beside_the_stop_counts() {
    let text = timed("9h", "1h", "").replace("takes 20m", "takes 5h");
    let (checked, longer) = timing(&text);
    let worst = longer.interruptions[0].1.worst.as_ref().unwrap();
    assert_eq!(worst.time, minutes(300 + 60 + 15), "{:?}", names(&checked, worst));
    // When the agreement takes a day at least, the key lies there long before the stop.
    let text = text.replace("  agree downtime", "  takes 1d to 7d\n  agree downtime");
    assert_eq!(timing(&text).1.interruptions[0].1.worst.as_ref().unwrap().time, minutes(100));
    // And when nothing says how long it takes, there is no bound.
    let text = timed("4h", "1h", "").replace("  takes 20m\n", "");
    let (checked, open) = timing(&text);
    let why = open.interruptions[0].1.worst.as_ref().unwrap_err();
    assert_eq!(why.sentence(checked.plan()), "`create_key` does not say how long it takes");
}

#[test]
fn mutants_of_windows_and_times_are_noticed() {
    checked(&timed("100m", "1h", "promise orders interrupted at most 100m\n"));
    assert_eq!(codes(&timed("99m", "1h", "")), ["keyroll::window_too_short"], "a shorter window");
    assert_eq!(codes(&timed("100m", "61m", "")), ["keyroll::window_too_short"], "a longer step");
    let promise = "promise orders interrupted at most 99m\n";
    assert_eq!(codes(&timed("4h", "1h", promise)), ["keyroll::interrupted_too_long"], "a bolder promise");
    let longer = timed("100m", "1h", "").replace("duration = 10m", "duration = 11m");
    assert_eq!(codes(&longer), ["keyroll::window_too_short"], "a longer drain");
    // A dropped duration never blocks where the rest fits, and never proves.
    let (checked, timing) = timing(&timed("1h", "", "promise orders interrupted at most 1h\n"));
    let flow = checked.plan().limits[0].value.flow;
    assert!(timing.longest(flow).is_err());
    assert!(timing.windows.values().all(Result::is_err));
    // The rest is an hour: what has no bound is too long by that alone.
    assert_eq!(codes(&timed("59m", "", "")), ["keyroll::window_too_short"]);
    // What is waived is not judged.
    let waived = "promise orders interrupted at most 1m\nwaive orders interrupted because \"agreed\"\n";
    self::checked(&timed("1m", "1h", waived));
}

/// Two interruptions, one after the other, share what a window has.
#[test]
fn a_window_holds_all_that_lies_in_it() {
    let twice = |window: &str| {
        let text = timed(window, "1h", "");
        let more = "step undeploy_again by integration_developer {\n  after deploy\n  needs downtime open\n  takes 1h\n  undeploy orders\n}\nstep deploy_again by integration_developer {\n  after undeploy_again\n  takes 1h\n  deploy orders\n}\n";
        format!("{text}{more}")
    };
    let (_, timing) = timing(&twice("220m"));
    let worst: Vec<Duration> =
        timing.interruptions.iter().map(|(_, s)| s.worst.as_ref().unwrap().time).collect();
    assert_eq!(worst, [minutes(100), minutes(120)]);
    assert_eq!(codes(&twice("219m")), ["keyroll::window_too_short"]);
}

#[test]
fn what_no_duration_can_be_is_refused() {
    for (takes, code) in [
        ("0s", "keyroll::takes_no_time"),
        ("0m to 2h", "keyroll::takes_no_time"),
        ("2h to 10m", "keyroll::takes_backwards"),
        ("1h\n  takes 2h", "keyroll::said_twice"),
        ("36501d", "keyroll::duration_too_long"),
        ("soon", "keyroll::unexpected_text"),
        ("10m to", "keyroll::unexpected_text"),
        ("$alias", "keyroll::wrong_usage"),
        ("$nothing", "keyroll::unknown_parameter"),
    ] {
        let found = codes(&timed("4h", takes, ""));
        assert_eq!(found.first().map(String::as_str), Some(code), "takes {takes}: {found:?}");
    }
    // From outside come durations of any length: their sum is not one.
    let mut given = Given::default();
    given.parameters.insert("delivery".to_owned(), format!("{}s", u64::MAX));
    let text = timed("4h", "1h", "promise orders interrupted at most 36500d\n");
    let checked = read(&Source::new("plan", text), &given).expect("nothing is compared");
    let timing = Timing::of(checked.plan(), checked.order());
    assert_eq!(timing.interruptions[0].1.worst.as_ref().unwrap_err().first, Undeclared::TooLong);
}

/// The program says it to people and to machines, and refuses what cannot fit.
#[test]
fn prove_tells_durations_and_the_way_back() {
    let folder = tempfile::tempdir().unwrap();
    let prove = |text: &str, format: &str| {
        let file = folder.path().join("timed.renewal");
        std::fs::write(&file, text).unwrap();
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_keyroll"));
        let output = command.arg("prove").arg(&file).args(["--format", format]).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let text = timed("4h", "1h", "promise orders interrupted at most 2h\n");
    let (exit, out) = prove(&text, "text");
    assert_eq!(exit, Some(0), "{out}");
    for line in [
        "  promise     orders interrupted at most 2h",
        "  downtime    orders, from `undeploy` to `deploy`, 7 acts one after the other",
        "              at most 1h40m: undeploy 15m, drain 10m, exchange_certificate 1h, deploy 15m",
        "  window      downtime, at most 4h: slack 2h20m",
        "  whole plan  not bounded: `agree_downtime` does not say how long it takes, and 1 more",
    ] {
        assert!(out.lines().any(|said| said == line), "{line} is missing in\n{out}");
    }
    let json: serde_json::Value = serde_json::from_str(&prove(&text, "json").1).unwrap();
    assert_eq!(json["durations"]["interruptions"][0]["at_most_seconds"], 6_000);
    assert_eq!(json["durations"]["windows"][0]["slack_seconds"], 8_400);
    assert_eq!(json["durations"]["promises"][0]["outcome"], "proved");
    let limit = &json["way_back"]["undo_limits"][0];
    assert_eq!(
        (&limit["reports"][0]["number"], &limit["licenses"]["step"]),
        (&8.into(), &"exchange_certificate".into())
    );
    assert_eq!(json["way_back"]["point_of_no_return"], serde_json::json!([]));
    let two_keys = include_str!("../../plans/xml-signature/two-keys.renewal");
    let ended = "step destroy_old by tenant_admin {\n  after announce_exchange\n  destroy old in tenant\n}\n";
    let (_, out) = prove(&format!("{two_keys}{ended}"), "json");
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(json["way_back"]["undo_limits"][0]["reports"][0]["step"], "announce_exchange");
    assert_eq!(json["way_back"]["point_of_no_return"][0]["step"], "destroy_old");
    // Gone before the word of it is sent, the key cannot be taken into use again up to then.
    let (exit, out) =
        prove(&format!("{two_keys}{}", ended.replace("announce_exchange", "exchange_key")), "json");
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((exit, &json["way_back"]["undo_limits"]), (Some(0), &serde_json::json!([])));
    assert_eq!(json["way_back"]["point_of_no_return"][0]["step"], "destroy_old");
    assert_eq!(prove(&timed("99m", "1h", ""), "text").0, Some(1), "what cannot fit is refused");
}

/// Where an exchange ends the signing, the runtime may keep the key; where the flow was stopped, it may not.
#[test]
fn a_drain_counts_the_key_that_is_kept() {
    let kept = |name: &str| {
        let text = match name {
            "one" => timed("4h", "1h", ""),
            _ => include_str!("../../plans/xml-signature/two-keys.renewal").to_owned(),
        };
        text.replace("  deployed\n}", "  caches keys for 3h\n  deployed\n}")
    };
    let (checked, stopped) = timing(&kept("one"));
    let id = |name: &str| checked.plan().step(name).unwrap();
    let drain = stopped.drain(id("undeploy"), id("exchange_certificate")).unwrap();
    assert_eq!(drain.1, minutes(10));
    assert_eq!(stopped.interruptions[0].1.worst.as_ref().unwrap().time, minutes(100));
    let (checked, exchanged) = timing(&kept("two"));
    let id = |name: &str| checked.plan().step(name).unwrap();
    let drain = exchanged.drain(id("exchange_key"), id("retire_old")).unwrap();
    assert_eq!(drain.1, minutes(27 * 60));
}

/// A drain alone may be longer than the window that must hold it, though nothing else has a bound.
#[test]
fn a_drain_that_the_window_cannot_hold_is_refused() {
    let stock = include_str!("../../plans/xml-signature/one-key.renewal");
    let plan = |delivery: &str| stock.replace("duration = 10m", &format!("duration = {delivery}"));
    assert_ne!(plan("5h"), stock);
    assert_eq!(codes(&plan("5h")), ["keyroll::window_too_short"]);
    checked(&plan("4h"));
    let limit = |most: &str| format!("{stock}promise orders interrupted at most {most}\n");
    assert_eq!(codes(&limit("9m")), ["keyroll::interrupted_too_long"]);
    checked(&limit("10m"));
    // One that no start waits for lies in no window.
    let outside = plan("5h").replace("  after exchange_key, confirm_exchange\n", "  after exchange_key\n");
    let findings = read(&Source::new("plan", outside.clone()), &Given::default());
    let found = findings.map_or_else(|refusal| refusal.codes().collect(), |_| Vec::new());
    assert!(!found.contains(&"window_too_short".to_owned()), "{found:?} of\n{outside}");
}

/// A stop may wait for one window and be promised in another one: both must be long enough.
#[test]
fn each_window_of_an_interruption_must_be_long_enough() {
    let plan = |first: &str, second: &str, promise: &str| {
        format!(
            "keyroll 1\nplan p\nrole a\nrole b\nkey old\nkeystore s of a {{\n  alias \"x\" is old\n}}\n\
             receiver r of a {{\n  accepts old\n}}\nflow f of a {{\n  signs xml with s[\"x\"]\n  sends to r\n  \
             delivers within 1h\n  deployed\n}}\nwindow w1 at most {first}\nwindow w2 at most {second}\n\
             step g by a {{\n  agree w1 with b\n}}\nstep g2 by a {{\n  agree w2 with b\n}}\n\
             step u by a {{\n  after g, g2\n  needs w1 open\n  needs w2 open\n  takes 1h\n  undeploy f\n}}\n\
             step d by a {{\n  after u\n  takes 1h\n  deploy f\n}}\n{promise}"
        )
    };
    let only = "promise f interrupted only in w2\n";
    checked(&plan("4h", "3h", only));
    assert_eq!(codes(&plan("4h", "10m", only)), ["keyroll::window_too_short"]);
    assert_eq!(codes(&plan("10m", "4h", only)), ["keyroll::window_too_short"]);
    // The second one is waited for too, and promised nowhere.
    assert_eq!(codes(&plan("4h", "10m", "")), ["keyroll::window_too_short"]);
    let waived = "waive f interrupted because \"a test\"\n";
    checked(&plan("10m", "10m", waived));
}

/// What is known to be too long is refused, whatever else in the window has no bound.
#[test]
fn an_interruption_without_a_bound_hides_no_other() {
    let other =
        "flow g of a {\n  signs xml with s[\"x\"]\n  sends to r\n  delivers within 1h\n  deployed\n}\n";
    let text = format!(
        "keyroll 1\nplan p\nrole a\nrole b\nkey old\nkeystore s of a {{\n  alias \"x\" is old\n}}\n\
         receiver r of a {{\n  accepts old\n}}\n{other}{}window w at most 1h\n\
         step g0 by a {{\n  agree w with b\n}}\n\
         step u by a {{\n  after g0\n  needs w open\n  takes 2h\n  undeploy f\n}}\n\
         step d by a {{\n  after u\n  takes 2h\n  deploy f\n}}\n\
         step u2 by a {{\n  after g0\n  needs w open\n  undeploy g\n}}\n\
         step d2 by a {{\n  after u2\n  deploy g\n}}\n",
        other.replace("flow g", "flow f")
    );
    assert_eq!(codes(&text), ["keyroll::window_too_short"]);
    checked(&text.replace("  takes 2h\n", "  takes 20m\n"));
}

/// A flow that nobody starts again is not interrupted for a short time.
#[test]
fn an_interruption_without_an_end_keeps_no_promise() {
    let text = timed("4h", "1h", "promise orders interrupted at most 3h\n");
    checked(&text);
    let step = text.find("step deploy by").unwrap();
    let end = step + text[step..].find("\n}\n").unwrap() + 3;
    let never = format!("{}{}", &text[..step], &text[end..]).replace("finally orders deployed\n", "");
    assert_eq!(codes(&never), ["keyroll::interrupted_for_ever"]);
    assert_eq!(codes(&never.replace("  takes ", "  # takes ")), ["keyroll::interrupted_for_ever"]);
    checked(&never.replace("promise orders interrupted", "# promise orders interrupted"));
}
