//! A plan in which a table has one row only.

use std::collections::BTreeMap;

use crate::{
    source::{Finding, Source, Span, Spanned},
    syntax::tree::{Block, Item, Line, Rows, SyntaxTree, Term},
};

use super::{declared::tables, value::Value};

/// A plan with a table, for each of whose rows there is the plan with that row alone.
#[derive(Debug)]
pub struct OneRow {
    /// The sentences; the table has no row.
    tree: SyntaxTree,
    /// Which sentence the table is.
    at: usize,
    span: Span,
    rows: Vec<Vec<Term>>,
}

impl OneRow {
    /// Of a table of a plan; nothing where it has no such table.
    ///
    /// # Errors
    /// Every finding about its tables.
    pub fn of(source: &Source, tree: &SyntaxTree, table: &str) -> Result<Option<Self>, Vec<Finding>> {
        let (tables, _) = tables(source, tree, &mut BTreeMap::new())?;
        let is_it = |line: &Line<Item>| matches!(&line.node, Item::Table(decl) if decl.name.value == table);
        let (Some(read), Some(at)) = (tables.get(table), tree.items.iter().position(is_it)) else {
            return Ok(None);
        };
        let mut tree = tree.clone();
        let Some(Item::Table(decl)) = tree.items.get_mut(at).map(|line| &mut line.node) else {
            return Ok(None);
        };
        let span = decl.name.span;
        let row = |cells: &Vec<Value>| cells.iter().map(|value| term(value, span)).collect();
        let rows = read.rows.iter().map(row).collect();
        decl.rows = Rows::Here(Block::empty());
        Ok(Some(Self { tree, at, span, rows }))
    }

    /// The names of the rows, in their order.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let name = |row: &Vec<Term>| match row.first() {
            Some(Term::Word(word)) => word.value.clone(),
            _ => String::new(),
        };
        self.rows.iter().map(name).collect()
    }

    /// The plan with the row of this number alone.
    #[must_use]
    pub fn tree(&self, row: usize) -> SyntaxTree {
        let mut tree = self.tree.clone();
        if let (Some(Item::Table(decl)), Some(cells)) =
            (tree.items.get_mut(self.at).map(|line| &mut line.node), self.rows.get(row))
        {
            let span = Spanned::new((), self.span);
            let mut rows = Block::empty();
            rows.lines.push(Line { before: Vec::new(), node: cells.clone(), comment: None, span });
            decl.rows = Rows::Here(rows);
        }
        tree
    }
}

/// A value as it is written in a plan.
fn term(value: &Value, span: Span) -> Term {
    match value {
        Value::Name(name) => Term::Word(Spanned::new(name.clone(), span)),
        Value::Text(text) => Term::Text(Spanned::new(text.clone(), span)),
        Value::Date(date) => Term::Date(Spanned::new(date.clone(), span)),
        Value::Duration(time) => Term::Duration(Spanned::new(*time, span)),
        Value::Number(number) => Term::Number(Spanned::new(*number, span)),
    }
}
