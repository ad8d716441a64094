//! How long a plan waits for messages under way.

use super::{found, is_sound};

/// Two flows of one key to two receivers, all of one role.
fn scenario(delivery: &str, promises: &str, most: usize) -> String {
    let mut text = "keyroll 1\n\nplan waits\n\nrole ann\n\nkey old\nkey new\n\n\
                    keystore store of ann {\n  alias \"k\" is old\n}\n\n"
        .to_owned();
    for (flow, gate) in [("orders", "gate"), ("bills", "other")] {
        text += &format!(
            "receiver {gate} of ann {{\n  accepts old\n  accepts at most {most}\n}}\n\n\
             flow {flow} of ann {{\n  signs xml with store[\"k\"]\n  sends to {gate}\n  {delivery}\n  deployed\n}}\n\n\
             finally {gate} accepts only new\n"
        );
    }
    text + "finally store[\"k\"] is new\n" + promises
}

fn wait(scenario: &str) -> u64 {
    let found = found(scenario, true);
    is_sound(scenario, &found.text);
    found.cost.wait
}

const NEVER: &str = "promise orders never interrupted\npromise bills never interrupted\n";

#[test]
fn what_is_waited_for_at_once_counts_once() {
    assert_eq!(wait(&scenario("delivers within 1h", NEVER, 2)), 3600);
}

#[test]
fn what_a_runtime_keeps_counts_too() {
    assert_eq!(wait(&scenario("delivers immediately\n  caches keys for 10m", NEVER, 2)), 600);
    assert_eq!(wait(&scenario("delivers within 1h\n  caches keys for 10m", NEVER, 2)), 4200);
}

/// After that only what is under way counts.
#[test]
fn a_runtime_that_is_undeployed_keeps_nothing() {
    let one = |text: &str| {
        let (head, rest) = text.split_once("receiver other").unwrap();
        format!("{head}finally{}", rest.split_once("finally other accepts only new\nfinally").unwrap().1)
    };
    let scenario = scenario("delivers within 1h\n  caches keys for 10m", "", 1);
    assert_eq!(wait(&one(&scenario)), 3600);
}
