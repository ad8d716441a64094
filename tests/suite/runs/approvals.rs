//! Dry runs, and runs that are held to one.

use super::{Place, plan};

#[test]
fn a_dry_run_changes_nothing_and_says_what_would_be_done() {
    let place = Place::two_keys();
    let before = place.files();
    let said = place.keyroll("dry-run plan.renewal").ends(0);
    for word in ["would do", "create_key", "retire_old", "valid until", "will be"] {
        assert!(said.out.contains(word), "{word}: {}", said.out);
    }
    place.keyroll("dry-run plan.renewal --format json").ends(0);
    assert_eq!(place.files(), before);
    assert!(!place.folder.join("keyroll.db").exists());

    // In a world that does not fit nothing is changed either, and nothing approved.
    std::fs::remove_file(place.trusted()).unwrap();
    let before = place.files();
    place.keyroll("dry-run plan.renewal --save approval.json").ends(6).says("not saved");
    assert_eq!(place.files(), before);
}

#[test]
fn an_approved_run_is_held_to_plan_site_and_world_each() {
    let approved = || {
        let place = Place::two_keys();
        place.keyroll("dry-run plan.renewal --save approval.json").ends(0);
        place
    };
    let refused = |place: &Place, what: &str| {
        let before = place.files();
        let said = place.keyroll("run plan.renewal --approved approval.json").ends(6);
        let lines: Vec<_> = said.err.lines().filter(|line| line.contains("approved is")).collect();
        assert_eq!(lines.len(), 1, "{}", said.err);
        assert!(lines[0].contains(what), "{}", said.err);
        assert_eq!(place.files(), before);
    };
    let place = approved();
    place.edit("plan.renewal", "delivery : duration = 24h", "delivery : duration = 23h");
    refused(&place, "the plan");

    let place = approved();
    place.edit("site.toml", "capacity = 2", "capacity = 3");
    refused(&place, "the site");

    let place = Place::two_keys();
    place.edit("site.toml", "capacity = 2", "capacity = 3");
    place.keyroll("dry-run plan.renewal --save approval.json").ends(0);
    let other = Place::two_keys();
    std::fs::copy(other.trusted(), place.folder.join("partner-trust/other.pem")).unwrap();
    // A certificate that the plan does not name is none of its business.
    place.keyroll("run plan.renewal --approved approval.json").ends(0);

    let place = approved();
    std::fs::remove_file(place.trusted()).unwrap();
    refused(&place, "the world");

    for damaged in ["", "{}", "{\"approval\":2}", "\u{fffd}"] {
        place.write("approval.json", damaged);
        place.keyroll("run plan.renewal --approved approval.json").ends(2).says("approval.json");
    }
}

#[test]
fn an_approval_stands_in_the_middle_of_the_run_that_it_is_for() {
    let place = Place::two_keys();
    place.played_by_a_person("receiver_admin");
    place.keyroll("dry-run plan.renewal --save approval.json").ends(0);
    place.keyroll("run plan.renewal --approved approval.json").ends(3);
    place.keyroll("confirm provide_certificate --as receiver_admin").ends(0);
    place.keyroll("run plan.renewal --approved approval.json").ends(3);
    let ahead = place.keyroll("dry-run plan.renewal").ends(0);
    assert!(!ahead.out.contains("create_key"), "what is done is not foretold: {}", ahead.out);
    place.edit("site.toml", "capacity = 2", "capacity = 3");
    place.keyroll("run plan.renewal --approved approval.json").ends(6).says("the site");
    place.keyroll("run plan.renewal").ends(6).says("the site was changed since run");
}

/// A run that could not come to its first record holds nobody to anything.
#[test]
fn an_approval_is_not_passed_over_by_a_run_that_never_began() {
    let place = Place::two_keys();
    place.keyroll("dry-run plan.renewal --save approval.json").ends(0);
    let (trusted, kept) = (place.trusted(), place.folder.join("kept"));
    std::fs::rename(place.folder.join("tenant.p12"), &kept).unwrap();
    place.run().ends(5);
    std::fs::rename(kept, place.folder.join("tenant.p12")).unwrap();
    std::fs::remove_file(trusted).unwrap();
    place.keyroll("run plan.renewal --approved approval.json").ends(6).says("the world");
}

