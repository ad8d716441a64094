//! No proof rests on a time: with it or without it, a verdict is the same.

use keyroll::{
    plan::given::Given,
    proof::verdict::{BUDGET, Verdict, prove},
    repair::{Attempts, repair},
    source::Source,
};

use crate::{
    random_plans::{timed, untimed},
    reference::{Compared, compare},
    runs::plan,
};

use super::{checked, destroying, read};

/// The code for which a plan is refused; nothing where it is proved.
fn refused(text: &str) -> Option<String> {
    let checked = checked(text);
    let start = checked.plan().start.clone();
    match prove(checked, &start, BUDGET) {
        Verdict::Proven(_) => None,
        Verdict::Refuted(refuted) => refuted.finding.code().map(|code| code.to_string()),
        Verdict::NotProven(open) => panic!("{}", open.reason()),
    }
}

#[test]
fn a_wait_is_no_drain() {
    assert_eq!(refused(&destroying("  waits 90d after announce_exchange\n")), None);
    let drained = "  after announce_exchange\n  needs orders drained of old\n";
    let text = plan("two-keys.renewal");
    assert_eq!(text.matches(drained).count(), 1, "{text}");
    let hasty = refused(&text.replace(drained, "  after announce_exchange\n"));
    assert_eq!(hasty.as_deref(), Some("keyroll::undrained"));
    // However long it is.
    let waits = text.replace(drained, "  waits 3650d after announce_exchange\n");
    assert_eq!(refused(&waits), hasty);
    let dated = text.replace(drained, "  after announce_exchange\n  not before 2999-12-31\n");
    assert_eq!(refused(&dated), hasty);
}

/// The search, the cuts and the second judge say of a plan with times what they say without them.
#[test]
fn random_plans_with_times_are_judged_as_without() {
    let (mut proved, mut refused) = (0, 0);
    for seed in 0..600 {
        let text = timed(seed);
        let plain = untimed(&text);
        assert_ne!(text, plain);
        let code = |text: &str| match compare(text, 20_000) {
            Compared::Proved(_) => Some("proved".to_owned()),
            Compared::Refuted(code, _) => Some(code),
            Compared::Unread(_) | Compared::TooMany => None,
        };
        let (with, without) = (code(&text), code(&plain));
        assert_eq!(with, without, "seed {seed}:\n{text}");
        match with.as_deref() {
            Some("proved") => proved += 1,
            Some(_) => refused += 1,
            None => {}
        }
    }
    assert!(proved > 20 && refused > 20, "{proved} proved, {refused} refused");
}

#[test]
fn a_wait_is_an_order_and_one_that_a_role_must_know_of() {
    assert_eq!(read(&destroying("  waits 90d after destroy_old\n")).unwrap_err(), ["cycle"]);
    let later = destroying("  waits 90d after announce_exchange\n");
    let later = later.replace("  create new in", "  waits 1h after destroy_old\n  create new in");
    assert_eq!(read(&later).unwrap_err(), ["cycle"]);
    // The partner reports nothing after it retired the key.
    assert_eq!(read(&destroying("  waits 90d after retire_old\n")).unwrap_err(), ["unannounced_step"]);
    assert_eq!(read(&destroying("  waits 0s after announce_exchange\n")).unwrap_err(), ["waits_no_time"]);
    assert_eq!(read(&destroying("  waits 1d after nobody\n")).unwrap_err(), ["unknown_step"]);
    // Said beside `after` it is one order.
    let both = checked(&destroying("  after announce_exchange\n  waits 90d after announce_exchange\n"));
    let step = both.plan().step("destroy_old").unwrap();
    assert_eq!(both.plan().steps[step].after.len(), 1);
    let one = checked(&destroying("  waits 90d after announce_exchange\n"));
    let step = one.plan().step("destroy_old").unwrap();
    let after: Vec<&str> =
        one.plan().steps[step].after.iter().map(|b| one.plan().steps[b.value].name.value.as_str()).collect();
    assert_eq!(after, ["announce_exchange"], "the order is there without an `after`");
}

