//! Which values a parameter may have: of the plan, of a site, of the command line, of whoever begins a plan.

#![cfg(test)]

use std::collections::BTreeMap;

use keyroll::{
    check,
    compare::{Weight, differences},
    plan::given::Given,
    source::Source,
    syntax::{format, parse},
};

use crate::runs::{Place, plan};

/// The two-key plan with another line for its delivery.
fn with(line: &str) -> String {
    let text = plan("two-keys.renewal");
    let (before, after) = text.split_once("param delivery : duration = 24h").unwrap();
    format!("{before}{line}{after}")
}

fn codes(text: &str, given: &[(&str, &str)]) -> Vec<String> {
    let given: BTreeMap<String, String> =
        given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    match check::read(&Source::new("plan", text), &Given::parameters(given)) {
        Ok(_) => Vec::new(),
        Err(refusal) => refusal.codes().collect(),
    }
}

const NONE: [&str; 0] = [];

#[test]
fn a_default_is_within_its_range() {
    let of = |said: &str| codes(&with(&format!("param delivery : duration = {said}")), &[]);
    for said in [
        "24h",
        "24h at least 24h",
        "24h at most 1d",
        "24h at least 1h at most 2d",
        "24h one of 12h, 24h",
        "24h at least 1h one of 24h",
    ] {
        assert_eq!(of(said), NONE, "{said}");
    }
    for (said, code) in [
        ("24h at least 25h", "out_of_range"),
        ("24h at most 23h", "out_of_range"),
        ("24h one of 12h, 36h", "out_of_range"),
        ("24h at least 2d at most 1d", "empty_range"),
        ("24h at most 20h one of 24h", "empty_range"),
        ("24h at most 2026-12-01", "bad_bound"),
        ("24h at least 30", "bad_bound"),
        ("24h at least \"1h\"", "bad_bound"),
        ("24h at least $other", "bad_bound"),
        ("24h one of 24h, \"x\"", "bad_bound"),
    ] {
        assert_eq!(of(said), [code], "{said}");
    }
}

#[test]
fn a_date_counts_as_a_whole_day_and_an_alias_has_no_order() {
    let of = |said: &str, given: &[(&str, &str)]| {
        let text = with("param delivery : duration = 24h");
        let text =
            text.replace("role tenant_admin", &format!("param day : date = {said}\nrole tenant_admin"));
        codes(&text.replace("  exchange tenant", "  not before $day\n  exchange tenant"), given)
    };
    let january = "2027-01-31 at least 2027-01-01 at most 2027-01-31";
    assert_eq!(of(january, &[]), NONE);
    assert_eq!(of(january, &[("day", "2027-01-01")]), NONE);
    assert_eq!(of(january, &[("day", "2027-01-31T23:59:59Z")]), NONE);
    assert_eq!(of(january, &[("day", "2027-02-01T00:00Z")]), ["out_of_range"]);
    assert_eq!(of(january, &[("day", "2026-12-31T23:59Z")]), ["out_of_range"]);
    assert_eq!(of("2027-01-31T00:00Z at most 2027-01-31T12:00Z", &[("day", "2027-01-31")]), ["out_of_range"]);
    let text = |said: &str| {
        plan("two-keys.renewal").replace("= \"orders-signer\"", &format!("= \"orders-signer\" {said}"))
    };
    assert_eq!(codes(&text("one of \"orders-signer\", \"other\""), &[]), NONE);
    assert_eq!(codes(&text("one of \"orders-signer\", \"other\""), &[("alias", "third")]), ["out_of_range"]);
    assert_eq!(codes(&text("one of \"other\""), &[]), ["out_of_range"]);
    assert_eq!(codes(&text("at least \"a\""), &[]), ["bad_bound"]);
}

