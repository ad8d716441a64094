//! A plan with a table is called off at each of its moments: its rows are written out in the way back.

use super::{
    super::runs::plan,
    everywhere::{Went, everywhere},
};

/// The plan for two keys whose receiver and flow are said for the rows of a table, and whose names are words of its own.
fn in_a_table() -> String {
    let text = plan("two-keys.renewal");
    let (head, rest) = text.split_once("receiver partner of receiver_admin {").unwrap();
    let (things, steps) = rest.split_once("# 1\n").unwrap();
    let things =
        things.replace("sends to partner", "sends to $gate").replace("within $delivery", "within $delivers");
    let things = things.replace("flow orders of", "flow $sending of");
    let table = "table sending with gate : name, delivers : duration {\n  orders, partner, 24h\n}\n\n";
    let (promise, ending) = ("promise orders never rejected", "promise orders never interrupted");
    let steps = steps
        .replace(promise, "for each sending {\n  promise $sending never rejected\n}")
        .replace(ending, "");
    let head = head.replacen("param delivery", "# param delivery", 1);
    format!("{head}{table}for each sending {{\nreceiver $gate of receiver_admin {{{things}}}\n\n{steps}")
}

#[test]
fn a_plan_with_a_table_is_called_off_at_every_moment() {
    let found = everywhere(&in_a_table());
    assert!(found.starts_with(&[Went::Nowhere, Went::Back]), "{found:?}");
    assert!(found.contains(&Went::BackAfterStop) && !found.contains(&Went::Forward), "{found:?}");
}
