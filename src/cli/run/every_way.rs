//! The proof of a plan before its roles are asked: whatever they answer.

use crate::{
    check::family,
    cli::{by_row::unproved, exit::Exit, screen::Screen},
    plan::given::Given,
    proof::by_row::prove_by_row,
};

use super::{asked::Call, judged};

/// Proves a plan for each way to answer what it asks.
///
/// # Errors
/// The exit; what is wrong has been said.
pub(super) fn every_way(call: Call<'_>, given: &Given, screen: &mut Screen) -> Result<(), Exit> {
    let family = family(call.source, given).map_err(|refusal| {
        screen.page(&refusal);
        Exit::Refused
    })?;
    for variant in family.variants {
        let told = variant.clause();
        judged(variant.checked, call.arguments.budget, screen).inspect_err(|_| {
            screen.talk(format_args!("nobody is asked: the plan is not proved where {told}"));
        })?;
    }
    let Some(rows) = family.rows else { return Ok(()) };
    prove_by_row(&rows).map(|_| ()).map_err(|(number, why)| {
        let why = rows.alone.get(number).map(|alone| unproved(alone, &why)).unwrap_or_default();
        screen.talk(format_args!("nobody is asked: the plan is not proved row by row: {why}"));
        Exit::NotProved
    })
}
