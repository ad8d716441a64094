//! Exchanges in two acts: every way in which the steps around one wait for one another.

use crate::reference::{Compared, compare};

const LIMIT: usize = 20_000;

/// One role stops its flow, exchanges with a gap, and starts it again.
fn renewal(swap: &str, start: &str, promise: &str) -> String {
    format!(
        "keyroll 1\nplan gap\nrole ops\nkey old\nkey new\n\
         keystore store of ops {{\n alias \"a\" is old\n exchanges with a gap\n}}\n\
         receiver gate of ops {{\n accepts old\n accepts new\n}}\n\
         flow orders of ops {{\n signs xml with store[\"a\"]\n sends to gate\n delivers immediately\n deployed\n}}\n\
         step create by ops {{\n create new in store as \"a-next\"\n}}\n\
         step stop by ops {{\n undeploy orders\n}}\n\
         step swap by ops {{\n{swap} exchange store[\"a\"] for new\n}}\n\
         step start by ops {{\n{start} deploy orders\n}}\n{promise}"
    )
}

/// Whatever is proved is so when the two acts of the exchange are moments of their own, which `compare`
/// asks the second judge; and what shows between them is neither waited for nor promised.
#[test]
fn what_shows_half_way_lets_nobody_go_on() {
    let needs = [
        "",
        " needs store[\"a-backup\"] is old\n",
        " needs store[\"a\"] is old\n",
        " needs store[\"a\"] is new\n",
        " needs store[\"a-next\"] is new\n",
        " needs orders undeployed\n",
        " needs store[\"a\"] empty\n",
        " needs store[\"a-next\"] empty\n",
    ];
    let promises = [
        "",
        "promise never store[\"a-backup\"] is old while store[\"a-next\"] is new\n",
        "promise store[\"a\"] is new before store[\"a-backup\"] is old\n",
        "promise store[\"a-backup\"] is old before store[\"a\"] is new\n",
        "promise always store[\"a-backup\"] is old while store[\"a\"] is new\n",
        "promise never store[\"a\"] is new while store[\"a-next\"] is new\n",
        "promise never store[\"a\"] is old while store[\"a-backup\"] is old\n",
        "promise never store[\"a\"] empty\n",
        "promise never store[\"a-next\"] empty while store[\"a\"] is old\n",
    ];
    let (mut proved, mut observed, mut refuted) = (0, 0, 0);
    for start in [" after stop\n", " after stop, swap\n"] {
        for swap in [" after create\n", " after create, stop\n"] {
            for need in needs {
                for promise in promises {
                    let text = renewal(swap, &format!("{start}{need}"), promise);
                    match compare(&text, LIMIT) {
                        Compared::Proved(_) => proved += 1,
                        Compared::Refuted(..) => refuted += 1,
                        Compared::Unread(codes) if codes.iter().any(|c| c == "gap_observed") => observed += 1,
                        Compared::Unread(codes) => assert_eq!(codes, ["promise_of_gap"], "{text}"),
                        other => panic!("{other:?} of\n{text}"),
                    }
                }
            }
        }
    }
    println!("{proved} proved, {refuted} refuted, {observed} ask for what shows half-way");
    assert!(proved > 5 && refuted > 20 && observed > 80, "{proved}, {refuted}, {observed}");
}
