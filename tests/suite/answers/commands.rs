//! Answers on the command line and in a site, and what is kept of them with a run.

use crate::runs::Place;

use super::{BY_HAND, JOINED};

fn place() -> Place {
    let place = Place::two_keys();
    place.write("joined.renewal", JOINED);
    place.write("by_hand.toml", BY_HAND);
    place
}

#[test]
fn the_verdict_names_each_variant() {
    let place = place();
    let said = place.keyroll("prove joined.renewal").ends(0);
    for line in [
        "xml-signature-by-what-the-partner-holds where holds_two is yes: proved",
        "xml-signature-by-what-the-partner-holds where holds_two is no: proved",
        "xml-signature-by-what-the-partner-holds: proved, in all 2 variants",
    ] {
        assert!(said.out.contains(line), "{}", said.out);
    }
    let hasty = JOINED.replace("announce_silence\n  needs orders drained of old\n", "announce_silence\n");
    place.write("hasty.renewal", &hasty);
    let said = place.keyroll("prove hasty.renewal").ends(1);
    assert!(said.out.contains("where holds_two is yes: proved"), "{}", said.out);
    assert!(said.out.contains("where holds_two is no: refused"), "{}", said.out);
    assert!(said.out.contains("proved in 1 of 2 variants only, so it is not proved"), "{}", said.out);
    place.keyroll("prove hasty.renewal --answer holds_two=yes").ends(0);
    place.keyroll("prove hasty.renewal --answer holds_two=no").ends(1);
    let json = place.keyroll("prove hasty.renewal --format json").ends(1);
    let told: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(told["outcome"], "refused");
    assert_eq!(told["variants"][0]["outcome"], "proved");
    assert_eq!(told["variants"][1]["outcome"], "refused");
    assert_eq!(told["variants"][1]["answers"][0], "holds_two is no");
    assert_eq!(told["findings"][0]["code"], "keyroll::undrained");
    // Nor does a folder pass it.
    std::fs::create_dir(place.folder.join("many")).unwrap();
    place.write("many/hasty.renewal", hasty);
    place.keyroll("prove --library many").ends(1).says("undrained");
    place.write("many/hasty.renewal", JOINED);
    place.keyroll("prove --library many").ends(0).says("where holds_two is no: by causal cuts");
}

#[test]
fn what_is_of_one_variant_says_so() {
    let place = place();
    for format in ["markdown", "html"] {
        let said = place.keyroll(&format!("runbook joined.renewal --format {format} --answer holds_two=no"));
        let said = said.ends(0);
        assert!(said.out.contains("Which answers it is for"), "{}", said.out);
        assert!(said.out.contains("is no: answered"), "{}", said.out);
    }
    let said = place.keyroll("runbook plan.renewal --format markdown").ends(0);
    assert!(!said.out.contains("Which answers it is for"), "{}", said.out);
    let hasty = JOINED.replace("announce_silence\n  needs orders drained of old\n", "announce_silence\n");
    place.write("hasty.renewal", hasty);
    let said = place.keyroll("repair hasty.renewal --answer holds_two=no --apply").ends(0);
    let line = "where holds_two is no; `keyroll prove` tells of the other answers";
    assert!(said.out.contains(line), "{}", said.out);
    place.keyroll("prove hasty.renewal").ends(0);
}

#[test]
fn what_needs_one_plan_says_how_to_choose_it() {
    let place = place();
    for command in [
        "runbook joined.renewal",
        "graph joined.renewal",
        "rehearse joined.renewal",
        "prove joined.renewal --certificate proof.json",
        "prove joined.renewal --story story.json",
        "verify-proof joined.renewal proof.json",
        "compare joined.renewal joined.renewal",
    ] {
        let said = place.keyroll(command).ends(1);
        assert!(said.err.contains("keyroll::not_answered"), "{command}: {}", said.err);
        assert!(said.err.contains("--answer holds_two=yes"), "{command}: {}", said.err);
    }
    place
        .keyroll("runbook joined.renewal --answer holds_two=yes")
        .ends(0)
        .says("Verify with the old or the new");
    place.keyroll("prove joined.renewal --answer holds_two=no --certificate proof.json").ends(0);
    place.keyroll("verify-proof joined.renewal proof.json --answer holds_two=no").ends(0);
    let other = place.keyroll("verify-proof joined.renewal proof.json --answer holds_two=yes");
    assert_ne!(other.exit, 0, "{}", other.out);
    place.keyroll("compare joined.renewal joined.renewal --answer holds_two=no").ends(0);
    let slip = place.keyroll("prove joined.renewal --answer hold_two=no").ends(1);
    assert!(slip.err.contains("did you mean `holds_two`?"), "{}", slip.err);
    place.keyroll("prove joined.renewal --answer holds_two=perhaps").ends(2);
    place.keyroll("prove joined.renewal --answer holds_two=yes --answer holds_two=no").ends(2);
    place.keyroll("run joined.renewal --site by_hand.toml --answer hold_two=no").ends(1);
}

#[test]
fn a_run_goes_by_silence_and_keeps_to_its_answers() {
    let place = place();
    let run = "run joined.renewal --site by_hand.toml --journal by_hand.db";
    let at = "--site by_hand.toml --journal by_hand.db";
    place.keyroll(run).ends(3);
    let status = place.keyroll(&format!("status {at}")).ends(0);
    assert!(status.out.contains("holds_two is no: silence taken as no"), "{}", status.out);
    assert!(status.out.contains("agree_downtime") && !status.out.contains("trust_both"), "{}", status.out);
    place.keyroll(&format!("why {at}")).ends(0).says("silence taken as no");
    let json = place.keyroll(&format!("status {at} --format json")).ends(0);
    let told: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(told["answers"][0], "holds_two is no: silence taken as no");
    let other = place.keyroll(&format!("{run} --answer holds_two=yes")).ends(6);
    assert!(other.err.contains("--answer holds_two=no"), "{}", other.err);
    // The same answer, given late, is the same plan.
    place.keyroll(&format!("{run} --answer holds_two=no")).ends(3);
    place.keyroll(run).ends(3);
}

#[test]
fn a_site_answers_and_a_run_says_so() {
    let place = place();
    place.write("by_hand.toml", format!("{BY_HAND}[answers]\nholds_two = \"yes\"\n"));
    let at = "--site by_hand.toml --journal by_hand.db";
    place.keyroll(&format!("dry-run joined.renewal {at}")).says("trust_both");
    place.keyroll(&format!("run joined.renewal {at}")).ends(3);
    place.keyroll(&format!("status {at}")).ends(0).says("holds_two is yes: answered");
    place.keyroll(&format!("run joined.renewal {at} --answer holds_two=no")).ends(2);
    place.write("by_hand.toml", format!("{BY_HAND}[answers]\nhold_two = \"yes\"\n"));
    place.keyroll(&format!("run joined.renewal {at}")).ends(1);
    place.write("by_hand.toml", format!("{BY_HAND}[answers]\nholds_two = \"perhaps\"\n"));
    place.keyroll(&format!("run joined.renewal {at}")).ends(1);
}
