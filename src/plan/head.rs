//! The head of a plan: each file has one.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    explanation::Explanation,
    source::{Source, Span},
    syntax::tree::{Item, PlanHead, SyntaxTree},
};

use super::{resolve::Draft, vocabulary};

/// A file without a `plan` sentence.
#[derive(Debug, Diagnostic, Error)]
#[error("the plan has no name")]
#[diagnostic(code(keyroll::no_plan))]
struct NoPlan {
    #[help]
    help: &'static str,
    #[label("no `plan` sentence in this file")]
    at: SourceSpan,
}

/// A file with two `plan` sentences.
#[derive(Debug, Diagnostic, Error)]
#[error("a file holds one plan")]
#[diagnostic(code(keyroll::second_plan), help("move the second plan into a file of its own"))]
struct SecondPlan {
    #[label("a second one")]
    at: SourceSpan,
    #[label("the first")]
    first: SourceSpan,
}

/// The head; what is wrong with it is kept among the findings.
pub(super) fn heads(draft: &mut Draft, source: &Source, tree: &SyntaxTree) -> Option<PlanHead> {
    let mut found = tree.items.iter().filter_map(|item| match &item.node {
        Item::Plan(head) => Some(head),
        _ => None,
    });
    let first = found.next();
    if let Some(first) = first {
        for again in found {
            let (at, first) = (again.name.span.into(), first.name.span.into());
            draft.findings.push(Box::new(SecondPlan { at, first }));
        }
    } else {
        let end = source.text.lines().next().map_or(0, str::len);
        let is_vocabulary = vocabulary::head(tree).is_some();
        let help = if is_vocabulary {
            "this is a vocabulary: `keyroll check` reads it, and a plan takes its words by `use`"
        } else {
            "begin with a line such as `plan my-renewal \"What it is for\"`"
        };
        draft.findings.push(Box::new(NoPlan { help, at: Span::new(0, end).into() }));
    }
    first.cloned()
}

/// What `explain` says.
pub(super) const EXPLANATIONS: &[Explanation] = &[
    Explanation {
        code: "no_plan",
        title: "a file without a `plan` sentence",
        text: "\
A plan begins with its name, and perhaps with what it is for.

Right:
  keyroll 1

  plan xml-signature-two-keys
    \"What it is for\"
",
    },
    Explanation {
        code: "second_plan",
        title: "a file with two plans",
        text: "One file, one plan: approval, proof and evidence are bound to the digest of its text.",
    },
];
