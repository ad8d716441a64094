//! By the order of the steps: each moment that must not be is ruled out by a path from one step to another.

pub(crate) mod moments;
pub(super) mod order;
mod promises;

use crate::{
    certificate::{Reasons, Refused, again},
    check::Checked,
    world::state::World,
};

/// Shows by the order of the steps that a plan keeps its promises from a start; gives how many things had
/// to be shown.
///
/// # Errors
/// What the reasons do not show.
pub fn show(checked: &Checked, start: &World, reasons: &dyn Reasons) -> Result<usize, Refused> {
    let all = moments::Moments::of(checked, start, reasons)?;
    all.keep()?;
    again::told(&all)?;
    Ok(all.shown.get())
}
