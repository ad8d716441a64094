//! Reads `takes 10m to 2h`: how long a step may take.

use std::time::Duration;

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    action::usage::Argument,
    explanation::Explanation,
    source::{Finding, Span},
    syntax::{
        spelt,
        tree::{Phrase, TakesLine, Term},
    },
};

use super::{declare::said_twice, resolve::Draft};

/// How long a step takes: from the moment from which it can begin, to the moment at which it is done.
/// Waiting for the person who does it is part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Takes {
    /// At least so long.
    pub least: Duration,
    /// At most so long.
    pub most: Duration,
    /// Where it is said.
    pub span: Span,
}

/// No time at all.
#[derive(Debug, Diagnostic, Error)]
#[error("a step takes some time")]
#[diagnostic(code(keyroll::takes_no_time))]
struct TakesNoTime {
    #[help]
    help: String,
    #[label("this is no time at all")]
    at: SourceSpan,
}

/// The longer bound before the shorter one.
#[derive(Debug, Diagnostic, Error)]
#[error("`{least}` is longer than `{most}`")]
#[diagnostic(code(keyroll::takes_backwards), help("write the shorter one first: `takes {most} to {least}`"))]
struct TakesBackwards {
    least: String,
    most: String,
    #[label("from the longer to the shorter")]
    at: SourceSpan,
}

/// Reads one line; `known` is what a line before it says.
pub(super) fn read(draft: &mut Draft, line: &TakesLine, known: Option<Takes>) -> Option<Takes> {
    if let Some(first) = known {
        draft.findings.push(said_twice("how long the step takes".to_owned(), line.span.span, first.span));
        return known;
    }
    let least = match &line.least {
        Some(term) => Some((duration(draft, term)?, term.span())),
        None => None,
    };
    let most = duration(draft, &line.most)?;
    match finding(line, least, most) {
        Some(finding) => {
            draft.findings.push(finding);
            None
        }
        None => Some(Takes {
            least: least.map(|(least, _)| least).unwrap_or_default(),
            most,
            span: line.span.span,
        }),
    }
}

/// Reads a duration or a parameter that is one.
pub(super) fn duration(draft: &mut Draft, term: &Term) -> Option<Duration> {
    let phrase = Phrase { terms: vec![term.clone()] };
    let (_, arguments) = draft.read("a duration", &["<duration>"], &phrase)?;
    match arguments.first() {
        Some(Argument::Duration(time)) => Some(*time),
        _ => None,
    }
}

fn finding(line: &TakesLine, least: Option<(Duration, Span)>, most: Duration) -> Option<Finding> {
    if most.is_zero() {
        let help = "leave the line out of a report, or say how long the step may take, as in `takes 15m`";
        return Some(Box::new(TakesNoTime { help: help.to_owned(), at: line.most.span().into() }));
    }
    match least {
        Some((least, at)) if least.is_zero() => {
            let help = format!("write `takes {}`: at most so long", spelt(most));
            Some(Box::new(TakesNoTime { help, at: at.into() }))
        }
        Some((least, _)) if least > most => Some(Box::new(TakesBackwards {
            least: spelt(least),
            most: spelt(most),
            at: line.span.span.into(),
        })),
        _ => None,
    }
}

/// What `explain` says.
pub(super) const EXPLANATIONS: &[Explanation] = &[
    Explanation {
        code: "takes_no_time",
        title: "a step that takes no time",
        text: "\
`takes 2h` says that a step is done two hours after it can begin, at the latest; `takes 10m to 2h`
also that it is not done before ten minutes have passed. Neither bound is zero: a report takes no
time unless it says otherwise, and every other act takes some.

Right:
  step exchange_certificate by receiver_admin {
    takes 10m to 2h
    replace old by new at partner
  }
",
    },
    Explanation {
        code: "takes_backwards",
        title: "a step that takes at least longer than at most",
        text: "`takes 10m to 2h` names the shorter time first.",
    },
];