#[test]
fn a_plan_that_is_not_proved_is_not_run() {
    let place = Place::two_keys();
    let text = plan("two-keys.renewal").replace("  needs orders drained of old\n", "");
    place.write("plan.renewal", text);
    let before = place.files();
    place.run().ends(1).says("not proved");
    place.keyroll("dry-run plan.renewal").ends(1);
    assert_eq!(place.files(), before);
    // Whether the last step may begin hangs on steps that it does not come after, so the states are searched.
    let more = "step see by tenant_admin {\n  needs orders deployed\n  inform receiver_admin\n}
step halt by tenant_admin { undeploy orders }
step resume by tenant_admin {\n  after halt\n  deploy orders\n}\n";
    let text = plan("two-keys.renewal").replace("promise orders never interrupted\n", "");
    place.write("plan.renewal", format!("{text}{more}"));
    let before = place.files();
    place.keyroll("run plan.renewal --budget 3").ends(8).says("bound reached (");
    assert_eq!(place.files(), before);
    assert!(!place.folder.join("keyroll.db").exists());
}

/// The dry run is the runner itself: what a backend would refuse, it refuses there.
#[test]
fn a_dry_run_foresees_what_a_backend_would_refuse() {
    use keyroll::backend::keystore::{KeySpec, Keystore};
    use keyroll::backend::memory::keystore::MemoryKeystore;
    let place = Place::two_keys();
    let spec = KeySpec {
        key_type: keyroll::world::material::KeyType::EcP256,
        subject: vec![("CN".to_owned(), "a stranger".to_owned())],
        not_before: jiff::Timestamp::now(),
        days: 9,
    };
    let alias = keyroll::name::Alias::new("stranger").unwrap();
    let (_, stranger) = MemoryKeystore::new().create_key_pair(&alias, &spec).unwrap();
    place.write("partner-trust/stranger.pem", stranger.pem());
    let said = place.keyroll("dry-run plan.renewal").ends(6);
    let line = |step: &str| said.out.lines().find(|line| line.contains(step)).unwrap();
    assert!(line("create_key").contains("would do"), "{}", said.out);
    assert!(line("trust_both").contains("holds at most 2 certificates, this would be 3"), "{}", said.out);
    assert!(line("exchange_key").contains("`trust_both` comes first"), "{}", said.out);
    place.run().ends(5).says("holds at most 2 certificates");
}

/// A keystore is kept as weak as it is; before anything is done that is said.
#[test]
fn a_dry_run_says_what_is_weak_in_a_keystore() {
    let place = Place::two_keys();
    let quiet = place.keyroll("dry-run plan.renewal").ends(0);
    assert!(!quiet.out.contains("tenant: "), "{}", quiet.out);
    let weaken = "openssl pkcs12 -in tenant.p12 -passin file:password -noenc -out all.pem && \
                  openssl pkcs12 -export -legacy -in all.pem -name orders-signer -passout file:password -out tenant.p12";
    let made = std::process::Command::new("sh").args(["-euc", weaken]).current_dir(&place.folder).status();
    assert!(made.unwrap().success());
    let said = place.keyroll("dry-run plan.renewal").ends(0);
    for word in
        ["tenant: the integrity check is weak", "40 bit RC2", "three-key Triple DES", "`orders-signer`"]
    {
        assert!(said.out.contains(word), "{word}: {}", said.out);
    }
}

