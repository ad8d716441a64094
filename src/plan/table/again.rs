//! Says a sentence for one more row of a table, in the place of what it came to for the row before.

use crate::{
    source::Spanned,
    syntax::tree::{Block, Item, Owned, Phrase, StepDecl, StepLine, Term, Titled},
};

use super::{list::has_list, row::Row};

/// How much of a sentence is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// What it declares, and whose that is.
    Head,
    /// All of it.
    Whole,
}

/// Whether a sentence has as many words for each row, so that only those with a `$` differ.
pub(super) fn is_even(item: &Item) -> bool {
    match item {
        Item::Role(_) | Item::Key(_) | Item::Window(_) | Item::Fact(_) => true,
        Item::Group(group) => !has_list(&group.roles),
        Item::Keystore(owned) | Item::Receiver(owned) | Item::Flow(owned) => {
            !owned.body.lines.iter().any(|line| has_list(&line.node))
        }
        Item::Step(step) => !step.body.lines.iter().any(|line| match &line.node {
            StepLine::AfterEach(_) => true,
            StepLine::Needs(words) | StepLine::Act(words) | StepLine::OnlyIf(words) => has_list(words),
            _ => false,
        }),
        Item::Promise(it) | Item::Finally(it) | Item::Waive(it) | Item::Issued(it) | Item::Typed(it) => {
            !has_list(it)
        }
        _ => false,
    }
}

/// Says an even sentence for a row; `said` is what it came to for another one.
pub(super) fn again(row: &Row<'_>, item: &Item, said: &mut Item, extent: Extent) {
    match (item, said) {
        (Item::Role(from), Item::Role(to)) | (Item::Key(from), Item::Key(to)) => titled(row, from, to),
        (Item::Group(from), Item::Group(to)) => {
            name(row, &from.name, &mut to.name);
            phrase(row, &from.roles, &mut to.roles);
        }
        (Item::Keystore(from), Item::Keystore(to))
        | (Item::Receiver(from), Item::Receiver(to))
        | (Item::Flow(from), Item::Flow(to)) => owned(row, from, to, extent),
        (Item::Window(from), Item::Window(to)) => {
            name(row, &from.name, &mut to.name);
            optional(from.at_most.as_ref(), to.at_most.as_mut(), |from, to| term(row, from, to));
        }
        (Item::Fact(from), Item::Fact(to)) => {
            name(row, &from.name, &mut to.name);
            name(row, &from.owner, &mut to.owner);
            optional(from.title.as_ref(), to.title.as_mut(), |from, to| name(row, from, to));
        }
        (Item::Step(from), Item::Step(to)) => step(row, from, to, extent),
        (Item::Promise(from), Item::Promise(to))
        | (Item::Finally(from), Item::Finally(to))
        | (Item::Waive(from), Item::Waive(to))
        | (Item::Issued(from), Item::Issued(to))
        | (Item::Typed(from), Item::Typed(to)) => phrase(row, from, to),
        _ => {}
    }
}

fn optional<T>(from: Option<&T>, to: Option<&mut T>, say: impl FnOnce(&T, &mut T)) {
    if let (Some(from), Some(to)) = (from, to) {
        say(from, to);
    }
}

fn titled(row: &Row<'_>, from: &Titled, to: &mut Titled) {
    name(row, &from.name, &mut to.name);
    optional(from.title.as_ref(), to.title.as_mut(), |from, to| name(row, from, to));
}

fn owned(row: &Row<'_>, from: &Owned<Phrase>, to: &mut Owned<Phrase>, extent: Extent) {
    name(row, &from.name, &mut to.name);
    name(row, &from.owner, &mut to.owner);
    if extent == Extent::Whole {
        lines(&from.body, &mut to.body, |from, to| phrase(row, from, to));
    }
}

fn step(row: &Row<'_>, from: &StepDecl, to: &mut StepDecl, extent: Extent) {
    name(row, &from.name, &mut to.name);
    name(row, &from.role, &mut to.role);
    if extent == Extent::Whole {
        optional(from.title.as_ref(), to.title.as_mut(), |from, to| name(row, from, to));
        lines(&from.body, &mut to.body, |from, to| step_line(row, from, to));
    }
}

fn lines<T>(from: &Block<T>, to: &mut Block<T>, say: impl Fn(&T, &mut T)) {
    from.lines.iter().zip(&mut to.lines).for_each(|(from, to)| say(&from.node, &mut to.node));
}

fn step_line(row: &Row<'_>, from: &StepLine, to: &mut StepLine) {
    match (from, to) {
        (StepLine::After(from), StepLine::After(to)) => {
            from.iter().zip(to).for_each(|(from, to)| name(row, from, to));
        }
        (StepLine::Needs(from), StepLine::Needs(to)) | (StepLine::Act(from), StepLine::Act(to)) => {
            phrase(row, from, to);
        }
        (StepLine::Takes(from), StepLine::Takes(to)) => {
            optional(from.least.as_ref(), to.least.as_mut(), |from, to| term(row, from, to));
            term(row, &from.most, &mut to.most);
        }
        (StepLine::Waits(from), StepLine::Waits(to)) => {
            term(row, &from.time, &mut to.time);
            name(row, &from.after, &mut to.after);
        }
        (StepLine::NotBefore(from), StepLine::NotBefore(to))
        | (StepLine::NotAfter(from), StepLine::NotAfter(to)) => term(row, from, to),
        _ => {}
    }
}

fn phrase(row: &Row<'_>, from: &Phrase, to: &mut Phrase) {
    from.terms.iter().zip(&mut to.terms).for_each(|(from, to)| term(row, from, to));
}

fn term(row: &Row<'_>, from: &Term, to: &mut Term) {
    match (from, to) {
        (Term::Word(from), Term::Word(to)) if !from.value.starts_with('$') => name(row, from, to),
        (Term::Text(from), Term::Text(to)) => name(row, from, to),
        (Term::Place(from), Term::Place(to)) => {
            name(row, &from.value.store, &mut to.value.store);
            term(row, &from.value.alias, &mut to.value.alias);
        }
        // A column alone is what it holds, of whichever kind.
        (Term::Word(_) | Term::Param(_), to) => *to = row.term(from),
        _ => {}
    }
}

fn name(row: &Row<'_>, from: &Spanned<String>, to: &mut Spanned<String>) {
    if from.value.contains('$') {
        to.value.clear();
        row.fill_into(&from.value, &mut to.value);
    }
}
