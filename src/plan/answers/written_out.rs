//! Questions that are asked for each row of a table.
//!
//! In a plan that asks in rows a condition may name a question of a row, so its sentences are said for each row
//! before any of them is left out.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use crate::{
    plan::table::instances,
    source::{Finding, Source, Spanned},
    syntax::tree::{Item, Line, SyntaxTree},
};

/// The sentences of a plan, as far as they have to be said before its questions are known.
#[derive(Debug)]
pub struct WrittenOut<'t> {
    /// The sentences.
    pub tree: Cow<'t, SyntaxTree>,
    /// The texts of the files with tables that were read for it, by the names that the plan gives them.
    pub files: BTreeMap<String, String>,
}

impl<'t> WrittenOut<'t> {
    /// Those of a plan that asks nothing in rows.
    #[must_use]
    pub const fn as_it_is(tree: &'t SyntaxTree) -> Self {
        Self { tree: Cow::Borrowed(tree), files: BTreeMap::new() }
    }

    /// Whether they were said for each row.
    #[must_use]
    pub const fn is_by_row(&self) -> bool {
        matches!(self.tree, Cow::Owned(_))
    }
}

/// Says the sentences of a plan that asks in rows for each row; one that does not stays as it is.
///
/// # Errors
/// Every finding about its tables.
pub fn written_out<'t>(source: &Source, tree: &'t SyntaxTree) -> Result<WrittenOut<'t>, Vec<Finding>> {
    if tables_that_ask(tree).is_empty() {
        return Ok(WrittenOut::as_it_is(tree));
    }
    let said = instances(source, tree)?;
    Ok(WrittenOut { tree: said.tree, files: said.files })
}

/// The tables for whose rows something is asked, each once: those of the outermost `for each`.
#[must_use]
pub fn tables_that_ask(tree: &SyntaxTree) -> Vec<&Spanned<String>> {
    let mut known: BTreeSet<&str> = BTreeSet::new();
    let asks = tree.items.iter().filter_map(|line| match &line.node {
        Item::ForEach(each) if asks(&each.body.lines) => Some(&each.every.table),
        _ => None,
    });
    asks.filter(|table| known.insert(table.value.as_str())).collect()
}

fn asks(lines: &[Line<Item>]) -> bool {
    lines.iter().any(|line| match &line.node {
        Item::Ask(_) => true,
        Item::ForEach(each) => asks(&each.body.lines),
        _ => false,
    })
}
