//! A tree in which what is said for each row of a table is said once, its places as the author wrote them: for
//! whoever asks where names stand, and not what they come to.

use crate::syntax::tree::{Block, Item, Line, Phrase, StepLine, SyntaxTree};

use crate::plan::answers::without_condition;

use super::list::{Piece, has_list, pieces};

/// The tree without `for each`; the names keep the columns that stand in them.
#[must_use]
pub fn flat(tree: &SyntaxTree) -> SyntaxTree {
    let mut said = SyntaxTree { items: Vec::new(), ..tree.clone() };
    tree.items.iter().for_each(|line| add(line, &mut said.items));
    said
}

fn add(line: &Line<Item>, items: &mut Vec<Line<Item>>) {
    if let Item::ForEach(each) = &line.node {
        return each.body.lines.iter().for_each(|line| add(line, items));
    }
    let mut line = line.clone();
    match &mut line.node {
        Item::Keystore(owned) | Item::Receiver(owned) | Item::Flow(owned) => block(&mut owned.body),
        Item::Thing(thing) => {
            if let Some((_, body)) = &mut thing.owned {
                block(body);
            }
        }
        Item::Group(group) => phrase(&mut group.roles),
        Item::Step(step) => step.body.lines.iter_mut().for_each(|line| step_line(&mut line.node)),
        Item::Promise(words)
        | Item::Finally(words)
        | Item::Waive(words)
        | Item::Issued(words)
        | Item::Typed(words) => phrase(words),
        _ => {}
    }
    items.push(line);
}

fn block(body: &mut Block<Phrase>) {
    body.lines.iter_mut().for_each(|line| phrase(&mut line.node));
}

fn step_line(line: &mut StepLine) {
    match line {
        StepLine::AfterEach(listed) => *line = StepLine::After(vec![listed.name.clone()]),
        StepLine::Needs(words) | StepLine::Act(words) => phrase(words),
        StepLine::After(_)
        | StepLine::Takes(_)
        | StepLine::Waits(_)
        | StepLine::NotBefore(_)
        | StepLine::NotAfter(_)
        | StepLine::MayComeLate(_)
        | StepLine::OnlyIf(_)
        | StepLine::TwoPeople(_) => {}
    }
}

fn phrase(words: &mut Phrase) {
    // Which answers it is meant for names nothing of the plan but questions.
    without_condition(words);
    if !has_list(words) {
        return;
    }
    let said = pieces(words).into_iter().map(|piece| match piece {
        Piece::Term(term) | Piece::Each(term, _) => term.clone(),
    });
    *words = Phrase { terms: said.collect() };
}
