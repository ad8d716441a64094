//! From the declaration of a table to its rows.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    plan::suggest::{Help, nearest},
    source::{Finding, Source, Span, shown},
    syntax::tree::{Block, Rows, TableDecl, Term},
};

use super::{
    file,
    finding::{BadCell, DuplicateRow, EmptyTable, UnevenRow, UnknownColumnKind},
    value::{Kind, Value},
};

/// A table with its rows.
#[derive(Debug)]
pub(super) struct Table {
    /// The columns in order, that of the row's name first.
    pub(super) columns: Vec<(Arc<str>, Kind)>,
    /// The cells of each row, in the order of the columns.
    pub(super) rows: Vec<Vec<Value>>,
}

impl Table {
    /// Which column has this name.
    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|(column, _)| **column == *name)
    }
}

/// One row as it is written: which line of a file it is, its cells, and where it stands.
pub(super) struct Written<'a> {
    /// Empty, or `line 3 of partners.csv: `.
    pub(super) place: String,
    pub(super) cells: Cells<'a>,
    pub(super) at: Span,
}

/// The cells of a row.
pub(super) enum Cells<'a> {
    /// Of the plan.
    Terms(&'a [Term]),
    /// Of a file.
    Texts(Vec<String>),
}

/// Reads a table, and keeps the text of its file if it has one.
///
/// # Errors
/// Every finding at once.
pub(super) fn table(
    source: &Source,
    decl: &TableDecl,
    files: &mut BTreeMap<String, String>,
) -> Result<Table, Vec<Finding>> {
    let mut findings: Vec<Finding> = Vec::new();
    let mut columns: Vec<(Arc<str>, Kind)> = vec![(decl.name.value.as_str().into(), Kind::Name)];
    for column in &decl.columns {
        let kind = Kind::named(&column.kind.value);
        if kind.is_none() {
            findings.push(unknown_kind(&column.kind.value, column.kind.span));
        }
        columns.push((column.name.value.as_str().into(), kind.unwrap_or(Kind::Text)));
    }
    if !findings.is_empty() {
        return Err(findings);
    }
    let written = match &decl.rows {
        Rows::Here(block) => here(block),
        Rows::File(name) => {
            let (text, rows) = file::rows(source, decl, name, &columns).map_err(|finding| vec![finding])?;
            files.insert(name.value.clone(), text);
            rows
        }
    };
    let mut table = Table { columns, rows: Vec::with_capacity(written.len()) };
    let mut names: BTreeMap<String, (Span, String)> = BTreeMap::new();
    for row in written {
        match cells(&table, decl, &row) {
            Ok(values) => {
                let name = values.first().map(Value::to_string).unwrap_or_default();
                if let Some((first, place)) = names.get(&name) {
                    let before = match place.trim_end_matches([':', ' ']) {
                        "" => String::new(),
                        place => format!(", the first in {place}"),
                    };
                    findings.push(Box::new(DuplicateRow {
                        place: row.place,
                        table: shown(&decl.name.value),
                        name,
                        before,
                        again: row.at.into(),
                        // The rows of a file stand in one place of the plan.
                        first: (*first != row.at).then(|| (*first).into()),
                    }));
                    continue;
                }
                names.insert(name, (row.at, row.place));
                table.rows.push(values);
            }
            Err(found) => findings.push(found),
        }
    }
    if findings.is_empty() && table.rows.is_empty() {
        let (table, at) = (shown(&decl.name.value), decl.name.span.into());
        findings.push(Box::new(EmptyTable { table, at }));
    }
    if findings.is_empty() { Ok(table) } else { Err(findings) }
}

fn here(block: &Block<Vec<Term>>) -> Vec<Written<'_>> {
    let row = |line: &'_ crate::syntax::tree::Line<Vec<Term>>| line.span.span;
    block
        .lines
        .iter()
        .map(|line| Written { place: String::new(), cells: Cells::Terms(&line.node), at: row(line) })
        .collect()
}

fn unknown_kind(word: &str, at: Span) -> Finding {
    let known = Kind::ALL.map(|(name, _)| name);
    let otherwise = || "write `alias`, `date`, `duration`, `name`, `number` or `text`".to_owned();
    let help = Help::or(nearest(word, known), otherwise);
    help.give(|help| Box::new(UnknownColumnKind { kind: shown(word), help, at: at.into() }))
}

/// The values of one row.
fn cells(table: &Table, decl: &TableDecl, row: &Written<'_>) -> Result<Vec<Value>, Finding> {
    let found = match &row.cells {
        Cells::Terms(terms) => terms.len(),
        Cells::Texts(texts) => texts.len(),
    };
    if found != table.columns.len() {
        let names: Vec<String> = table.columns.iter().map(|(name, _)| format!("`{}`", shown(name))).collect();
        return Err(Box::new(UnevenRow {
            place: row.place.clone(),
            table: shown(&decl.name.value),
            expected: table.columns.len(),
            found,
            columns: names.join(", "),
            at: row.at.into(),
        }));
    }
    let bad = |number: usize, written: String, why: String, at: Span| -> Finding {
        let column = table.columns.get(number);
        Box::new(BadCell {
            place: row.place.clone(),
            written,
            why,
            column: column.map(|(name, _)| shown(name)).unwrap_or_default(),
            kind: column.map_or("", |(_, kind)| kind.spelling()),
            at: at.into(),
        })
    };
    let kinds = table.columns.iter().map(|(_, kind)| *kind).enumerate();
    match &row.cells {
        Cells::Terms(terms) => kinds
            .zip(terms.iter())
            .map(|((number, kind), term)| {
                Value::of_term(kind, term).map_err(|why| bad(number, written(term), why, term.span()))
            })
            .collect(),
        Cells::Texts(texts) => kinds
            .zip(texts)
            .map(|((number, kind), text)| {
                Value::of_text(kind, text).map_err(|why| bad(number, shown(text), why, row.at))
            })
            .collect(),
    }
}

/// A cell as the author wrote it.
pub(super) fn written(term: &Term) -> String {
    match term {
        Term::Word(word) => shown(&word.value),
        Term::Date(date) => shown(&date.value),
        Term::Text(text) => format!("\"{}\"", shown(&text.value)),
        Term::Number(number) => number.to_string(),
        Term::Duration(duration) => crate::syntax::spelt(duration.value),
        _ => "this".to_owned(),
    }
}
