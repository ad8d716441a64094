//! A plan that is judged row by row: each plan with one row is proved by causal cuts.
//!
//! No search is asked for: what is proved of a row alone holds for all rows together because each step can be done
//! whenever its turn has come, and that is what causal cuts show first.

use crate::{
    check::by_row::ByRow,
    graph::repointed::strays,
    worker::{each, processors},
};

use super::cuts::{Settled, Unsettled, settle};

/// What the proof of all rows rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proved {
    /// How many plans with one row were proved.
    pub plans: usize,
    /// How many moments the order of their steps rules out, of all of them together.
    pub moments: usize,
}

/// Proves each plan with one row.
///
/// # Errors
/// The number of the first one that causal cuts do not prove, and why.
pub fn prove_by_row(rows: &ByRow) -> Result<Proved, (usize, Unsettled)> {
    let judged = each(&rows.alone, processors(), |alone| {
        let checked = &alone.variant.checked;
        let start = &checked.plan().start;
        match strays(checked.plan(), checked.order(), start) {
            Some(flow) => Err(Unsettled::Strays(flow)),
            None => settle(checked, start),
        }
    });
    let mut proved = Proved { plans: judged.len(), moments: 0 };
    for (number, one) in judged.into_iter().enumerate() {
        let Settled { questions } = one.map_err(|why| (number, why))?;
        proved.moments += questions;
    }
    Ok(proved)
}
