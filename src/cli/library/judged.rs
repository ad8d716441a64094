//! One plan of many is judged.

use std::path::Path;

use crate::{
    check::{self, Checked, Family, family},
    plan::{
        given::Given,
        vocabulary::{self, Vocabulary},
    },
    proof::{
        budget::Budget,
        by_row::prove_by_row,
        engine::{Engine, How},
        verdict::{Refuted, Verdict, prove_by},
    },
    source::{Refusal, Source, shown},
    syntax::{parse, tree::Item},
    synthesis::Scenario,
};

use super::{
    super::{
        by_row::{RowByRow, unproved},
        text::{Unread, loaded},
        weighed::Weights,
    },
    row::{Outcome, Row},
};

/// What is done with each plan.
#[derive(Clone, Copy, Debug)]
pub enum Task {
    /// It is checked.
    Check,
    /// It is proved.
    Prove {
        /// Which way.
        engine: Engine,
        /// With a look at so many states at most.
        budget: usize,
    },
}

/// What became of a plan.
pub(super) struct Looked {
    pub(super) row: Row,
    /// The findings for which it is refused.
    pub(super) refusal: Option<Refusal>,
}

/// Judges a plan.
pub(super) fn look(path: &Path, task: Task, weights: &Weights) -> Looked {
    let file = path.display().to_string();
    let source = match loaded(path, |_| ()) {
        Ok(source) => source,
        Err(Unread::Refused(refusal)) => return refused(file, None, refusal),
        Err(Unread::Failed(error)) => return row(file, Outcome::Failed, None, error.to_string()),
    };
    let (tree, faults) = parse(&source);
    if let Some(head) = vocabulary::head(&tree).filter(|_| faults.is_empty()) {
        return match Vocabulary::of(&source, &tree) {
            Ok(words) => row(file, Outcome::Vocabulary, None, counted(&head.name, &words)),
            Err(findings) => refused(file, None, Refusal::new(source, findings)),
        };
    }
    let Family { mut variants, rows } = match check::family(&source, &Given::default()) {
        Ok(family) => family,
        Err(refusal) => return unchecked(file, &source, refusal),
    };
    let (advice, refuses) = weights.weighed(family::advice(&mut variants));
    let Some(plan) = variants.first().map(|first| first.checked.plan()) else {
        return row(file, Outcome::Failed, None, String::new());
    };
    let expected = plan.expected.as_ref().map(|expected| expected.code.value.clone());
    if refuses {
        // What its head says is of errors, not of advice that refuses here.
        let Looked { row, refusal } = refused(file, None, Refusal::new(source, advice));
        return Looked { row: Row { expected, ..row }, refusal };
    }
    let Task::Prove { engine, budget } = task else {
        // Whether it is refused as its head says may be a matter of the proof.
        let steps = variants.iter().map(|one| one.checked.plan().steps.len()).max().unwrap_or_default();
        let note = if steps == 1 { "1 step".to_owned() } else { format!("{steps} steps") };
        return Looked {
            row: Row { as_its_head_says: true, ..row(file, Outcome::Sound, expected, note).row },
            refusal: None,
        };
    };
    let (mut looked, whole) = (Vec::new(), variants.len());
    for variant in variants {
        let answers = variant.told().join(", ");
        let found = judged((&file, &source), variant.checked, engine, budget);
        // It is no better than its worst variant.
        if !found.row.as_its_head_says {
            return found;
        }
        looked.push((answers, found));
    }
    let notes: Vec<String> =
        looked.iter().map(|(answers, found)| format!("where {answers}: {}", found.row.note)).collect();
    let is_one = looked.len() == 1;
    let by_row = rows.as_ref().map(|rows| (rows, prove_by_row(rows)));
    let Some((_, first)) = looked.into_iter().next() else {
        return row(file, Outcome::Failed, None, String::new());
    };
    if is_one || first.row.outcome != Outcome::Proved {
        return first;
    }
    let note = match by_row {
        None => notes.join("; "),
        Some((rows, Ok(_))) => RowByRow::of(rows, whole).sentence().to_string(),
        Some((rows, Err((number, why)))) => {
            let alone = rows.alone.get(number);
            let why = alone.map(|alone| unproved(alone, &why)).unwrap_or_default();
            return row(file, Outcome::NotProved, first.row.expected, why);
        }
    };
    Looked { row: Row { note, ..first.row }, ..first }
}

/// Proves a plan.
fn judged((file, source): (&str, &Source), checked: Checked, engine: Engine, budget: usize) -> Looked {
    let plan = checked.plan();
    let (file, expected) = (file.to_owned(), plan.expected.as_ref().map(|one| one.code.value.clone()));
    let start = plan.start.clone();
    match prove_by(engine, checked, &start, Budget::from(budget)) {
        Verdict::Proven(proven) => {
            let note = match proven.proof().how {
                How::Cuts { questions } => format!("by causal cuts, {questions} moments"),
                How::Explicit { states, .. } => format!("by a search, {states} states"),
            };
            row(file, Outcome::Proved, expected, note)
        }
        Verdict::Refuted(broken) => {
            let Refuted { finding, .. } = *broken;
            refused(file, expected, Refusal::new(source.clone(), vec![finding]))
        }
        Verdict::NotProven(open) => row(file, Outcome::NotProved, expected, open.reason()),
    }
}

/// How many words a vocabulary has.
pub(in crate::cli) fn counted(name: &str, words: &Vocabulary) -> String {
    let (kinds, sentences) = words.counts();
    format!(
        "{}: {kinds} {}, {sentences} {}",
        shown(name),
        if kinds == 1 { "kind" } else { "kinds" },
        if sentences == 1 { "sentence" } else { "sentences" }
    )
}

/// A plan that the checks refuse, or a scenario.
fn unchecked(file: String, source: &Source, refusal: Refusal) -> Looked {
    if refusal.error_codes() == ["no_steps"] {
        return match Scenario::read(source, &Given::default()) {
            Ok(_) => row(file, Outcome::Scenario, None, String::new()),
            Err(refusal) => refused(file, None, refusal),
        };
    }
    // It was not resolved, and its head says it all the same.
    let (tree, _) = parse(source);
    let expected = tree.items.iter().find_map(|line| match &line.node {
        Item::Expect(expect) => Some(expect.code.value.clone()),
        _ => None,
    });
    refused(file, expected, refusal)
}

fn refused(file: String, expected: Option<String>, refusal: Refusal) -> Looked {
    let codes = refusal.error_codes();
    let as_its_head_says = expected.as_ref().is_some_and(|expected| codes.contains(expected));
    let row = Row { as_its_head_says, codes, ..row(file, Outcome::Refused, expected, String::new()).row };
    Looked { row, refusal: Some(refusal) }
}

fn row(file: String, outcome: Outcome, expected: Option<String>, note: String) -> Looked {
    let is_fine =
        matches!(outcome, Outcome::Sound | Outcome::Proved | Outcome::Scenario | Outcome::Vocabulary);
    let as_its_head_says = is_fine && expected.is_none();
    Looked { row: Row { file, outcome, as_its_head_says, codes: Vec::new(), expected, note }, refusal: None }
}
