//! The tables that a plan declares, by their names.

use std::collections::BTreeMap;

use crate::{
    source::{Finding, Source, Span, shown},
    syntax::tree::{Item, Line, SyntaxTree, TableDecl},
};

use super::{
    finding::ColumnNameTaken,
    read::{Table, table},
};

/// Tables by their names, and the places of parameters by theirs.
pub(super) type Declared<'a> = (BTreeMap<&'a str, Table>, BTreeMap<&'a str, Span>);

/// Reads all tables of a plan.
pub(super) fn tables<'a>(
    source: &Source,
    tree: &'a SyntaxTree,
    files: &mut BTreeMap<String, String>,
) -> Result<Declared<'a>, Vec<Finding>> {
    let mut findings: Vec<Finding> = Vec::new();
    let parameter = |line: &'a Line<Item>| match &line.node {
        Item::Param(decl) => Some((decl.name.value.as_str(), decl.name.span)),
        _ => None,
    };
    let parameters: BTreeMap<&str, Span> = tree.items.iter().filter_map(parameter).collect();
    let mut names: BTreeMap<&str, Span> = BTreeMap::new();
    let mut tables = BTreeMap::new();
    let decl = |line: &'a Line<Item>| match &line.node {
        Item::Table(decl) => Some(decl),
        _ => None,
    };
    for decl in tree.items.iter().filter_map(decl) {
        if let Some(first) = names.insert(decl.name.value.as_str(), decl.name.span) {
            findings.push(crate::plan::duplicate::twice(&decl.name, first));
            continue;
        }
        findings.extend(taken(decl, &parameters));
        match table(source, decl, files) {
            Ok(read) => drop(tables.insert(decl.name.value.as_str(), read)),
            Err(found) => findings.extend(found),
        }
    }
    if findings.is_empty() { Ok((tables, parameters)) } else { Err(findings) }
}

/// Columns whose name stands for something else already.
fn taken(decl: &TableDecl, parameters: &BTreeMap<&str, Span>) -> Vec<Finding> {
    let mut own: BTreeMap<&str, Span> = BTreeMap::new();
    let mut findings: Vec<Finding> = Vec::new();
    for column in std::iter::once(&decl.name).chain(decl.columns.iter().map(|column| &column.name)) {
        let name = column.value.as_str();
        if let Some(first) = own.insert(name, column.span).or_else(|| parameters.get(name).copied()) {
            let (at, first) = (column.span.into(), first.into());
            findings.push(Box::new(ColumnNameTaken { name: shown(name), at, first }));
        }
    }
    findings
}
