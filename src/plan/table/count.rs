//! How many sentences the tables of a plan make, counted before any is made.

use std::collections::BTreeMap;

use crate::{
    source::{Finding, Source, Span},
    syntax::tree::{Every, InnerDecl, Item, Line, Phrase, StepLine, SyntaxTree},
};

use super::{
    declared::tables,
    finding::TooManyInstances,
    list::{Piece, pieces},
    read::Table,
};

/// So many sentences, lines and members of lists a plan has at most.
pub const LIMIT: u64 = 2_000_000;

/// Refuses what would take all memory.
///
/// # Errors
/// When there are more than two million.
pub(super) fn count(items: &[Line<Item>], tables: &BTreeMap<&str, Table>) -> Result<(), Finding> {
    // What other plans make is counted with these.
    let tables = &Counting { tables, inner: &|_| 1 };
    let mut most: (u64, Span) = (0, Span::default());
    let total = items.iter().fold(0u64, |total, line| {
        let one = item(&line.node, tables);
        if one > most.0 {
            most = (one, place(line));
        }
        total.saturating_add(one)
    });
    if total <= LIMIT {
        return Ok(());
    }
    Err(Box::new(TooManyInstances { count: total, limit: LIMIT, at: most.1.into() }))
}

/// How many sentences a tree makes, at most; `inner` tells how many each plan in it makes.
///
/// # Errors
/// Every finding about its tables.
pub fn total(
    source: &Source,
    tree: &SyntaxTree,
    inner: &dyn Fn(&InnerDecl) -> u64,
) -> Result<u64, Vec<Finding>> {
    let (tables, _) = tables(source, tree, &mut BTreeMap::new())?;
    let counting = Counting { tables: &tables, inner };
    Ok(tree.items.iter().fold(0, |total: u64, line| total.saturating_add(item(&line.node, &counting))))
}

/// What sentences are counted with.
struct Counting<'a> {
    tables: &'a BTreeMap<&'a str, Table>,
    inner: &'a dyn Fn(&InnerDecl) -> u64,
}

/// The first line of a sentence: a block would be all that is drawn.
fn place(line: &Line<Item>) -> Span {
    match &line.node {
        Item::ForEach(each) => each.every.table.span,
        _ => line.span.span,
    }
}

fn rows(every: &Every, tables: &Counting<'_>) -> u64 {
    tables.tables.get(every.table.value.as_str()).map_or(1, |table| table.rows.len() as u64)
}

fn item(item_of: &Item, tables: &Counting<'_>) -> u64 {
    let phrases = |phrases: &mut dyn Iterator<Item = &Phrase>| {
        phrases.fold(1u64, |sum, words| sum.saturating_add(phrase(words, tables)))
    };
    match item_of {
        Item::Inner(inner) => (tables.inner)(inner),
        Item::ForEach(each) => {
            let inner = each.body.lines.iter();
            let inner = inner.fold(1u64, |sum, line| sum.saturating_add(item(&line.node, tables)));
            inner.saturating_mul(rows(&each.every, tables))
        }
        Item::Step(step) => step.body.lines.iter().fold(1u64, |sum, line| {
            sum.saturating_add(match &line.node {
                StepLine::AfterEach(listed) => rows(&listed.every, tables),
                StepLine::Needs(words) | StepLine::Act(words) => phrase(words, tables),
                StepLine::After(_) | StepLine::Takes(_) | StepLine::Waits(_) => 1,
                StepLine::NotBefore(_) | StepLine::NotAfter(_) | StepLine::MayComeLate(_) => 1,
                StepLine::OnlyIf(_) | StepLine::TwoPeople(_) => 1,
            })
        }),
        Item::Keystore(owned) | Item::Receiver(owned) | Item::Flow(owned) => {
            phrases(&mut owned.body.lines.iter().map(|line| &line.node))
        }
        Item::Thing(thing) => {
            let lines = thing.owned.iter().flat_map(|(_, body)| &body.lines);
            phrases(&mut lines.map(|line| &line.node))
        }
        Item::Promise(words)
        | Item::Finally(words)
        | Item::Waive(words)
        | Item::Issued(words)
        | Item::Typed(words) => phrases(&mut std::iter::once(words)),
        Item::Group(group) => phrases(&mut std::iter::once(&group.roles)),
        _ => 1,
    }
}

fn phrase(words: &Phrase, tables: &Counting<'_>) -> u64 {
    pieces(words).iter().fold(1u64, |sum, piece| match piece {
        Piece::Term(_) => sum,
        Piece::Each(_, every) => sum.saturating_add(rows(every, tables)),
    })
}
