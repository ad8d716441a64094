//! What was changed since a run began, so that it does not go on.

use std::collections::BTreeMap;

use crate::{journal::store::Pinned, plan::Plan};

use super::answered::answered_otherwise;

/// Says it; `kept` are the values and answers that the plan is read with now.
pub(super) fn moved(pinned: &Pinned, plan: &Plan, kept: &BTreeMap<String, String>) -> String {
    if let Some(line) = answered_otherwise(pinned, kept) {
        return line;
    }
    let what = if pinned.plan == plan.digest() {
        "the site"
    } else if pinned.parameters == *kept {
        "the plan"
    } else {
        "the plan's parameters at the site"
    };
    format!(
        "{what} was changed since run {} began; put it back, or finish that run with what it is pinned to",
        pinned.run
    )
}
