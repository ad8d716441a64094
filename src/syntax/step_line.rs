//! The lines of a step as the author wrote them.

use crate::source::Spanned;

use super::tree::{Listed, Phrase, Term};

/// One line of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepLine {
    /// `after STEP, STEP`
    After(Vec<Spanned<String>>),
    /// `after STEP for each TABLE`
    AfterEach(Box<Listed>),
    /// `needs ...`: a precondition; the phrase begins after the word `needs`.
    Needs(Phrase),
    /// `takes 2h`, `takes 10m to 2h`; apart, so that the lines that most steps have stay small
    Takes(Box<TakesLine>),
    /// `waits 90d after STEP`
    Waits(Box<WaitsLine>),
    /// `not before DATE`: a date or a parameter
    NotBefore(Box<Term>),
    /// `not after DATE`: a date or a parameter
    NotAfter(Box<Term>),
    /// `may come late`
    MayComeLate(Spanned<()>),
    /// `only if ...`: the phrase begins after these words
    OnlyIf(Phrase),
    /// `two people`
    TwoPeople(Spanned<()>),
    /// Anything else: a verb and its arguments.
    Act(Phrase),
}

/// `takes DURATION to DURATION`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakesLine {
    /// At least so long: a duration or a parameter.
    pub least: Option<Term>,
    /// At most so long: a duration or a parameter.
    pub most: Term,
    /// The place of the line.
    pub span: Spanned<()>,
}

/// `waits DURATION after STEP`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitsLine {
    /// So long: a duration or a parameter.
    pub time: Term,
    /// After this step.
    pub after: Spanned<String>,
    /// The place of the line.
    pub span: Spanned<()>,
}
