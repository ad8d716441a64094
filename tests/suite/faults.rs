//! Crashes between an effect and its record: where they could matter, and that they do not.

use keyroll::{check, plan::given::Given, source::Source};

use crate::reference::{Compared, LIMIT, by_crashes, compare};

/// A role that starts either flow only while the other one stands still. Each condition is about what the
/// other step changes, so that a record which is behind would let both run.
const EXCLUSIVE: &str = "keyroll 1\nplan exclusive\nrole ops\nkey k\n\
    keystore s of ops {\n alias \"a\" is k\n}\nreceiver r of ops {\n accepts k\n}\n\
    flow f of ops {\n signs xml with s[\"a\"]\n sends to r\n delivers immediately\n undeployed\n}\n\
    flow g of ops {\n signs xml with s[\"a\"]\n sends to r\n delivers immediately\n undeployed\n}\n\
    step start_f by ops {\n needs g undeployed\n deploy f\n}\n\
    step stop_f by ops {\n after start_f\n undeploy f\n}\n\
    step start_g by ops {\n needs f undeployed\n deploy g\n}\n\
    step stop_g by ops {\n after start_g\n undeploy g\n}\n\
    promise never f deployed while g deployed\n";

/// A step that takes effect before it is on record changes no verdict, as long as its role ends it before it
/// goes by what it changes; where a role would not, the judge sees it.
#[test]
fn a_role_that_goes_by_a_record_that_is_behind_is_noticed() {
    assert!(matches!(compare(EXCLUSIVE, LIMIT), Compared::Proved(_)));
    let checked = check::read(&Source::new("exclusive", EXCLUSIVE), &Given::default()).unwrap();
    assert!(by_crashes(&checked, LIMIT, true).is_empty());
    let wrong = by_crashes(&checked, LIMIT, false);
    assert!(!wrong.is_empty(), "the judge does not see that both flows run");
}
