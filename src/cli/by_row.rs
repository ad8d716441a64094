//! What is told of a plan that is judged row by row.

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    check::by_row::{Alone, ByRow},
    proof::cuts::Unsettled,
    source::shown,
};

/// How a plan was judged that asks in the rows of a table, where there are too many ways to answer to judge each.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RowByRow {
    /// The table.
    pub table: String,
    /// How many rows it has.
    pub rows: usize,
    /// How many questions are open.
    pub questions: usize,
    /// How many plans with one row alone were judged: one for each way to answer what is asked then.
    pub plans: usize,
    /// How many ways to answer were judged as a whole beside.
    pub whole: usize,
}

impl RowByRow {
    /// Of a plan of which so many variants are judged as a whole.
    #[must_use]
    pub fn of(rows: &ByRow, whole: usize) -> Self {
        let ByRow { table, rows: count, questions, alone } = rows;
        Self { table: table.clone(), rows: *count, questions: *questions, plans: alone.len(), whole }
    }

    /// In words.
    #[must_use]
    pub fn sentence(&self) -> String {
        let Self { table, rows, plans, whole, .. } = self;
        let table = shown(table);
        format!(
            "whatever the {rows} rows of `{table}` answer: row by row, {plans} plans of one row; and {whole} of the whole"
        )
    }
}

/// Why a row alone is not proved, with the next thing to do.
#[must_use]
pub fn unproved(alone: &Alone, why: &Unsettled) -> String {
    let why = match why {
        Unsettled::Broken(_) => {
            "some moment breaks what must hold where the other rows are left out".to_owned()
        }
        why => format!("causal cuts cannot settle it: {}", why.sentence(alone.variant.checked.plan())),
    };
    format!(
        "with `{}` alone, where {}, {why}. Say what it needs for each row, or answer all questions but six.",
        shown(&alone.row),
        alone.variant.clause()
    )
}
