//! Rows that have to do with each other, so that a row alone tells nothing of all of them.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    explanation::Explanation,
    plan::{
        answers::{Answers, few},
        table::once,
    },
    source::{Finding, Noted, Span, Spanned, shown},
};

use super::alone::Fault;

/// A plan that cannot be judged row by row.
#[derive(Debug, Diagnostic, Error)]
#[error("{what}")]
#[diagnostic(code(keyroll::rows_entangled))]
struct RowsEntangled {
    what: String,
    #[help]
    help: String,
    #[label("{label}")]
    at: SourceSpan,
    label: String,
}

/// The finding.
pub(super) fn finding(what: String, help: &str, (at, label): (Span, &str)) -> Finding {
    Box::new(RowsEntangled { what, help: help.to_owned(), at: at.into(), label: label.to_owned() })
}

/// Something is asked for the rows of two tables.
pub(super) fn two_tables(second: &Spanned<String>) -> Finding {
    let what = format!("questions are asked for the rows of `{}` too", shown(&second.value));
    let help = "ask for the rows of one table only, or answer all questions but six";
    finding(what, help, (second.span, "a second table"))
}

/// Plans with one row that are refused, although no variant of the whole that was looked at is.
pub(super) fn alone(faults: Vec<Fault>) -> Vec<Finding> {
    let one = |Fault { row, answers, findings }: Fault| {
        findings.into_iter().map(move |finding| refused_alone(&row, &answers, finding))
    };
    once(faults.into_iter().flat_map(one).collect())
}

/// The finding for a plan with one row that is refused for another finding.
#[must_use]
pub fn refused_alone(row: &str, answers: &Answers, first: Finding) -> Finding {
    let at = first.labels().and_then(|mut labels| labels.next());
    let at = at.map_or_else(Span::default, |label| Span::new(label.offset(), label.offset() + label.len()));
    let what = format!("the rows cannot be judged one by one: with `{}` alone, {first}", shown(row));
    let help = "every row is judged in the plan that has this row alone: say what it needs for each row, and name \
                no thing of another one; or answer all questions but six, and every variant is judged as a whole";
    let found = finding(what, help, (at, "not so with one row"));
    if answers.is_empty() { found } else { Noted::with(found, format!("this is so where {}", few(answers))) }
}

/// What `explain` says.
pub const EXPLANATION: Explanation = Explanation {
    code: "rows_entangled",
    title: "a plan asks in every row, and its rows cannot be judged one by one",
    text: "\
Where more than six questions are open, the ways to answer them are too many to judge each. Those
that are asked for each row of a table are judged row by row: in the plan that has this row alone,
for every way to answer what it is asked. That says something of all rows together only where they
have nothing to do with each other but through what all of them share. So

- a step of a row changes what is declared for its row, and nothing that all rows share;
- a step of all rows changes nothing that is of one row;
- what all rows share is the same at the start, whatever a row answers;
- a promise is made within `for each`, and not of a list of rows;
- no step of one row waits for a step of another one;
- what is promised of how long something takes is so however long other rows take;
- nothing may come late, and no way back is promised.

A plan with six open questions or fewer is not asked for this: each way to answer them is judged as
a whole. Answers are given by `--answer`, or by `[answers]` in the site.
",
};