#[test]
fn a_value_from_outside_is_within_the_range_and_the_default_too() {
    let text = with("param delivery : duration = 24h at least 12h at most 48h");
    for (value, found) in
        [("12h", &NONE[..]), ("48h", &NONE), ("11h", &["out_of_range"]), ("49h", &["out_of_range"])]
    {
        assert_eq!(codes(&text, &[("delivery", value)]), found, "{value}");
    }
    // A default that may not be is a fault of the plan, whatever is given.
    let wrong = with("param delivery : duration = 24h at least 30h");
    assert_eq!(codes(&wrong, &[("delivery", "31h")]), ["out_of_range"]);
    assert_eq!(codes(&wrong, &[("delivery", "1h")]), ["out_of_range", "out_of_range"]);
    // Without a default the value comes from outside alone.
    let asked = with("param delivery : duration at most 48h");
    assert_eq!(codes(&asked, &[]), ["bad_parameter"]);
    assert_eq!(codes(&asked, &[("delivery", "48h")]), NONE);
    assert_eq!(codes(&asked, &[("delivery", "49h")]), ["out_of_range"]);
}

#[test]
fn a_site_and_the_command_line_are_refused_and_told_why() {
    let place = Place::of(&with("param delivery : duration = 24h at least 12h at most 36h"));
    place.keyroll("prove plan.renewal --set delivery=36h").ends(0);
    let refused = place.keyroll("prove plan.renewal --set delivery=72h").ends(1);
    let said = "the parameter `delivery` is 3d, and has to be at least 12h and at most 36h";
    assert!(refused.err.contains(said), "{}", refused.err);
    assert!(refused.err.contains("given from outside") && refused.err.contains("at most"), "{}", refused.err);
    place.keyroll("dry-run plan.renewal").ends(0);
    let site = place.read("site.toml");
    let line = site.lines().find(|line| line.starts_with("delivery ")).map(str::to_owned);
    match line {
        Some(line) => place.edit("site.toml", &line, "delivery = \"1h\""),
        None => place.edit("site.toml", "[parameters]\n", "[parameters]\ndelivery = \"1h\"\n"),
    }
    let refused = place.keyroll("dry-run plan.renewal").ends(1);
    assert!(refused.err.contains("out_of_range"), "{}", refused.err);
    let book = place.keyroll("runbook plan.renewal").ends(0);
    assert!(book.out.contains("With which values"), "{}", book.out);
    assert!(book.out.contains("delivery is 24h; it may be at least 12h and at most 36h"), "{}", book.out);
    let page = place.keyroll("runbook plan.renewal --format html").ends(0);
    assert!(page.out.contains("With which values"), "{}", page.out);
}

/// A plan that begins with one of the library keeps its ranges, and its values are within them.
#[test]
fn what_a_plan_begins_with_is_within_its_ranges() {
    let place = Place::two_keys();
    let words = "new --from provided-keys/one-key --output begun.renewal --set delivery=";
    let refused = place.keyroll(&format!("{words}4h")).ends(1);
    assert!(refused.err.contains("has to be at most 3h"), "{}", refused.err);
    place.keyroll(&format!("{words}20m")).ends(0);
    assert!(place.read("begun.renewal").contains("= 20m at most 3h"));
}

#[test]
fn a_range_is_written_in_one_form_and_kept() {
    for (written, kept) in [
        ("24h   at least   1h  at most 2d", "24h at least 1h at most 2d"),
        ("24h\n  at most 36h", "24h at most 36h"),
        ("24h one of 12h ,24h", "24h one of 12h, 24h"),
    ] {
        let source = Source::new("plan", with(&format!("param delivery : duration = {written}")));
        let (tree, findings) = parse(&source);
        assert!(findings.is_empty(), "{written}");
        let text = format(&tree);
        assert!(text.contains(&format!("= {kept}")), "{text}");
        assert_eq!(format(&parse(&Source::new("plan", text.clone())).0), text);
    }
}

#[test]
fn another_range_is_a_change_that_makes_no_plan_weaker() {
    let read = |said: &str| {
        let text = with(&format!("param delivery : duration = 24h{said}"));
        check::read(&Source::new("plan", text), &Given::default()).unwrap()
    };
    let (any, some) = (read(""), read(" at most 36h"));
    let told = differences(&any, &some);
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(
        (told[0].weight, told[0].text.as_str()),
        (Weight::Changed, "`delivery` may be at most 36h; it was anything")
    );
    assert_eq!(differences(&some, &some), []);
}
