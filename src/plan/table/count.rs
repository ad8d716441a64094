//! How many sentences the tables of a plan make, counted before any is made.

use std::collections::BTreeMap;

use crate::{
    source::{Finding, Span},
    syntax::tree::{Every, Item, Line, Phrase, StepLine},
};

use super::{
    finding::TooManyInstances,
    list::{Piece, pieces},
    read::Table,
};

/// So many sentences, lines and members of lists a plan has at most.
const LIMIT: u64 = 2_000_000;

/// Refuses what would take all memory.
///
/// # Errors
/// When there are more than two million.
pub(super) fn count(items: &[Line<Item>], tables: &BTreeMap<&str, Table>) -> Result<(), Finding> {
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

/// The first line of a sentence: a block would be all that is drawn.
fn place(line: &Line<Item>) -> Span {
    match &line.node {
        Item::ForEach(each) => each.every.table.span,
        _ => line.span.span,
    }
}

fn rows(every: &Every, tables: &BTreeMap<&str, Table>) -> u64 {
    tables.get(every.table.value.as_str()).map_or(1, |table| table.rows.len() as u64)
}

fn item(item_of: &Item, tables: &BTreeMap<&str, Table>) -> u64 {
    let phrases = |phrases: &mut dyn Iterator<Item = &Phrase>| {
        phrases.fold(1u64, |sum, words| sum.saturating_add(phrase(words, tables)))
    };
    match item_of {
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
        Item::Promise(words) | Item::Finally(words) | Item::Waive(words) | Item::Issued(words) => {
            phrases(&mut std::iter::once(words))
        }
        _ => 1,
    }
}

fn phrase(words: &Phrase, tables: &BTreeMap<&str, Table>) -> u64 {
    pieces(words).iter().fold(1u64, |sum, piece| match piece {
        Piece::Term(_) => sum,
        Piece::Each(_, every) => sum.saturating_add(rows(every, tables)),
    })
}
