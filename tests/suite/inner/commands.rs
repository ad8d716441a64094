//! Plans within a plan, through the program.

use crate::runs::Place;

use super::TWO_KEYS;

const OUTER: &str = "keyroll 1

plan outer

role admin
role partner_admin

plan one from \"parts/two-keys.renewal\" {
  tenant_admin = admin
  receiver_admin = partner_admin
}

step close by partner_admin {
  after one
  inform admin
}
";

/// A world for the plan, whose part lies in a file.
fn place() -> Place {
    let place = Place::of(&OUTER.replace("parts/two-keys.renewal", "std/xml-signature/two-keys"));
    std::fs::create_dir(place.folder.join("parts")).unwrap();
    place.write("parts/two-keys.renewal", TWO_KEYS);
    place.write("plan.renewal", OUTER);
    place
}

#[test]
fn every_command_reads_it() {
    let place = place();
    place.keyroll("fmt --check plan.renewal").ends(0);
    place.keyroll("check plan.renewal").ends(0).says("8 steps");
    let proved = place.keyroll("prove plan.renewal").ends(0);
    assert!(proved.out.contains("one-orders never rejected"), "{}", proved.out);
    assert!(
        proved.out.contains("[parts/two-keys.renewal:67]"),
        "the undo limit has its file: {}",
        proved.out
    );
    place.keyroll("check --format json plan.renewal").ends(0).says("\"steps\":8");
    place.keyroll("compare plan.renewal plan.renewal").ends(0);
    place.keyroll("runbook plan.renewal").ends(0).says("one-exchange\\_key");
    place.keyroll("prove --library .").says("plan.renewal");
    // A story tells its file, and one that is kept is played again.
    let hasty = TWO_KEYS.replace("  needs orders drained of old\n", "");
    assert_ne!(hasty, TWO_KEYS);
    place.write("parts/two-keys.renewal", &hasty);
    let refused = place.keyroll("prove plan.renewal").ends(1);
    assert!(refused.out.contains("[parts/two-keys.renewal:"), "{}\n{}", refused.out, refused.err);
    assert!(refused.err.contains("it is a part of `one`"), "{}", refused.err);
    let told = place.keyroll("prove --format json plan.renewal").ends(1);
    let told: serde_json::Value = serde_json::from_str(&told.out).unwrap();
    let finding = &told["findings"][0];
    assert_eq!(finding["code"], "keyroll::undrained");
    assert_eq!(finding["spans"][0]["file"], "parts/two-keys.renewal");
    assert_eq!(finding["related"].as_array().unwrap().last().unwrap()["spans"][0]["file"], "plan.renewal");
}

#[test]
fn a_rehearsal_plays_it() {
    let place = place();
    let said = place.keyroll("rehearse plan.renewal --key-type ec-p256").ends(0);
    assert!(
        said.out.contains("one-exchange_key") || said.err.contains("one-exchange_key"),
        "{}\n{}",
        said.out,
        said.err
    );
}

/// Approval is bound to the texts of the parts, and a run goes on with those that it began with.
#[test]
fn a_run_keeps_the_parts_that_it_began_with() {
    let place = place();
    place.played_by_a_person("partner_admin");
    place.run().ends(3);
    // Another text of the part is another plan; the run goes on with its own.
    let other = TWO_KEYS.replace("= 24h ", "= 23h ");
    assert_ne!(other, TWO_KEYS);
    place.write("parts/two-keys.renewal", &other);
    let refused = place.run();
    assert_ne!(refused.exit, 3, "{}", refused.out);
    std::fs::remove_file(place.folder.join("parts/two-keys.renewal")).unwrap();
    place.keyroll("status").ends(0).says("one-trust_both");
    place.keyroll("confirm one-provide_certificate --as partner_admin").ends(0);
    place.write("parts/two-keys.renewal", TWO_KEYS);
    place.run().ends(3);
}
