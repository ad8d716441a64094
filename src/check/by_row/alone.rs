//! The plans that have one row of a table alone, one for each way to answer what is asked then.

use std::collections::BTreeSet;

use crate::{
    check::{Variant, all as checks},
    plan::{
        answers::{Answers, MOST, questions, tables_that_ask, too_many, written_out},
        given::Given,
        resolve::resolve_asked,
        table::OneRow,
    },
    source::{Finding, Source},
    syntax::tree::{Item, SyntaxTree},
    worker::{each, processors},
};

use super::{
    entangled,
    isolated::isolated,
    outside::{declared_outside, outside},
};

/// A plan that is judged row by row: each of these is checked, and the rows are isolated.
#[derive(Debug)]
pub struct ByRow {
    /// The table.
    pub table: String,
    /// How many rows it has.
    pub rows: usize,
    /// How many questions the whole plan asks that are not answered.
    pub questions: usize,
    /// The plans with one row.
    pub alone: Vec<Alone>,
}

/// A plan with one row, for one way to answer.
#[derive(Debug)]
pub struct Alone {
    /// The number of the row.
    pub(super) number: usize,
    /// The row's name.
    pub row: String,
    /// The answers to what is asked once, and for no row.
    pub(super) shared: Answers,
    /// The plan, and its answers.
    pub variant: Variant,
}

/// A plan with one row that is refused.
#[derive(Debug)]
pub struct Fault {
    /// The row.
    pub row: String,
    /// How what is asked then is answered.
    pub answers: Answers,
    /// What is wrong then.
    pub findings: Vec<Finding>,
}

/// Why nothing is said of the whole.
#[derive(Debug)]
pub enum Unsound {
    /// What is wrong is wrong with the whole text.
    Whole(Vec<Finding>),
    /// These rows are refused alone.
    Alone(Vec<Fault>),
}

impl Unsound {
    /// In findings.
    #[must_use]
    pub fn findings(self) -> Vec<Finding> {
        match self {
            Self::Whole(findings) => findings,
            Self::Alone(faults) => entangled::alone(faults),
        }
    }
}

/// Checks every plan with one row, and that the rows are isolated.
///
/// # Errors
/// Why nothing is said of the whole.
pub fn all(source: &Source, tree: &SyntaxTree, given: &Given) -> Result<ByRow, Unsound> {
    let table = match tables_that_ask(tree).as_slice() {
        [table] => table.value.clone(),
        [_, second, ..] => return Err(Unsound::Whole(vec![entangled::two_tables(second)])),
        [] => String::new(),
    };
    let found = outside(tree, &table);
    if !found.is_empty() {
        return Err(Unsound::Whole(found));
    }
    let one_row = OneRow::of(source, tree, &table).map_err(Unsound::Whole)?;
    let Some(one_row) = one_row else { return Err(Unsound::Whole(Vec::new())) };
    let once = |line: &crate::syntax::tree::Line<Item>| match &line.node {
        Item::Ask(ask) => Some(ask.name.value.clone()),
        _ => None,
    };
    let once: BTreeSet<String> = tree.items.iter().filter_map(once).collect();
    let names: Vec<(usize, String)> = one_row.names().into_iter().enumerate().collect();
    let work = |(number, row): &(usize, String)| {
        of_row(source, &one_row.tree(*number), given, (*number, row, &once))
    };
    let (mut alone, mut faults) = (Vec::new(), Vec::new());
    for (plans, found) in each(&names, processors(), work) {
        alone.extend(plans);
        faults.extend(found);
    }
    if !faults.is_empty() {
        return Err(Unsound::Alone(faults));
    }
    let once = declared_outside(source, &one_row.tree(0), &table).map_err(Unsound::Whole)?;
    let found = isolated(&alone, &once);
    if !found.is_empty() {
        return Err(Unsound::Whole(found));
    }
    let answered = written_out(source, tree).map_err(Unsound::Whole)?;
    let asked = questions(&answered.tree).map_err(Unsound::Whole)?;
    let questions = asked.open(&given.answers).count();
    Ok(ByRow { table, rows: names.len(), questions, alone })
}

/// The plans with one row, and those of them that are refused.
fn of_row(
    source: &Source,
    tree: &SyntaxTree,
    given: &Given,
    (number, row, once): (usize, &str, &BTreeSet<String>),
) -> (Vec<Alone>, Vec<Fault>) {
    let fault = |answers, findings| Fault { row: row.to_owned(), answers, findings };
    let written = match written_out(source, tree) {
        Ok(written) => written,
        Err(findings) => return (Vec::new(), vec![fault(Answers::new(), findings)]),
    };
    let asked = match questions(&written.tree) {
        Ok(asked) => asked,
        Err(findings) => return (Vec::new(), vec![fault(Answers::new(), findings)]),
    };
    let open = asked.open(&given.answers).count();
    if let Some(one_too_many) = asked.open(&given.answers).nth(MOST) {
        let finding = too_many(open, one_too_many.name.span);
        return (Vec::new(), vec![fault(Answers::new(), vec![finding])]);
    }
    let (mut alone, mut faults) = (Vec::new(), Vec::new());
    for answers in asked.ways(&given.answers) {
        let given = Given { answers: answers.clone(), ..given.clone() };
        let plan = resolve_asked(source, tree, &given, true);
        match plan.and_then(|plan| checks(given.applied(plan))) {
            Ok(checked) => {
                let shared = answers.iter().filter(|(name, _)| once.contains(*name));
                let shared = shared.map(|(name, yes)| (name.clone(), *yes)).collect();
                let variant = Variant { answers, checked };
                alone.push(Alone { number, row: row.to_owned(), shared, variant });
            }
            Err(findings) => faults.push(fault(answers, findings)),
        }
    }
    (alone, faults)
}
