//! A plan with a table is called off at each of its moments: its rows are written out in the way back.

use super::{
    super::runs::plan,
    everywhere::{Went, everywhere},
};

/// The plan for two keys whose flow is said for the rows of a table.
fn in_a_table() -> String {
    let text = plan("two-keys.renewal");
    let (head, rest) = text.split_once("flow orders of").unwrap();
    let (flow, steps) = rest.split_once("# 1\n").unwrap();
    let flow =
        flow.replace("sends to partner", "sends to $gate").replace("within $delivery", "within $delivers");
    let table = "table sending with gate : name, delivers : duration {\n  orders, partner, 24h\n}\n\n";
    let (promise, ending) = ("promise orders never rejected", "promise orders never interrupted");
    assert!(steps.contains(promise) && steps.contains(ending));
    let steps = steps
        .replace(promise, "for each sending {\n  promise $sending never rejected\n}")
        .replace(ending, "");
    let head = head.replacen("param delivery", "# param delivery", 1);
    format!("{head}{table}for each sending {{\nflow $sending of{flow}}}\n\n{steps}")
}

#[test]
fn a_plan_with_a_table_is_called_off_at_every_moment() {
    let found = everywhere(&in_a_table());
    assert!(found.starts_with(&[Went::Nowhere, Went::Back]), "{found:?}");
    assert!(found.contains(&Went::BackAfterStop) && !found.contains(&Went::Forward), "{found:?}");
}
