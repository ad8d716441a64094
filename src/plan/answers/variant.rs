//! The plan for given answers: what is meant for others is left out.
//!
//! This is done twice: lines and promises before the tables of a plan are read, so that no condition stands in
//! their lists, and steps behind them, when each has a name of its own.

use std::{borrow::Cow, collections::BTreeSet};

use crate::{
    source::Finding,
    syntax::tree::{Block, Item, Line, Phrase, StepDecl, StepLine, SyntaxTree, Term},
};

use super::{
    Answers, Variant,
    condition::{Condition, of_phrase, read, without_condition},
    finding::waits_for_left_out,
};

/// The words of what is left out: what is spoken of there is no slip of the author.
#[derive(Debug, Default)]
pub struct LeftOut {
    words: BTreeSet<String>,
    texts: Vec<String>,
}

impl LeftOut {
    /// Whether something that is left out speaks of a name.
    #[must_use]
    pub fn speaks_of(&self, name: &str) -> bool {
        self.words.contains(name) || self.texts.iter().any(|text| text.contains(&format!("${name}")))
    }

    fn phrase(&mut self, words: &Phrase) {
        words.terms.iter().for_each(|term| self.term(term));
    }

    fn term(&mut self, term: &Term) {
        match term {
            Term::Word(word) | Term::Param(word) => {
                self.words.insert(word.value.clone());
            }
            Term::Text(text) => self.texts.push(text.value.clone()),
            Term::Place(place) => {
                self.words.insert(place.value.store.value.clone());
                self.term(&place.value.alias);
            }
            Term::Number(_) | Term::Duration(_) | Term::Date(_) | Term::Comma(_) => {}
        }
    }

    fn step(&mut self, step: &StepDecl) {
        self.words.insert(step.role.value.clone());
        for line in &step.body.lines {
            match &line.node {
                StepLine::Needs(words) | StepLine::Act(words) => self.phrase(words),
                StepLine::Takes(line) => {
                    line.least.iter().chain([&line.most]).for_each(|term| self.term(term));
                }
                StepLine::Waits(line) => self.term(&line.time),
                StepLine::NotBefore(date) | StepLine::NotAfter(date) => self.term(date),
                StepLine::After(_)
                | StepLine::AfterEach(_)
                | StepLine::MayComeLate(_)
                | StepLine::TwoPeople(_)
                | StepLine::OnlyIf(_) => {}
            }
        }
    }
}

/// Leaves out the lines, promises and ends that are meant for other answers, and takes the conditions off the
/// others. Steps keep theirs. The conditions were looked at before.
#[must_use]
pub fn parts<'t>(tree: &'t SyntaxTree, variant: &Variant<'_>, left_out: &mut LeftOut) -> Cow<'t, SyntaxTree> {
    if variant.is_only_one() {
        return Cow::Borrowed(tree);
    }
    let answers = variant.answers();
    let mut tree = tree.clone();
    tree.items.retain(|line| !matches!(line.node, Item::Ask(_)));
    items(&mut tree.items, answers, left_out);
    Cow::Owned(tree)
}

fn items(lines: &mut Vec<Line<Item>>, answers: &Answers, left_out: &mut LeftOut) {
    lines.retain_mut(|line| match &mut line.node {
        Item::Promise(words) | Item::Finally(words) | Item::Waive(words) => stays(words, answers, left_out),
        item => {
            match item {
                Item::ForEach(each) => items(&mut each.body.lines, answers, left_out),
                Item::Keystore(owned) | Item::Receiver(owned) | Item::Flow(owned) => {
                    block(&mut owned.body, answers, left_out);
                }
                Item::Thing(thing) => {
                    if let Some((_, body)) = &mut thing.owned {
                        block(body, answers, left_out);
                    }
                }
                Item::Step(step) => step.body.lines.retain_mut(|line| match &mut line.node {
                    StepLine::Needs(words) | StepLine::Act(words) => stays(words, answers, left_out),
                    _ => true,
                }),
                _ => {}
            }
            true
        }
    });
}

fn block(body: &mut Block<Phrase>, answers: &Answers, left_out: &mut LeftOut) {
    body.lines.retain_mut(|line| stays(&mut line.node, answers, left_out));
}

/// Whether a phrase is meant; then its condition is taken off.
fn stays(words: &mut Phrase, answers: &Answers, left_out: &mut LeftOut) -> bool {
    let holds = of_phrase(words).is_ok_and(|condition| condition.holds(answers));
    without_condition(words);
    if !holds {
        left_out.phrase(words);
    }
    holds
}

/// Leaves out the steps that are meant for other answers. An `after` that names one of them falls away: it is
/// an order between two steps that are both done.
///
/// # Errors
/// A step that waits for a time after one that is left out.
pub fn steps<'t>(
    tree: &'t SyntaxTree,
    variant: &Variant<'_>,
    left_out: &mut LeftOut,
) -> Result<Cow<'t, SyntaxTree>, Vec<Finding>> {
    // Where questions were sought in vain, none is in the rows of its tables either.
    if variant.is_only_one() {
        return Ok(Cow::Borrowed(tree));
    }
    let answers = variant.answers();
    let mut tree = tree.clone();
    let mut gone: BTreeSet<String> = BTreeSet::new();
    tree.items.retain(|line| match &line.node {
        Item::Step(step) if !condition(step).holds(answers) => {
            left_out.step(step);
            gone.insert(step.name.value.clone());
            false
        }
        _ => true,
    });
    let mut findings: Vec<Finding> = Vec::new();
    for line in &mut tree.items {
        let Item::Step(step) = &mut line.node else { continue };
        let name = step.name.value.clone();
        step.body.lines.retain_mut(|line| match &mut line.node {
            StepLine::OnlyIf(_) => false,
            StepLine::After(names) => {
                names.retain(|name| !gone.contains(&name.value));
                !names.is_empty()
            }
            StepLine::Waits(wait) => {
                if gone.contains(&wait.after.value) {
                    findings.push(waits_for_left_out(&name, &wait.after));
                }
                true
            }
            _ => true,
        });
    }
    if findings.is_empty() { Ok(Cow::Owned(tree)) } else { Err(findings) }
}

fn condition(step: &StepDecl) -> Condition {
    let of = step.body.lines.iter().find_map(|line| match &line.node {
        StepLine::OnlyIf(words) => read(&words.terms, words.span()).ok(),
        _ => None,
    });
    of.unwrap_or_default()
}
