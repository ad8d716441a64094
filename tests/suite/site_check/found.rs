//! What `site check` finds, beside what its pages show: all at once, for each kind of binding, and nothing where
//! nothing is wrong.

use std::{fs, os::unix::fs::PermissionsExt};

use serde_json::Value;

use super::{CHECK, by_tool, hindered, renew, spec, twin};
use crate::{
    commands::{Shop, trust},
    own_facts::PLAN,
    runs::Place,
};

/// The document of a check.
#[track_caller]
fn document(place: &Place, exit: i32) -> Value {
    let said = place.keyroll(&format!("{CHECK} --format json")).ends(exit);
    serde_json::from_str(said.out.trim_end()).unwrap_or_else(|error| panic!("{error}: {}", said.out))
}

/// The row of a binding.
fn row<'a>(document: &'a Value, table: &str, name: &str) -> &'a Value {
    let rows = document["bindings"].as_array().unwrap();
    let found = rows.iter().find(|row| row["table"] == table && row["name"] == name);
    found.unwrap_or_else(|| panic!("{table}.{name}: {document:#}"))
}

fn says(document: &Value, table: &str, name: &str) -> String {
    let says = row(document, table, name)["says"].as_array().unwrap();
    says.iter().map(|line| line.as_str().unwrap()).collect::<Vec<_>>().join("\n")
}

/// The codes in a row, with its grade.
fn graded(document: &Value, table: &str, name: &str) -> (String, Vec<String>) {
    let row = row(document, table, name);
    let codes = row["codes"].as_array().unwrap().iter().map(|code| code.as_str().unwrap().to_owned());
    (row["grade"].as_str().unwrap().to_owned(), codes.collect())
}

fn refused(code: &str) -> (String, Vec<String>) {
    ("refused".to_owned(), vec![code.to_owned()])
}

fn advised(code: &str) -> (String, Vec<String>) {
    ("advice".to_owned(), vec![code.to_owned()])
}

fn ok() -> (String, Vec<String>) {
    ("ok".to_owned(), Vec::new())
}

#[test]
fn a_site_at_which_nothing_is_wrong_is_told_of() {
    let place = Place::two_keys();
    let before = place.files();
    let said = place.keyroll(CHECK).ends(0);
    assert_eq!(said.err, "");
    for words in [
        "ok        keystores.tenant",
        "ok        keys.old",
        "ok        receivers.partner",
        "ok        flows.orders",
        "ok        journal",
    ] {
        assert!(said.out.contains(words), "{words}: {}", said.out);
    }
    let found = document(&place, 0);
    for (table, name) in
        [("keystores", "tenant"), ("keys", "old"), ("receivers", "partner"), ("flows", "orders")]
    {
        assert_eq!(graded(&found, table, name), ok(), "{found:#}");
    }
    assert!(says(&found, "keystores", "tenant").contains("password from the file password"), "{found:#}");
    assert!(says(&found, "keystores", "tenant").contains("\"orders-signer\" is used by orders"));
    assert!(says(&found, "receivers", "partner").contains("2 at most, 0 of which the plan does not speak"));
    assert!(says(&found, "flows", "orders").contains("deployed"));
    assert_eq!((&found["errors"], &found["trust"]["trust"]), (&0.into(), &"needless".into()));
    assert_eq!(place.files(), before, "a check writes nothing");
    // It is what a run then finds.
    place.run().ends(0);
}

