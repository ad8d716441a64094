//! `keyroll watch`: which plans that wait to be begun fail, now or soon, and why.

#![cfg(test)]

use std::fs;

use keyroll::{
    backend::{
        keystore::{KeySpec, Keystore},
        pkcs12::Pkcs12Keystore,
    },
    name::Alias,
    world::material::{Certificate, KeyType},
};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::runs::{Place, plan};

/// A place whose old certificate ends in so many days, with a plan that takes a day for each step; `more` goes
/// before its first step.
fn place(days: u32, more: &str) -> Place {
    let place = Place::of(&dated(more));
    let path = place.folder.join("tenant.p12");
    fs::remove_file(&path).unwrap();
    let password = Zeroizing::new(place.read("password").trim_end().to_owned());
    let mut store = Pkcs12Keystore::create_empty(&path, password).unwrap();
    let spec = KeySpec {
        key_type: KeyType::EcP256,
        subject: vec![("CN".to_owned(), "orders-signer".to_owned())],
        not_before: jiff::Timestamp::now(),
        days,
    };
    let (_, old) = store.create_key_pair(&Alias::new("orders-signer").unwrap(), &spec).unwrap();
    trusts(&place, &old);
    // A new certificate lasts, however short the old one did.
    place.edit("site.toml", "[keys]", "[keys.new]\ndays = 365");
    place
}

fn trusts(place: &Place, old: &Certificate) {
    let folder = place.folder.join("partner-trust");
    for file in fs::read_dir(&folder).unwrap() {
        fs::remove_file(file.unwrap().path()).unwrap();
    }
    fs::write(folder.join("old.pem"), old.pem()).unwrap();
}

/// The stock plan, in which every step takes a day.
fn dated(more: &str) -> String {
    let mut text = String::new();
    let stock = plan("two-keys.renewal");
    for line in stock.lines() {
        text += line;
        text += "\n";
        if line.starts_with("step ") && line.ends_with('{') {
            text += "  takes 1d\n";
        }
    }
    text.replacen("\nstep ", &format!("\n{more}step "), 1)
}

fn days(text: &str) -> i64 {
    let after = text.split("will fail in ").nth(1).unwrap_or_else(|| panic!("{text}"));
    after.split(' ').next().unwrap().parse().unwrap()
}

#[test]
fn a_plan_fails_on_the_day_from_which_on_its_certificate_ends_before_it() {
    let far = place(300, "");
    far.keyroll("watch plan.renewal").ends(0).says("plan.renewal: fine");
    // How long the plan takes is what the dry run says of the same certificate.
    let dry: Value =
        serde_json::from_str(far.keyroll("dry-run plan.renewal --format json").ends(0).out.trim_end())
            .unwrap();
    let slack = dry["slack"].as_array().unwrap();
    let old = slack.iter().find(|one| one["name"] == "old").unwrap();
    let needs = old["needs_seconds"].as_i64().unwrap();
    assert!(needs >= 7 * 86_400, "{needs}");
    let new = slack.iter().find(|one| one["name"] == "new").unwrap();
    assert_eq!(
        (&new["kind"], new["slack_seconds"].as_i64()),
        (&"new_certificate".into(), Some(365 * 86_400 - needs))
    );
    let takes = u32::try_from(needs.div_euclid(86_400)).unwrap();
    let near = place(takes + 13, "");
    let said = near.keyroll("watch plan.renewal").ends(1);
    // A moment has passed since the certificate was made, and the plan may take part of a day.
    assert!([11, 12].contains(&days(&said.out)), "{}", said.out);
    assert!(said.out.contains("because the certificate of old ends on"), "{}", said.out);
    near.keyroll("watch plan.renewal --within 5").ends(0).says("fine");
    near.keyroll("dry-run plan.renewal").ends(0).says("slack       the certificate of old ends on");

    let late = place(takes - 2, "");
    let said = late.keyroll("watch plan.renewal").ends(6);
    assert!(said.out.contains("would fail now, because the certificate of old"), "{}", said.out);
    assert!(said.out.contains("too early, for the plan may take"), "{}", said.out);
    let json = late.keyroll("watch plan.renewal --format json").ends(6).out;
    let json: Value = serde_json::from_str(json.trim_end()).unwrap();
    assert_eq!((&json["outlook"], json["reasons"][0].get("from")), (&"fails_now".into(), None));
}

#[test]
fn a_deadline_that_comes_is_named_and_one_that_passed_too() {
    let place = place(300, "");
    let text = place.read("plan.renewal");
    let first = text.lines().find(|line| line.starts_with("step ")).unwrap().to_owned();
    let due = |date: &str| {
        place.write("plan.renewal", text.replacen(&first, &format!("{first}\n  not after {date}"), 1))
    };
    due("2019-01-31");
    let said = place.keyroll("watch plan.renewal").ends(6);
    assert!(said.out.contains("would fail now, because"), "{}", said.out);
    let soon = jiff::Timestamp::now().checked_add(jiff::SignedDuration::from_hours(24 * 9)).unwrap();
    due(&soon.strftime("%Y-%m-%d").to_string());
    let said = place.keyroll("watch plan.renewal").ends(1);
    assert!([8, 9].contains(&days(&said.out)), "{}", said.out);
    assert!(said.out.contains("has to begin"), "{}", said.out);
    due("2099-01-31");
    place.keyroll("watch plan.renewal").ends(0);
}

#[test]
fn a_world_that_is_another_one_is_told_thing_by_thing() {
    let place = place(300, "");
    fs::remove_file(place.folder.join("partner-trust/old.pem")).unwrap();
    let said = place.keyroll("watch plan.renewal").ends(6);
    let words = "would fail now, because partner: the plan starts from old, there is no key of the plan";
    assert!(said.out.contains(words), "{}", said.out);
    fs::remove_file(place.folder.join("tenant.p12")).unwrap();
    place.keyroll("watch plan.renewal").ends(5).says("there is no keystore");
}

#[test]
fn several_plans_are_looked_at_and_the_worst_of_them_is_the_exit() {
    let place = place(300, "");
    place.write("second.renewal", place.read("plan.renewal").replace("xml-signature-two-keys", "second"));
    place.write("third.renewal", "keyroll 1\nplan third\n");
    let said = place.keyroll("watch plan.renewal second.renewal").ends(0);
    assert_eq!(said.out, "plan.renewal: fine\nsecond.renewal: fine\n");
    let said = place.keyroll("watch third.renewal plan.renewal").ends(1);
    assert_eq!(said.out, "plan.renewal: fine\n", "the others are looked at all the same");
    place.run().ends(0);
    place.keyroll("watch plan.renewal").ends(0).says("plan.renewal: is done");
    let said = place.keyroll("watch plan.renewal second.renewal").ends(6);
    assert!(said.out.contains("plan.renewal: is done\nsecond.renewal: would fail now"), "{}", said.out);
    place.keyroll("watch").ends(2);
}

#[test]
fn an_approval_that_went_stale_is_told_in_words() {
    let place = place(300, "");
    place.keyroll("dry-run plan.renewal --save approval.json").ends(0);
    place.keyroll("watch plan.renewal --approved approval.json").ends(0).says("fine");
    place.edit("site.toml", "capacity = 2", "capacity = 3");
    let said = place.keyroll("watch plan.renewal --approved approval.json").ends(6);
    assert!(
        said.out.contains("the approval is stale: receivers.partner.capacity: was 2, is 3"),
        "{}",
        said.out
    );
    place.keyroll("watch plan.renewal --approved nothing.json").ends(2);
}
