//! Two things with one name.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    explanation::Explanation,
    source::{Finding, Span, Spanned, shown},
};

use super::scope::{Scope, Thing};

/// A name that is already taken.
#[derive(Debug, Diagnostic, Error)]
#[error("the name `{name}` is declared twice")]
#[diagnostic(code(keyroll::duplicate_name), help("give the second one another name"))]
struct DuplicateName {
    name: String,
    #[label("declared again here")]
    again: SourceSpan,
    #[label("first declared here")]
    first: SourceSpan,
}

/// Enters a name into the scope, or says where it stands already.
pub fn declare(scope: &mut Scope, name: &Spanned<String>, thing: Thing) -> Option<Finding> {
    let first: Span = scope.declare(&name.value, thing, name.span)?;
    Some(twice(name, first))
}

/// The finding for a name that stands already at `first`.
#[must_use]
pub fn twice(name: &Spanned<String>, first: Span) -> Finding {
    Box::new(DuplicateName { name: shown(&name.value), again: name.span.into(), first: first.into() })
}

/// What `explain` says.
pub const EXPLANATIONS: &[Explanation] = &[Explanation {
    code: "duplicate_name",
    title: "two things have one name",
    text: "\
Roles, groups, keys, keystores, receivers, flows, windows and facts share one set of names, so that
a sentence can be read only one way. Steps have a set of their own, and so have parameters.

Right:
  key old
  key new
",
}];
