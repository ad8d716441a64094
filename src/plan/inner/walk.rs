//! Goes through the words of a sentence, to change them.

use crate::{
    source::{Span, Spanned},
    syntax::tree::{Block, Item, Line, Phrase, StepLine, Term, Titled},
};

/// What is done with them.
pub(super) trait Change {
    /// A name that stands outside of a phrase.
    fn name(&mut self, name: &mut Spanned<String>);
    /// A word.
    fn term(&mut self, term: &mut Term);
    /// A place at which neither stands.
    fn place(&mut self, at: &mut Span);
}

/// Goes through a sentence that is in the words of the core.
pub(super) fn sentence(line: &mut Line<Item>, change: &mut impl Change) {
    change.place(&mut line.span.span);
    match &mut line.node {
        Item::Role(titled) | Item::Key(titled) => with_title(titled, change),
        Item::Group(group) => {
            change.name(&mut group.name);
            phrase(&mut group.roles, change);
        }
        Item::Keystore(owned) | Item::Receiver(owned) | Item::Flow(owned) => {
            change.name(&mut owned.name);
            change.name(&mut owned.owner);
            block(&mut owned.body, change);
        }
        Item::Window(window) => {
            change.name(&mut window.name);
            window.at_most.iter_mut().for_each(|most| change.term(most));
        }
        Item::Fact(fact) => {
            change.name(&mut fact.name);
            change.name(&mut fact.owner);
            fact.title.iter_mut().for_each(|title| change.place(&mut title.span));
            fact.set.iter_mut().for_each(|set| change.place(&mut set.span));
        }
        Item::Step(step) => {
            change.name(&mut step.name);
            change.name(&mut step.role);
            step.title.iter_mut().for_each(|title| change.place(&mut title.span));
            for line in &mut step.body.lines {
                change.place(&mut line.span.span);
                step_line(&mut line.node, change);
            }
        }
        Item::Promise(words)
        | Item::Finally(words)
        | Item::Waive(words)
        | Item::Issued(words)
        | Item::Typed(words) => {
            phrase(words, change);
        }
        _ => {}
    }
}

fn with_title(titled: &mut Titled, change: &mut impl Change) {
    change.name(&mut titled.name);
    titled.title.iter_mut().for_each(|title| change.place(&mut title.span));
}

fn block(body: &mut Block<Phrase>, change: &mut impl Change) {
    for line in &mut body.lines {
        change.place(&mut line.span.span);
        phrase(&mut line.node, change);
    }
}

fn phrase(words: &mut Phrase, change: &mut impl Change) {
    words.terms.iter_mut().for_each(|term| change.term(term));
}

fn step_line(line: &mut StepLine, change: &mut impl Change) {
    match line {
        StepLine::After(names) => names.iter_mut().for_each(|name| change.name(name)),
        StepLine::Needs(words) | StepLine::Act(words) | StepLine::OnlyIf(words) => phrase(words, change),
        StepLine::Takes(takes) => {
            takes.least.iter_mut().for_each(|least| change.term(least));
            change.term(&mut takes.most);
            change.place(&mut takes.span.span);
        }
        StepLine::Waits(waits) => {
            change.term(&mut waits.time);
            change.name(&mut waits.after);
            change.place(&mut waits.span.span);
        }
        StepLine::NotBefore(date) | StepLine::NotAfter(date) => change.term(date),
        StepLine::MayComeLate(at) | StepLine::TwoPeople(at) => change.place(&mut at.span),
        // No table is left.
        StepLine::AfterEach(_) => {}
    }
}
