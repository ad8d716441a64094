//! What runs at the end: what ran at the start, where nobody says otherwise.

use keyroll::synthesis::Found;

use super::{found, is_as_short_as_said, is_sound, keyroll};

/// Two flows of one key, the second one running or not, and what is wanted.
fn scenario(bills: &str, finals: &str) -> String {
    format!(
        "keyroll 1\n\nplan two\n\nrole ann\n\nkey old\nkey new\n\nkeystore store of ann {{\n  alias \"k\" is old\n}}\n\n\
         receiver gate of ann {{\n  accepts old\n  accepts at most 1\n}}\n\n\
         receiver other of ann {{\n  accepts old\n  accepts at most 2\n}}\n\n\
         flow orders of ann {{\n  signs xml with store[\"k\"]\n  sends to gate\n  delivers within 1h\n  deployed\n}}\n\n\
         flow bills of ann {{\n  signs xml with store[\"k\"]\n  sends to other\n  delivers within 1h\n  {bills}\n}}\n\n\
         finally gate accepts only new\nfinally store[\"k\"] is new\n{finals}"
    )
}

fn sound(scenario: &str) -> Found {
    let found = found(scenario, true);
    is_sound(scenario, &found.text);
    found
}

/// That one flow is to stand still says nothing of another one.
#[test]
fn a_flow_of_which_the_end_does_not_speak_runs_again() {
    // Both go to the receiver that holds one key, so both must stand still for a time.
    let scenario =
        scenario("deployed", "finally orders undeployed\n").replace("sends to other", "sends to gate");
    let plan = sound(&scenario);
    is_as_short_as_said(&plan);
    assert!(
        plan.text.contains("  deploy bills\n") && !plan.text.contains("  deploy orders\n"),
        "{}",
        plan.text
    );
}

#[test]
fn a_flow_that_stands_still_stays_as_it_is() {
    let plan = sound(&scenario("undeployed", "")).text;
    assert!(!plan.contains("deploy bills"), "{plan}");
    let plan = sound(&scenario("undeployed", "finally bills deployed\n")).text;
    assert!(plan.contains("  deploy bills\n"), "{plan}");
}

/// To stand still from the start, or because it is wanted, is no downtime.
#[test]
fn only_what_is_to_run_is_missed() {
    let wanted = scenario("undeployed", "finally orders undeployed\n");
    let plan = sound(&wanted);
    assert_eq!(plan.cost.downtime, 0, "{}", plan.text);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scenario.renewal");
    std::fs::write(&path, wanted).unwrap();
    let told = keyroll(&format!("synthesize {}", path.display()));
    let beside = String::from_utf8(told.stderr).unwrap();
    assert!(beside.contains("  downtime    none\n"), "{beside}");
    assert!(
        beside.contains("orders stands still from `undeploy_orders` on, as `finally` says\n"),
        "{beside}"
    );
    assert!(!beside.contains("``") && !beside.contains("bills"), "{beside}");
}
