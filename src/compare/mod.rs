//! What changed from one plan to another, and whether anything got weaker.
//!
//! Things are the same when they have the same name; what was renamed is gone and new. A promise
//! counts as kept where the plan is proved, so both plans are proved before they are compared.

mod asked;
mod demanded;
mod difference;
mod issued;
mod ordered;
mod promised;
mod ranged;
mod start;
mod timed;
mod typed;
mod waited;

use crate::check::Checked;

pub use difference::{About, Difference, Weight};

/// The differences of two plans, those that make the new one weaker first.
#[must_use]
pub fn differences(old: &Checked, new: &Checked) -> Vec<Difference> {
    let mut found = promised::differences(old, new);
    found.extend(start::differences(old, new));
    found.extend(issued::differences(old, new));
    found.extend(typed::differences(old, new));
    found.extend(demanded::differences(old, new));
    found.extend(ranged::differences(old, new));
    found.extend(timed::differences(old, new));
    found.extend(waited::differences(old, new));
    found.extend(ordered::differences(old, new));
    found.extend(asked::differences(old, new));
    found.sort_by_key(|difference| (difference.weight, difference.about));
    found
}
