//! A certificate that may end before the plan does.

use super::timed;
use crate::runs::{Place, plan};

/// The old certificate is valid for 35 days, as that of a sandbox is.
#[test]
fn a_certificate_that_may_end_before_the_plan_is_named() {
    let times = |long: &'static str| {
        [
            ("  create new in", "1h"),
            ("  provide new to", "1h"),
            ("  accept new at", long),
            ("  exchange tenant", "1h"),
            ("  retire old at", "1h"),
        ]
    };
    let said = |text: &str, line: &str| {
        let place = Place::of(text);
        let said = place.keyroll(line).ends(0);
        format!("{}{}", said.out, said.err)
    };
    let named = "old may end before the plan does: it is valid until ";
    // With 24h for the drain and 4h for the others, a little more than that, and a little less.
    let long = timed("two-keys.renewal", &times("34d"));
    let found = said(&long, "dry-run plan.renewal");
    assert!(found.contains(named) && found.contains("the plan may take 35d4h from now on, 4h"), "{found}");
    let found = said(&long, "dry-run plan.renewal --format json");
    assert!(found.contains(named), "{found}");
    assert!(!said(&timed("two-keys.renewal", &times("33d")), "dry-run plan.renewal").contains(named));
    // Where nothing is bounded, nothing is said.
    let open = timed("two-keys.renewal", &times("34d")[1..]);
    assert!(!said(&open, "dry-run plan.renewal").contains(named));

    // A run says it too, and goes as far as it can.
    let place = Place::of(&long);
    place.keyroll("run plan.renewal").ends(0).says(named);
    let place = Place::of(&long);
    assert!(!place.keyroll("run plan.renewal --quiet").ends(0).err.contains(named));
    let place = Place::of(&plan("two-keys.renewal"));
    assert!(!place.keyroll("run plan.renewal").err.contains(named));
}
