//! What is said outside of the rows.

use std::collections::BTreeSet;

use crate::{
    plan::table::{instances, lists},
    source::{Finding, Source, Spanned},
    syntax::tree::{Item, Line, SyntaxTree},
};

use super::entangled::finding;

/// Promises that are made of a list of rows: a row alone would be asked for less.
pub(super) fn outside(tree: &SyntaxTree, table: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    look(&tree.items, table, &mut found);
    found
}

fn look(lines: &[Line<Item>], table: &str, found: &mut Vec<Finding>) {
    for line in lines {
        match &line.node {
            Item::ForEach(each) if each.every.table.value != table => look(&each.body.lines, table, found),
            Item::Promise(words) if lists(words, table) => {
                let what =
                    "one promise speaks of several rows, whose questions are judged row by row".to_owned();
                let help = format!("make it within `for each {table} {{ ... }}`, for each row by itself");
                found.push(finding(what, &help, (words.span(), "of all rows together")));
            }
            _ => {}
        }
    }
}

/// The names that are declared outside of `for each` of a table, in a plan that has one row of it.
///
/// # Errors
/// Every finding about its tables.
pub(super) fn declared_outside(
    source: &Source,
    tree: &SyntaxTree,
    table: &str,
) -> Result<Outside, Vec<Finding>> {
    let mut tree = tree.clone();
    without(&mut tree.items, table);
    let said = instances(source, &tree)?;
    let mut outside = Outside::default();
    for line in &said.tree.items {
        match &line.node {
            Item::Inner(inner) => drop(outside.parts.insert(format!("{}-", inner.name.value))),
            item => outside.names.extend(name(item).map(|name| name.value.clone())),
        }
    }
    Ok(outside)
}

/// The names that are declared once, and for no row.
#[derive(Debug, Default)]
pub(super) struct Outside {
    names: BTreeSet<String>,
    /// What the names begin with that a plan within the plan has.
    parts: BTreeSet<String>,
}

impl Outside {
    /// Whether a thing of this name is declared once, and for no row.
    pub(super) fn has(&self, name: &str) -> bool {
        self.names.contains(name) || self.parts.iter().any(|part| name.starts_with(part.as_str()))
    }
}

fn without(lines: &mut Vec<Line<Item>>, table: &str) {
    lines.retain_mut(|line| match &mut line.node {
        Item::ForEach(each) => {
            without(&mut each.body.lines, table);
            each.every.table.value != table
        }
        _ => true,
    });
}

/// The name that a sentence declares.
fn name(item: &Item) -> Option<&Spanned<String>> {
    match item {
        Item::Role(titled) | Item::Key(titled) => Some(&titled.name),
        Item::Keystore(owned) | Item::Receiver(owned) | Item::Flow(owned) => Some(&owned.name),
        Item::Window(window) => Some(&window.name),
        Item::Fact(fact) => Some(&fact.name),
        Item::Group(group) => Some(&group.name),
        Item::Step(step) => Some(&step.name),
        Item::Thing(thing) => Some(&thing.name),
        _ => None,
    }
}