/// Every fault has its row: the first one hides none of the others.
#[test]
fn all_that_is_wrong_is_told_at_once() {
    let place = Place::two_keys();
    fs::set_permissions(place.folder.join("password"), fs::Permissions::from_mode(0o604)).unwrap();
    fs::remove_dir_all(place.folder.join("partner-trust")).unwrap();
    place.write("orders-flow/flow.json", "{}");
    place.edit("site.toml", "capacity = 2", "capacity = 1");
    let found = document(&place, 5);
    assert_eq!(graded(&found, "keystores", "tenant"), refused("site_open"));
    assert_eq!(graded(&found, "receivers", "partner"), refused("site_unreachable"));
    assert_eq!(graded(&found, "flows", "orders"), refused("site_backend_failed"));
    assert_eq!(graded(&found, "keys", "old"), ok());
    let codes: Vec<&str> =
        found["findings"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
    for code in ["site_open", "site_unreachable", "site_backend_failed", "weak_binding"] {
        assert!(codes.contains(&&*format!("keyroll::{code}")), "{code}: {codes:?}");
    }
    assert_eq!(found["errors"], 4, "{found:#}");
    let lines: Vec<u64> = found["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["spans"][0]["line"].as_u64().unwrap())
        .collect();
    assert!(lines.iter().all(|line| *line > 1), "each points at its table: {lines:?}");
}

#[test]
fn a_keystore_is_looked_at_in_each_way_that_it_can_be_wrong() {
    let place = Place::two_keys();
    let whole = fs::read(place.folder.join("tenant.p12")).unwrap();
    place.write("password", "another one\n");
    assert_eq!(graded(&document(&place, 1), "keystores", "tenant"), refused("site_password"));
    fs::remove_file(place.folder.join("password")).unwrap();
    let found = document(&place, 1);
    assert_eq!(graded(&found, "keystores", "tenant"), refused("site_password"), "{found:#}");

    let place = Place::two_keys();
    place.write("tenant.p12", &whole[..whole.len() - 7]);
    assert_eq!(graded(&document(&place, 5), "keystores", "tenant"), refused("site_backend_failed"));
    fs::remove_file(place.folder.join("tenant.p12")).unwrap();
    let found = document(&place, 1);
    assert_eq!(graded(&found, "keystores", "tenant"), refused("site_unreachable"));
    assert!(found["findings"][0]["message"].as_str().unwrap().contains("there is no keystore at"));

    // Its password is not there either: both are told.
    place.edit("site.toml", "file:password", "credential:store");
    let (grade, codes) = graded(&document(&place, 1), "keystores", "tenant");
    assert_eq!(
        (grade.as_str(), codes),
        ("refused", vec!["site_password".to_owned(), "site_unreachable".to_owned()])
    );
}

/// What a group may do is advice, what everybody may do is refused.
#[test]
fn the_rights_of_others_are_weighed() {
    for (name, mode, wanted) in [
        ("password", 0o640, advised("site_open")),
        ("password", 0o604, refused("site_open")),
        ("password", 0o602, refused("site_open")),
        ("password", 0o660, advised("site_open")),
        ("password", 0o600, ok()),
        ("tenant.p12", 0o644, ok()),
        ("tenant.p12", 0o664, advised("site_open")),
        ("tenant.p12", 0o666, refused("site_open")),
    ] {
        let place = Place::two_keys();
        fs::set_permissions(place.folder.join(name), fs::Permissions::from_mode(mode)).unwrap();
        let found = document(&place, i32::from(wanted.0 == "refused"));
        assert_eq!(graded(&found, "keystores", "tenant"), wanted, "{name} {mode:o}");
    }
    for (mode, wanted) in [(0o666, refused("site_open")), (0o664, advised("site_open"))] {
        let place = Place::two_keys();
        fs::set_permissions(place.folder.join("site.toml"), fs::Permissions::from_mode(mode)).unwrap();
        let found = document(&place, i32::from(wanted.0 == "refused"));
        assert_eq!(graded(&found, "site", "site.toml"), wanted, "{mode:o}");
    }
    for (mode, wanted) in [(0o757, refused("site_open")), (0o775, advised("site_open")), (0o755, ok())] {
        let place = Place::two_keys();
        fs::set_permissions(place.folder.join("partner-trust"), fs::Permissions::from_mode(mode)).unwrap();
        let found = document(&place, i32::from(wanted.0 == "refused"));
        assert_eq!(graded(&found, "receivers", "partner"), wanted, "{mode:o}");
    }
}

/// Each thing that the plan changes, in a place where that cannot be done; nothing is written to find out.
#[test]
fn what_cannot_be_changed_is_found_before_it_is_tried() {
    let check: Vec<&str> = "site check plan.renewal --format json".split(' ').collect();
    let place = Place::two_keys();
    let said = hindered(&place, &check, &["partner-trust"]).ends(1);
    let found: Value = serde_json::from_str(said.out.trim_end()).unwrap();
    assert_eq!(graded(&found, "receivers", "partner"), refused("site_not_writable"), "{found:#}");
    assert_eq!(graded(&found, "keystores", "tenant"), ok());

    let said = hindered(&place, &check, &["."]).ends(1);
    let found: Value = serde_json::from_str(said.out.trim_end()).unwrap();
    for (table, name) in [("keystores", "tenant"), ("receivers", "partner"), ("journal", "./keyroll.db")] {
        assert_eq!(graded(&found, table, name), refused("site_not_writable"), "{table}: {found:#}");
    }
    assert!(!place.folder.join("keyroll.db").exists());

    // The plan does not stop the flow, so that nothing has to be written there.
    let said = hindered(&place, &check, &["orders-flow"]).ends(0);
    let found: Value = serde_json::from_str(said.out.trim_end()).unwrap();
    assert_eq!(graded(&found, "flows", "orders"), ok(), "{found:#}");
    let place = Place::one_key();
    let said = hindered(&place, &check, &["orders-flow"]).ends(1);
    let found: Value = serde_json::from_str(said.out.trim_end()).unwrap();
    assert_eq!(graded(&found, "flows", "orders"), refused("site_not_writable"), "{found:#}");
}

#[test]
fn keys_are_held_against_the_algorithm_of_their_flow() {
    for (algorithm, exit, wanted) in [
        ("ecdsa-sha256", 0, ok()),
        ("ecdsa-sha512", 0, ok()),
        ("rsa-pss-sha256", 1, ("refused".to_owned(), vec!["site_key_type".to_owned(); 2])),
    ] {
        let place = Place::two_keys();
        let site = place.read("site.toml");
        place.write("site.toml", format!("{site}\n[flows.orders.signature]\nalgorithm = \"{algorithm}\"\n"));
        let found = document(&place, exit);
        assert_eq!(graded(&found, "flows", "orders"), wanted, "{algorithm}");
        assert!(says(&found, "flows", "orders").contains(&format!("signs by {algorithm}")));
    }
    // The new key alone does not fit.
    let place = Place::two_keys();
    place.edit("site.toml", "[keys]", "[keys.new]\ntype = \"rsa-3072\"");
    let site = place.read("site.toml");
    place.write("site.toml", format!("{site}\n[flows.orders.signature]\nalgorithm = \"ecdsa-sha256\"\n"));
    let found = document(&place, 1);
    assert_eq!(graded(&found, "flows", "orders"), refused("site_key_type"));
    let what = found["findings"][0]["message"].as_str().unwrap();
    assert!(what.contains("`new` is rsa-3072"), "{what}");
}

#[test]
fn certificates_that_end_are_told_with_their_days() {
    let place = Place::two_keys();
    renew(&place, &spec("2020-01-01T00:00:00Z", 36_500));
    let found = document(&place, 0);
    assert_eq!(graded(&found, "keys", "old"), ok(), "{found:#}");
    assert!(says(&found, "keys", "old").contains("valid until 2119-12-08 00:00:00 UTC ("), "{found:#}");
    renew(&place, &spec("2020-01-01T00:00:00Z", 30));
    assert_eq!(graded(&document(&place, 0), "keys", "old"), advised("site_certificate_ends"));
    renew(&place, &spec("2099-01-01T00:00:00Z", 30));
    let found = document(&place, 0);
    assert_eq!(graded(&found, "keys", "old"), advised("site_certificate_ends"));
    assert!(found["findings"][0]["message"].as_str().unwrap().contains("is valid from 2099-01-01"));
}

#[test]
fn what_else_uses_a_pair_and_what_the_plan_does_not_speak_of_is_told() {
    let place = Place::two_keys();
    twin(&place);
    let found = document(&place, 0);
    assert_eq!(graded(&found, "keys", "old"), advised("site_alias_shared"));
    assert!(found["findings"][0]["message"].as_str().unwrap().contains("tenant[\"legacy\"]"), "{found:#}");
    assert!(says(&found, "keystores", "tenant").contains("the plan does not speak of \"legacy\""));
    // Another pair is nobody's business.
    let place = Place::two_keys();
    place
        .keyroll("keystore create tenant.p12 --alias other --subject CN=other --password file:password")
        .ends(0);
    let found = document(&place, 0);
    assert_eq!(graded(&found, "keys", "old"), ok());
    assert!(says(&found, "keystores", "tenant").contains("the plan does not speak of \"other\""));
}

#[test]
fn facts_are_looked_at_too() {
    let place = Place::of(PLAN);
    assert_eq!(graded(&document(&place, 0), "facts", "change"), ok());
    assert!(says(&document(&place, 0), "facts", "change").contains("clear"));
    place.write("change-fact", "set\n");
    assert!(says(&document(&place, 0), "facts", "change").contains("set"));
    place.write("change-fact", "perhaps\n");
    assert_eq!(graded(&document(&place, 5), "facts", "change"), refused("site_backend_failed"));
    fs::remove_file(place.folder.join("change-fact")).unwrap();
    fs::create_dir(place.folder.join("change-fact")).unwrap();
    let found = document(&place, 1);
    let (grade, codes) = graded(&found, "facts", "change");
    assert!(grade == "refused" && codes.contains(&"site_unreachable".to_owned()), "{found:#}");
    // Two names for one thing.
    let place = Place::of(PLAN);
    place.edit("site.toml", "path = \"change-fact\"", "path = \"./tenant.p12\"");
    let (_, codes) = graded(&document(&place, 5), "facts", "change");
    assert!(codes.contains(&"site_bound_twice".to_owned()), "{codes:?}");
}

#[test]
fn programs_are_looked_at_and_asked_once_they_are_trusted() {
    let check = |shop: &Shop, exit: i32| -> Value {
        let said = shop.keyroll("site check tokens.renewal --format json").ends(exit);
        serde_json::from_str(said.out.trim_end()).unwrap()
    };
    let shop = Shop::new();
    let found = check(&shop, 0);
    assert!(says(&found, "receivers", "gateway").contains("1 accepted"), "{found:#}");
    assert!(says(&found, "flows", "client").contains("deployed"), "{found:#}");
    assert!(says(&found, "keys", "old").contains("opaque, token-"), "{found:#}");
    assert_eq!(found["trust"]["trust"], "trusted");
    let program = shop.folder.join("tokens.sh");
    let mode = |mode: u32| fs::set_permissions(&program, fs::Permissions::from_mode(mode)).unwrap();
    mode(0o775);
    assert_eq!(graded(&check(&shop, 0), "keystores", "vault"), advised("site_open"));
    mode(0o757);
    let found = check(&shop, 1);
    assert_eq!(graded(&found, "flows", "client"), refused("site_open"), "{found:#}");
    assert!(found["trust"].is_null(), "{found:#}");
    mode(0o644);
    assert_eq!(graded(&check(&shop, 1), "facts", "change_board"), refused("site_unreachable"));
    mode(0o755);
    fs::set_permissions(&shop.folder, fs::Permissions::from_mode(0o777)).unwrap();
    assert_eq!(graded(&check(&shop, 1), "flows", "client"), refused("site_open"));
    fs::set_permissions(&shop.folder, fs::Permissions::from_mode(0o700)).unwrap();
    // It does not keep to the protocol.
    shop.write("tokens.sh", "#!/bin/sh\nexit 7\n");
    trust(&shop.folder);
    let found = check(&shop, 5);
    for (table, name) in
        [("keystores", "vault"), ("receivers", "gateway"), ("flows", "client"), ("facts", "change_board")]
    {
        assert_eq!(graded(&found, table, name), refused("site_backend_failed"), "{found:#}");
    }
    let site = fs::read_to_string(shop.folder.join("site.toml")).unwrap();
    shop.write(
        "site.toml",
        &site.replace("capacity = 2", "capacity = 2\nenvironment = [\"KEYROLL_TEST_UNSET\"]"),
    );
    assert_eq!(graded(&check(&shop, 1), "receivers", "gateway"), refused("site_unreachable"));
}

/// A run that waits holds its keystore, and the check says so.
#[test]
fn whoever_holds_a_keystore_is_named() {
    let place = Place::two_keys();
    place.played_by_a_person("receiver_admin");
    place.run().ends(3);
    let found = document(&place, 0);
    assert!(says(&found, "keystores", "tenant").contains("held by run xml-signature-two-keys-"), "{found:#}");
    assert!(says(&found, "journal", "./keyroll.db").contains("with runs in it"));
}

/// What is weak is advice, for the key in use and for one that would be made like it.
#[test]
fn weak_keys_are_advice() {
    let place = Place::two_keys();
    by_tool(&place, "-newkey rsa:1024");
    let found = document(&place, 0);
    assert_eq!(graded(&found, "keys", "old"), advised("site_weak"));
    assert_eq!(graded(&found, "keys", "new"), advised("site_weak"));
}

#[test]
fn a_site_or_a_plan_that_does_not_read_is_refused_as_elsewhere() {
    let place = Place::two_keys();
    place.edit("site.toml", "automatic = true", "automatik = true");
    place.keyroll(CHECK).ends(1).says("keyroll::bad_site");
    let place = Place::two_keys();
    place.keyroll("site check nothing.renewal").ends(2);
    place.keyroll("site check plan.renewal --site nothing.toml").ends(2);
    place.keyroll("site check plan.renewal --answer a=yes --answer a=no").ends(2);
    place.keyroll("site").ends(2);
}
