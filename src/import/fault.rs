//! What is wrong with prose that no plan can be drafted of.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::explanation::Explanation;

/// So many steps are drafted at most.
pub const MOST_STEPS: usize = 10_000;

/// There is nothing to draft.
#[derive(Debug, Diagnostic, Error)]
#[error("no step is numbered here")]
#[diagnostic(
    code(keyroll::no_numbered_step),
    help("begin each step on a line of its own, as in `1. Tenant administrator: creates a new key pair`")
)]
pub struct NoNumberedStep {
    /// The first line of the text.
    #[label("looked for from here on")]
    pub at: SourceSpan,
}

/// Several procedures, or none of that name.
#[derive(Debug, Diagnostic, Error)]
#[error("{what}")]
#[diagnostic(code(keyroll::which_procedure))]
pub struct WhichProcedure {
    /// What is unclear.
    pub what: String,
    /// What to do.
    #[help]
    pub help: String,
    /// The place of the first heading in question.
    #[label("a procedure begins here")]
    pub at: SourceSpan,
}

/// More than anybody carries out by hand.
#[derive(Debug, Diagnostic, Error)]
#[error("more than {MOST_STEPS} steps are told here")]
#[diagnostic(
    code(keyroll::too_many_numbered_steps),
    help("name one procedure of the text with --section, or say once what is done with each partner")
)]
pub struct TooManyNumberedSteps {
    /// The first step that is too many.
    #[label("one too many")]
    pub at: SourceSpan,
}

/// What `explain` says.
pub const EXPLANATIONS: &[Explanation] = &[
    Explanation {
        code: "no_numbered_step",
        title: "prose in which no step is numbered",
        text: "\
`keyroll import` reads steps that begin with a number on a line of their own: `1.`, `1)`, `(1)`,
`Step 1:`, `4.1`, or the first cell of a table's row. What stands between them belongs to the step
before.

Right:
  1. Tenant administrator: creates a new key pair.
  2. Tenant administrator: sends the certificate to the receiver administrator.
",
    },
    Explanation {
        code: "which_procedure",
        title: "prose with several procedures",
        text: "\
A text may tell several variants of a procedure, each below a heading of its own. One plan is one of
them. Name it with --section and the heading, or a part of it that no other heading has. Numbers
that go on below the next heading are one procedure.
",
    },
    Explanation {
        code: "too_many_numbered_steps",
        title: "prose with more steps than are drafted",
        text: "\
A draft has at most 10,000 steps. A text with more is mostly a log or an export. Where the same is
done with many partners, say it once and write a table into the plan: `for each partner`.
",
    },
];