/// What moved is told in words: of the site which value, of the world which thing, what was and what is.
#[test]
fn a_stale_approval_says_what_was_and_what_is() {
    let place = Place::two_keys();
    place.keyroll("dry-run plan.renewal --save approval.json").ends(0);
    let run = "run plan.renewal --approved approval.json";
    place.edit("site.toml", "capacity = 2", "capacity = 3");
    let said = place.keyroll(run).ends(6);
    assert!(said.err.contains("    receivers.partner.capacity: was 2, is 3\n"), "{}", said.err);
    assert_eq!(said.err.matches(": was ").count(), 1, "{}", said.err);
    place.edit("site.toml", "capacity = 3", "capacity = 2");
    std::fs::remove_file(place.trusted()).unwrap();
    place.write("orders-flow/flow.json", "{\"state\":\"undeployed\",\"since\":\"2026-01-01T00:00:00Z\"}");
    let said = place.keyroll(run).ends(6);
    assert!(said.err.contains("    partner: was old (certificate "), "{}", said.err);
    assert!(said.err.contains("), is no key of the plan\n"), "{}", said.err);
    assert!(said.err.contains("    orders: was deployed, is undeployed\n"), "{}", said.err);
    assert_eq!(said.err.matches(": was ").count(), 2, "{}", said.err);
    // Another key under the alias of the old one: its certificate is told.
    let place = Place::two_keys();
    place.keyroll("dry-run plan.renewal --save approval.json").ends(0);
    let other = Place::two_keys();
    for name in ["tenant.p12", "password"] {
        std::fs::copy(other.folder.join(name), place.folder.join(name)).unwrap();
    }
    let said = place.keyroll(run).ends(6);
    let line =
        said.err.lines().find(|line| line.contains("tenant[\"orders-signer\"]: was old (certificate "));
    assert!(line.is_some_and(|line| line.contains(", is old (certificate ")), "{}", said.err);
}

/// An approval of the first version holds digests alone. It is held to as before, and tells no words.
#[test]
fn an_approval_of_the_first_version_is_still_read() {
    let place = Place::two_keys();
    place.keyroll("dry-run plan.renewal --save approval.json").ends(0);
    let second: serde_json::Value = serde_json::from_str(&place.read("approval.json")).unwrap();
    assert_eq!(second["approval"], 2);
    assert_eq!(second["seen"]["orders"], "deployed");
    assert_eq!(second["bound"]["keystores.tenant.password"], "\"file:password\"");
    let mut first = second.clone();
    first["approval"] = 1.into();
    let fields = first.as_object_mut().unwrap();
    fields.remove("seen");
    fields.remove("bound");
    place.write("approval.json", first.to_string());
    let trusted = place.trusted();
    let kept = std::fs::read(&trusted).unwrap();
    std::fs::remove_file(&trusted).unwrap();
    let said = place.keyroll("run plan.renewal --approved approval.json").ends(6);
    assert!(said.err.contains("the world: approved is ") && !said.err.contains(": was "), "{}", said.err);
    std::fs::write(&trusted, kept).unwrap();
    let mut later = second;
    later["approval"] = 3.into();
    place.write("later.json", later.to_string());
    place.keyroll("run plan.renewal --approved later.json").ends(2).says("another version");
    place.keyroll("run plan.renewal --approved approval.json").ends(0);
}

/// What is left until something ends stands in a dry run, against what the plan may take where it says so.
#[test]
fn a_dry_run_tells_the_slack_to_each_end() {
    let place = Place::two_keys();
    let json = place.keyroll("dry-run plan.renewal --format json").ends(0).out;
    let found: serde_json::Value = serde_json::from_str(json.trim_end()).unwrap();
    let slack = found["slack"].as_array().unwrap();
    let one = |name: &str| slack.iter().find(|one| one["name"] == name).unwrap();
    assert_eq!(
        (&one("old")["kind"], &one("new")["kind"]),
        (&"certificate".into(), &"new_certificate".into())
    );
    for row in slack {
        let left = row["left_seconds"].as_i64().unwrap();
        assert!(left > 30 * 86_400, "{row}");
        match (row["needs_seconds"].as_i64(), row["slack_seconds"].as_i64()) {
            (Some(needs), Some(slack)) => assert_eq!(slack, left - needs, "{row}"),
            _ => assert!(row["not_bounded"].is_string(), "{row}"),
        }
    }
    let text = place.keyroll("dry-run plan.renewal").ends(0).out;
    assert_eq!(text.matches("     slack       ").count(), slack.len(), "{text}");
    assert!(text.contains("slack       a certificate of new made now ends on "), "{text}");
}
