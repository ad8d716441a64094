//! Two spellings of one alias.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    explanation::Explanation,
    plan::Plan,
    source::{Finding, Span, shown},
    world::id::PlaceId,
};

use super::Subject;

/// So many of them are told.
const MOST: usize = 100;

/// One entry under two names that differ in case only.
#[derive(Debug, Diagnostic, Error)]
#[error("`{other}` and `{first}` are one alias of `{store}`")]
#[diagnostic(
    severity(Advice),
    code(keyroll::alias_spelling),
    help(
        "write `{first}` in both places; if two entries are meant, their names differ in more than capitals"
    )
)]
struct AliasSpelling {
    first: String,
    other: String,
    store: String,
    #[label("the same entry")]
    at: SourceSpan,
}

/// Finds aliases that are written in more than one way.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let plan = subject.plan;
    let land = &plan.landscape;
    let one = |(place, other): &(PlaceId, String)| -> Finding {
        let row = &land.places[*place];
        Box::new(AliasSpelling {
            first: shown(row.alias.as_str()),
            other: shown(other),
            store: shown(&land.stores[row.store].name),
            at: written(plan, other).into(),
        })
    };
    // Each of them is looked for in the text.
    land.other_spellings().iter().take(MOST).map(one).collect()
}

/// Where a spelling stands; at the head of the plan where it is put together from parameters.
fn written(plan: &Plan, alias: &str) -> Span {
    let quoted = format!("\"{alias}\"");
    let at = plan.source.text.find(&quoted);
    at.map_or(plan.declared.head, |at| Span::new(at, at + quoted.len()))
}

/// What `explain` says.
pub const EXPLANATION: Explanation = Explanation {
    code: "alias_spelling",
    title: "advice: one alias is written in two ways",
    text: "\
Java and PKCS#12 compare aliases without case, so `Orders` and `orders` are one entry of a keystore,
and one in a plan. Other tools tell them apart, and so may a reader.
",
};
