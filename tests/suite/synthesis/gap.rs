//! Exchanges that leave their alias without a key for a moment.

use super::{acts, impossible};

const HEAD: &str = "keyroll 1\n\nplan gap\n\nrole ann\nrole bob\n\nkey old\nkey new\n\n";

const GAP: &str = "keystore store of ann {\n  alias \"k\" is old\n  exchanges with a gap\n}\n\n\
     receiver gate of bob {\n  accepts old\n  accepts at most 2\n}\n\n\
     flow orders of bob {\n  signs xml with store[\"k\"]\n  sends to gate\n  delivers within 1h\n  deployed\n}\n\n\
     flow bills of ann {\n  signs xml with store[\"k\"]\n  sends to gate\n  delivers within 1h\n  deployed\n}\n\n\
     finally gate accepts only new\nfinally store[\"k\"] is new\n";

/// The flows stand still before the exchange, and start after it, though nobody would reject a message.
#[test]
fn an_exchange_with_a_gap_waits_until_its_flows_stand_still() {
    let scenario = format!("{HEAD}{GAP}");
    let acts = acts(&scenario);
    let at = |act: &str| acts.iter().position(|one| one == act).unwrap_or_else(|| panic!("{act}: {acts:?}"));
    let exchange = at("exchange store[\"k\"] for new");
    for flow in ["orders", "bills"] {
        assert!(at(&format!("undeploy {flow}")) < exchange && exchange < at(&format!("deploy {flow}")));
    }
}

#[test]
fn an_exchange_with_a_gap_of_a_flow_that_never_stops_is_ruled_out() {
    let scenario = format!("{HEAD}{GAP}promise bills never interrupted\n");
    let why = impossible(&scenario);
    let exchange = why.barred.iter().find(|row| row.act == "exchange store[\"k\"] for new").unwrap();
    let gap = "bills would run, and store exchanges with a gap";
    assert!(exchange.why.iter().any(|why| why == gap), "{:?}", exchange.why);
}
