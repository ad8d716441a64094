//! A sentence about a use that no alias has.

use std::collections::BTreeSet;

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    explanation::Explanation,
    plan::suggest::nearest,
    source::{Finding, Span, shown},
};

use super::Subject;

/// No alias is used so.
#[derive(Debug, Diagnostic, Error)]
#[error("no alias is also used by `{by}`")]
#[diagnostic(code(keyroll::unknown_use))]
struct UnknownUse {
    by: String,
    #[help]
    help: String,
    #[label("{said}")]
    at: SourceSpan,
    said: &'static str,
}

/// Finds `stands for` and `waive use` with a text that no line `is also used by` has.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let uses = &subject.plan.other_uses;
    let known: BTreeSet<&str> = uses.said.iter().map(|one| one.by.as_str()).collect();
    let stands = uses.stand_ins.iter().map(|one| (&one.by, one.span, "a flow stands for it here"));
    let waived = uses.waived.iter().map(|one| (&one.by, one.span, "left out here"));
    let unknown = stands.chain(waived).filter(|(by, ..)| !known.contains(by.as_str()));
    unknown.map(|(by, at, said)| finding(by, at, said, &known)).collect()
}

fn finding(by: &str, at: Span, said: &'static str, known: &BTreeSet<&str>) -> Finding {
    let help = match nearest(by, known.iter().copied()) {
        Some(near) => format!("did you mean `{}`?", shown(near)),
        None => {
            let by = shown(by);
            format!("add `alias ... is also used by \"{by}\"` to the keystore, or take this sentence out")
        }
    };
    Box::new(UnknownUse { by: shown(by), help, at: at.into(), said })
}

/// What `explain` says.
pub const EXPLANATION: Explanation = Explanation {
    code: "unknown_use",
    title: "a use is covered or waived that no alias has",
    text: "\
`stands for \"...\"` in a flow and `waive use \"...\"` speak of a use that a keystore names, letter by
letter as it stands there. What is covered under another name is not covered.

Right:
  keystore tenant of tenant_admin {
    alias \"orders\" is old
    alias \"orders\" is also used by \"invoice interface\"
  }
  waive use \"invoice interface\" because \"it is switched off\"
",
};
