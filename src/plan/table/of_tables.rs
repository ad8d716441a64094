//! What has to do with tables.

use crate::{
    source::Span,
    syntax::tree::{Block, Item, KindDecl, Phrase, StepLine, UseDecl},
};

use super::list::has_list;

/// Whether a sentence has to do with tables, or with a `$` that stands in a name.
pub(super) fn is_of_tables(item: &Item) -> bool {
    let of_body = |body: &Block<Phrase>| body.lines.iter().any(|line| has_list(&line.node));
    match item {
        Item::Table(_) | Item::ForEach(_) => true,
        Item::Keystore(owned) | Item::Receiver(owned) | Item::Flow(owned) => {
            owned.name.value.contains('$') || owned.owner.value.contains('$') || of_body(&owned.body)
        }
        Item::Step(step) => {
            step.name.value.contains('$')
                || step.role.value.contains('$')
                || step.body.lines.iter().any(|line| match &line.node {
                    StepLine::AfterEach(_) => true,
                    StepLine::After(names) => names.iter().any(|name| name.value.contains('$')),
                    StepLine::Needs(words) | StepLine::Act(words) => has_list(words),
                    StepLine::Waits(line) => line.after.value.contains('$'),
                    StepLine::Takes(_)
                    | StepLine::NotBefore(_)
                    | StepLine::NotAfter(_)
                    | StepLine::OnlyIf(_) => false,
                    StepLine::MayComeLate(_) | StepLine::TwoPeople(_) => false,
                })
        }
        Item::Inner(inner) => {
            inner.name.value.contains('$') || inner.after().any(|name| name.value.contains('$'))
        }
        Item::Role(titled) | Item::Key(titled) => titled.name.value.contains('$'),
        Item::Window(window) => window.name.value.contains('$'),
        Item::Fact(fact) => fact.name.value.contains('$') || fact.owner.value.contains('$'),
        Item::Group(group) => group.name.value.contains('$') || has_list(&group.roles),
        Item::Promise(it) | Item::Finally(it) | Item::Waive(it) | Item::Issued(it) | Item::Typed(it) => {
            has_list(it)
        }
        // What belongs to vocabularies was read before, but for their head.
        Item::Plan(_) | Item::Param(_) | Item::Ask(_) | Item::Expect(_) | Item::Vocabulary(_) => false,
        Item::Use(_) | Item::Kind(_) | Item::Say(_) => false,
        Item::Thing(thing) => {
            let of =
                thing.owned.as_ref().is_some_and(|(owner, body)| owner.value.contains('$') || of_body(body));
            let of_fact = thing.fact.as_ref().is_some_and(|fact| fact.owner.value.contains('$'));
            thing.name.value.contains('$') || of || of_fact
        }
    }
}

/// A sentence that a plan says once, and not for each row: its word and its place.
pub(super) fn is_said_once(item: &Item) -> Option<(&'static str, Span)> {
    match item {
        Item::Plan(head) => Some(("plan", head.name.span)),
        Item::Param(decl) => Some(("param", decl.name.span)),
        Item::Expect(expect) => Some(("expect", expect.code.span)),
        Item::Use(UseDecl { file, .. }) => Some(("use", file.span)),
        Item::Kind(KindDecl { name, .. }) => Some(("kind", name.span)),
        Item::Say(say) => Some(("say", say.said.span)),
        Item::Vocabulary(head) => Some(("vocabulary", head.name.span)),
        _ => None,
    }
}
