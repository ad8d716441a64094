//! A plan that asks something for each row of a table, where there are too many ways to answer to check each of
//! them: it is checked row by row, and some of its variants are checked as a whole beside.
//!
//! Why that is enough is written in `docs/proof.md`: each row is judged in the plan that has this row alone, with
//! every way to answer what it is asked, and `isolated` sees to it that rows have nothing to do with each other
//! but through what all of them share.

mod alone;
mod entangled;
mod isolated;
mod outside;
mod shape;
mod time;

use std::collections::BTreeSet;

use crate::{
    plan::{
        answers::{Answers, Question, Questions, questions, written_out},
        given::Given,
    },
    source::{Refusal, Source},
    syntax::tree::SyntaxTree,
};

use super::family::{Family, of_ways};

pub use alone::{Alone, ByRow, Fault, Unsound, all as judge};
pub use entangled::{EXPLANATION, refused_alone};

/// So many questions are answered otherwise than all others, one by one, in variants that are judged as a whole.
const APART: usize = 3;

/// Checks a plan row by row, and some of its variants as a whole.
///
/// # Errors
/// What is wrong with the text, with one of its variants, or with a row alone; or why that says nothing of the
/// whole.
pub(super) fn family(source: &Source, tree: &SyntaxTree, given: &Given) -> Result<Family, Refusal> {
    let refuse = |findings| Refusal::new(source.clone(), findings);
    let written = written_out(source, tree).map_err(refuse)?;
    let asked = questions(&written.tree).map_err(refuse)?;
    let variants = of_ways(source, tree, given, &whole(&asked, &given.answers))?;
    let faults = match alone::all(source, tree, given) {
        Ok(rows) => return Ok(Family { variants, rows: Some(rows) }),
        Err(alone::Unsound::Whole(findings)) => return Err(refuse(findings)),
        Err(alone::Unsound::Alone(faults)) => faults,
    };
    // What is wrong with a row alone is mostly wrong with all of them too, and is told of these.
    let answered: Vec<(String, bool)> =
        asked.all.iter().map(|(ask, silence)| (ask.name.value.clone(), *silence)).collect();
    let ways: Vec<Answers> = faults
        .iter()
        .take(APART)
        .flat_map(|fault| among(&answered, &given.answers, &fault.answers))
        .collect();
    of_ways(source, tree, given, &ways)?;
    Err(refuse(entangled::alone(faults)))
}

/// The ways to answer that are judged as a whole: silence, all yes, all no, and some in which one answer is
/// otherwise than all others.
fn whole(asked: &Questions<'_>, given: &Answers) -> Vec<Answers> {
    let mut ways = vec![
        asked.way(given, |_, silence| silence),
        asked.way(given, |_, _| true),
        asked.way(given, |_, _| false),
    ];
    let open: Vec<&str> = asked.open(given).map(|ask| ask.name.value.as_str()).collect();
    for one in open.iter().take(APART).chain(open.last()) {
        ways.extend([true, false].map(|yes| asked.way(given, |name, _| (name == *one) == yes)));
    }
    let mut seen: BTreeSet<Answers> = BTreeSet::new();
    ways.retain(|way| seen.insert(way.clone()));
    ways
}

/// The ways to answer all questions in which those of a row are answered so, and all others alike.
fn among(all: &[(String, bool)], given: &Answers, row: &Answers) -> Vec<Answers> {
    let way = |otherwise: &dyn Fn(bool) -> bool| -> Answers {
        let one = |(name, silence): &(String, bool)| {
            let said = row.get(name).or_else(|| given.get(name)).copied();
            (name.clone(), said.unwrap_or_else(|| otherwise(*silence)))
        };
        all.iter().map(one).collect()
    };
    vec![way(&|silence| silence), way(&|_| true), way(&|_| false)]
}

/// The same for a plan that is read.
#[must_use]
pub fn with_all(questions: &[Question], given: &Answers, row: &Answers) -> Vec<Answers> {
    let all: Vec<(String, bool)> =
        questions.iter().map(|question| (question.name.value.clone(), question.silence)).collect();
    among(&all, given, row)
}