#[test]
fn a_time_may_be_a_parameter_or_a_column_and_stands_in_each_row() {
    let text = destroying("  waits $keep after announce_exchange\n");
    let text = format!("{text}param keep : duration = 90d\n");
    let days = |checked: &keyroll::check::Checked| {
        let step = checked.plan().step("destroy_old").unwrap();
        checked.plan().steps[step].extra().waits[0].time.as_secs() / 86_400
    };
    assert_eq!(days(&checked(&text)), 90);
    let given = Given::parameters([("keep".to_owned(), "30d".to_owned())].into());
    let other = keyroll::check::read(&Source::new("plan", &*text), &given).unwrap();
    assert_eq!(days(&other), 30);
    assert_ne!(other.plan().digest(), checked(&text).plan().digest(), "what is agreed to holds the time");
    assert_ne!(checked(&text).plan().digest(), checked(&text.replace("90d", "91d")).plan().digest());
    let alias =
        format!("{}param keep : alias = \"a\"\n", destroying("  waits $keep after announce_exchange\n"));
    assert!(read(&alias).is_err());
    let rows = "table shop with keep : duration {\n  north, 1d\n  south, 2d\n}\n\
                for each shop {\n  step note-$shop by tenant_admin {\n    after exchange_key\n    inform receiver_admin\n  }\n\
                  step tell-$shop by tenant_admin {\n    waits $keep after note-$shop\n    not before 2026-12-01\n    inform receiver_admin\n  }\n}\n";
    let table = checked(&format!("{}{rows}", plan("two-keys.renewal")));
    for (name, before, days) in [("tell-north", "note-north", 1), ("tell-south", "note-south", 2)] {
        let row = &table.plan().steps[table.plan().step(name).unwrap()];
        assert_eq!(row.extra().waits[0].time.as_secs(), days * 86_400, "{name}");
        assert_eq!(row.extra().waits[0].after, table.plan().step(before).unwrap());
        assert!(row.extra().not_before.is_some());
    }
}

/// A plan without its drain is repaired by the line that it lacks, and its times stay as they are.
#[test]
fn a_repair_keeps_the_times() {
    let whole = destroying("  waits 90d after announce_exchange\n  not before 2026-12-01\n");
    let text = whole.replace("  needs orders drained of old\n", "  waits 25h after announce_exchange\n");
    let source = Source::new("plan", &*text);
    let checked = checked(&text);
    let start = checked.plan().start.clone();
    let Verdict::Refuted(refuted) = prove(checked, &start, BUDGET) else { panic!("it lacks a drain") };
    let attempts = Attempts { bytes: 1 << 24, states: 500, until: None, pairs: false };
    let repaired = repair(&source, &Given::default(), &refuted.about, attempts, |_| {}).unwrap();
    let wait = "  waits 25h after announce_exchange\n";
    assert_eq!(repaired.text, text.replace(wait, &format!("{wait}  needs orders drained of old\n")));
}

/// No vocabulary gives the lines of a step another meaning.
#[test]
fn no_saying_begins_with_a_word_of_these_lines() {
    let text = destroying("  after announce_exchange\n");
    for said in ["waits <key> in <keystore>", "not <key> in <keystore>", "not before <key> <keystore>"] {
        let say = format!("say \"{said}\"\n  for \"destroy <key> in <keystore>\"\n");
        let own = text.replacen("param alias", &format!("{say}\nparam alias"), 1);
        assert_eq!(read(&own).unwrap_err(), ["bad_saying"], "{said}");
    }
    let say = "say \"wipe <key> in <keystore>\"\n  for \"destroy <key> in <keystore>\"\n";
    checked(&text.replacen("param alias", &format!("{say}\nparam alias"), 1));
}
