//! Sentences within the braces of a `for each`.

use pest::iterators::Pair;

use super::block::UnclosedBlock;
use super::grammar::Rule;
use super::lowering::{end_of_block, start_of_block};
use super::raw;
use super::tree::{Block, Every, ForEach, Item, Line, Trivia};
use crate::source::{Finding, Span, Spanned};

/// Whether nothing stands between the braces yet.
pub(super) fn is_empty(around: &Line<Item>) -> bool {
    matches!(&around.node, Item::ForEach(each) if each.body.lines.is_empty())
}

/// Whether nothing at all is said: the brace is closed on its line.
pub(super) fn is_closed(pair: &Pair<'_, Rule>) -> bool {
    pair.clone().into_inner().any(|part| part.as_rule() == Rule::close)
}

/// A `for each` whose brace is closed: what stood before and behind that is kept.
pub(super) fn closed(mut around: Line<Item>, before: Vec<Trivia>, comment: Option<String>) -> Line<Item> {
    if let Item::ForEach(each) = &mut around.node {
        let trailing = end_of_block(before);
        each.body.behind = comment.map(String::into_boxed_str);
        each.body.trailing = if each.body.lines.is_empty() { start_of_block(trailing) } else { trailing };
    }
    around
}

/// The finding for one that is not closed at the end of the text.
pub(super) fn unclosed(around: &Line<Item>, text: &str) -> Finding {
    let start = around.span.span.start;
    let brace =
        raw::bare(raw::line(text, start)).find(|(_, c)| *c == '{').map_or(start, |(at, _)| start + at);
    Box::new(UnclosedBlock {
        item: "for each".to_owned(),
        place: "at the end".to_owned(),
        opened: Span::new(brace, brace + 1).into(),
        still: Span::new(text.len(), text.len()).into(),
    })
}

/// Stands for one that has a fault, so that its sentences are read and its brace is closed.
pub(super) fn unread(start: usize) -> Line<Item> {
    let span = Span::new(start, start);
    let every = Every { table: Spanned::new(String::new(), span), only: None };
    let body = Block::empty();
    let node = Item::ForEach(ForEach { every, body });
    Line { before: Vec::new(), node, comment: None, span: Spanned::new((), span) }
}
