//! What lies under aliases: no plan is missed because a key lies where nobody thought of.

use keyroll::synthesis::{Bound, Synthesis};

use super::{acts, exhaustive::a_plan_exists_of, scenarios::acts_on_keys, synthesis};

const HEAD: &str = "keyroll 1\n\nplan keys\n\nrole ann\n\nkey old\nkey new\nkey odd\n\n";

#[test]
fn a_key_is_created_at_the_alias_itself_where_that_is_free() {
    for (aliases, wanted) in [("", "k"), ("  alias \"k\" is old\n", "k-next")] {
        let scenario =
            format!("{HEAD}keystore store of ann {{\n{aliases}}}\n\nfinally store[\"{wanted}\"] is new\n");
        assert_eq!(acts(&scenario), [format!("create new in store as \"{wanted}\"")]);
    }
}

/// Its flow may start then.
#[test]
fn a_flow_whose_alias_names_no_key_gets_one() {
    let scenario = format!(
        "{HEAD}keystore store of ann {{\n}}\n\nreceiver gate of ann {{\n}}\n\n\
         flow orders of ann {{\n  signs xml with store[\"k\"]\n  sends to gate\n  delivers within 1h\n  \
         undeployed\n}}\n\nfinally orders deployed\nfinally gate accepts only new\n"
    );
    let acts = acts(&scenario);
    assert!(acts.contains(&"create new in store as \"k\"".to_owned()), "{acts:?}");
    assert_eq!(acts.last().unwrap(), "deploy orders");
}

#[test]
fn a_key_that_only_a_receiver_wants_is_created_in_any_keystore() {
    let scenario = format!(
        "{HEAD}keystore store of ann {{\n  alias \"k\" is old\n}}\n\n\
         receiver gate of ann {{\n  accepts old\n  accepts at most 2\n}}\n\nfinally gate accepts only new\n"
    );
    let acts = acts(&scenario);
    assert!(acts[0].starts_with("create new in store as "), "{acts:?}");
    assert!(acts[1..] == ["replace old by new at gate"], "{acts:?}");
}

const IN_THE_WAY: &str = "keystore store of ann {\n  alias \"k\" is old\n  alias \"k-backup\" is odd\n}\n\n";

/// No pair can be kept under a backup alias at which another one lies. Yet the alias can be freed.
#[test]
fn a_backup_alias_that_is_taken_is_no_end() {
    let scenario = format!("{HEAD}{IN_THE_WAY}finally store[\"k\"] is new\n");
    assert_eq!(acts(&scenario).len(), 2);
}

/// What would have to be destroyed stays where the start is to be reached again at any time.
#[test]
fn nothing_is_destroyed_where_a_plan_is_to_abort_at_any_time() {
    let freed = format!(
        "{HEAD}keystore store of ann {{\n  alias \"k\" is old\n}}\n\nfinally store[\"k\"] is new\nfinally \
         store[\"k-backup\"] empty\n"
    );
    assert_eq!(acts(&freed).last().unwrap(), "destroy old in store");
    let kept = acts(&format!("{freed}promise can always abort\n"));
    assert!(kept.len() > 2 && kept.iter().all(|act| !act.starts_with("destroy ")), "{kept:?}");
}

/// With a flow that never stops it cannot be freed; there is no end of aliases to try, so that is not
/// said.
#[test]
fn what_was_not_tried_is_said() {
    let scenario = format!(
        "{HEAD}{IN_THE_WAY}receiver gate of ann {{\n  accepts old\n  accepts new\n}}\n\n\
         flow orders of ann {{\n  signs xml with store[\"k\"]\n  sends to gate\n  delivers immediately\n  \
         deployed\n}}\n\npromise orders never interrupted\n\nfinally store[\"k\"] is new\n"
    );
    assert!(!a_plan_exists_of(&scenario, &acts_on_keys(), 3));
    let Synthesis::Bound(Bound::NotTried { aliases, barred }) = synthesis(&scenario, true) else {
        panic!("{:?}", synthesis(&scenario, true));
    };
    assert!(aliases.contains(&"store[\"k-backup\"]".to_owned()), "{aliases:?}");
    let exchange = barred.iter().find(|row| row.act == "exchange store[\"k\"] for new").unwrap();
    assert!(exchange.why.contains(&"odd lies at store[\"k-backup\"]".to_owned()), "{:?}", exchange.why);
}

/// What was kept is destroyed where the end wants nothing there, and an alias is emptied for another one.
#[test]
fn an_alias_can_be_emptied() {
    let held = format!("{HEAD}keystore store of ann {{\n  alias \"k\" is old\n}}\n\n");
    let renewed = format!("{held}finally store[\"k\"] is new\nfinally store[\"k-backup\"] empty\n");
    assert_eq!(acts(&renewed).last().unwrap(), "destroy old in store");
    let emptied = acts(&format!("{held}finally store[\"k\"] empty\n"));
    assert!(emptied.len() == 2 && emptied[1].ends_with(" for old"), "{emptied:?}");
}

/// A renewal of a renewal: what the first one kept is in the way of the second one, and is destroyed.
#[test]
fn what_an_exchange_kept_is_destroyed_where_it_is_in_the_way() {
    let scenario = format!(
        "{HEAD}keystore store of ann {{\n  alias \"k\" is old\n}}\n\nreceiver gate of ann {{\n  accepts old\n  \
         accepts at most 2\n}}\n\nflow orders of ann {{\n  signs xml with store[\"k\"]\n  sends to gate\n  \
         delivers immediately\n  deployed\n}}\n\npromise orders never interrupted\n\
         promise never gate accepts new while gate accepts old\n\nfinally gate accepts only new\n"
    );
    let acts = acts(&scenario);
    assert!(acts.contains(&"destroy old in store".to_owned()), "{acts:?}");
}
