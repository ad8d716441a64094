//! What may be wrong with questions and what hangs on their answers.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    explanation::Explanation,
    plan::suggest,
    source::{Finding, Span, Spanned, shown},
    syntax::tree::AskDecl,
};

use super::{MOST, question::word};

/// An answer to a question that nobody asks.
#[derive(Debug, Diagnostic, Error)]
#[error("the plan asks no question `{name}`")]
#[diagnostic(code(keyroll::unknown_question))]
struct UnknownQuestion {
    name: String,
    #[help]
    help: String,
    #[label("not asked")]
    at: SourceSpan,
}

/// The finding for a question that the plan does not ask.
#[must_use]
pub(super) fn unknown(name: &Spanned<String>, known: &[String]) -> Finding {
    let help = suggest::did_you_mean(&name.value, "question", known);
    help.give(|help| Box::new(UnknownQuestion { name: shown(&name.value), help, at: name.span.into() }))
}

/// The finding for an answer from outside to a question that the plan does not ask.
#[must_use]
pub fn unknown_given(name: &str, known: &[String], plan: Span) -> Finding {
    let help = suggest::did_you_mean(name, "question", known).text;
    Box::new(UnknownQuestion { name: shown(name), help, at: plan.into() })
}

/// A question whose answer changes nothing.
#[derive(Debug, Diagnostic, Error)]
#[error("nothing hangs on the question `{name}`")]
#[diagnostic(
    code(keyroll::question_unused),
    help("take the question out, or say of a step or a line that it is so `only if {name}`")
)]
struct QuestionUnused {
    name: String,
    #[label("the plan is the same whatever the answer")]
    at: SourceSpan,
}

pub(super) fn unused(name: &Spanned<String>) -> Finding {
    Box::new(QuestionUnused { name: shown(&name.value), at: name.span.into() })
}

/// Something that no answers make so.
#[derive(Debug, Diagnostic, Error)]
#[error("no answers make this so: it wants both yes and no to `{name}`")]
#[diagnostic(
    code(keyroll::in_no_variant),
    help("take one of the two conditions out, or take out what stands under them")
)]
struct InNoVariant {
    name: String,
    #[label("never so")]
    at: SourceSpan,
}

pub(super) fn in_no_variant(name: &Spanned<String>) -> Finding {
    Box::new(InNoVariant { name: shown(&name.value), at: name.span.into() })
}

/// Answers under which nothing is done.
#[derive(Debug, Diagnostic, Error)]
#[error("under these answers no step is left")]
#[diagnostic(
    code(keyroll::empty_variant),
    help("say what is done then: a plan that does nothing keeps every promise, and renews no key")
)]
struct EmptyVariant {
    #[label("this plan")]
    at: SourceSpan,
}

/// The finding for answers under which a plan has no steps.
#[must_use]
pub fn empty_variant(at: Span) -> Finding {
    Box::new(EmptyVariant { at: at.into() })
}

/// More questions than are judged.
#[derive(Debug, Diagnostic, Error)]
#[error("the plan asks {count} questions; at most {MOST} are judged")]
#[diagnostic(
    code(keyroll::too_many_questions),
    help("each question doubles the plans that are judged: make two plans of it")
)]
struct TooManyQuestions {
    count: usize,
    #[label("one too many")]
    at: SourceSpan,
}

/// The finding for more questions than are judged.
#[must_use]
pub fn too_many(count: usize, at: Span) -> Finding {
    Box::new(TooManyQuestions { count, at: at.into() })
}

/// A question that does not say what silence means.
#[derive(Debug, Diagnostic, Error)]
#[error("it is not said what silence means for `{name}`")]
#[diagnostic(
    code(keyroll::no_silence),
    help(
        "write `silence means no` or `silence means yes` below the question: a run that begins without an answer goes by it"
    )
)]
struct NoSilence {
    name: String,
    #[label("{label}")]
    at: SourceSpan,
    label: &'static str,
}

pub(super) fn no_silence(ask: &AskDecl) -> Finding {
    let (at, label) = match &ask.silence {
        Some(said) => (said.span, "neither yes nor no"),
        None => (ask.name.span, "what if nobody answers?"),
    };
    Box::new(NoSilence { name: shown(&ask.name.value), at: at.into(), label })
}

/// A condition that cannot be read.
#[derive(Debug, Diagnostic, Error)]
#[error("this condition cannot be read")]
#[diagnostic(
    code(keyroll::bad_only_if),
    help("write `only if NAME` or `only if not NAME`, and several of them with `and` between them")
)]
struct BadOnlyIf {
    #[label("the name of a question belongs here, or `and` between two")]
    at: SourceSpan,
}

pub(super) fn bad_only_if(at: Span) -> Finding {
    Box::new(BadOnlyIf { at: at.into() })
}

/// A plan with open questions where one plan is needed.
#[derive(Debug, Diagnostic, Error)]
#[error("the question `{name}` is open, and one plan is needed here")]
#[diagnostic(
    code(keyroll::not_answered),
    help(
        "say `--answer {name}=yes` or `--answer {name}=no`; `check` and `prove` judge both, and a run without an answer takes silence as {silence}"
    )
)]
struct NotAnswered {
    name: String,
    silence: &'static str,
    #[label("there is a plan for each answer")]
    at: SourceSpan,
}

/// The finding for a question without an answer.
#[must_use]
pub fn not_answered(ask: &AskDecl, silence: bool) -> Finding {
    let (name, at) = (shown(&ask.name.value), ask.name.span.into());
    Box::new(NotAnswered { name, silence: word(silence), at })
}

/// A wait after a step that is not done.
#[derive(Debug, Diagnostic, Error)]
#[error("`{step}` waits after `{other}`, which is left out under these answers")]
#[diagnostic(
    code(keyroll::waits_for_left_out),
    help("let `{step}` be done only under the answers under which `{other}` is, or wait after another step")
)]
struct WaitsForLeftOut {
    step: String,
    other: String,
    #[label("is not done then, so no time runs from it")]
    at: SourceSpan,
}

pub(super) fn waits_for_left_out(step: &str, other: &Spanned<String>) -> Finding {
    let (step, at) = (shown(step), other.span.into());
    Box::new(WaitsForLeftOut { step, other: shown(&other.value), at })
}

/// What `explain` says.
pub const EXPLANATIONS: &[Explanation] = &[
    Explanation {
        code: "unknown_question",
        title: "a condition or an answer names a question that the plan does not ask",
        text: "\
What stands behind `only if` is the name of a question, which the plan asks by `ask`. An answer
from `--answer` or from `[answers]` in the site is for such a question too.

Right:
  ask holds_two of receiver_admin
    \"Can you accept two certificates for the same sender at once?\"
    silence means no
",
    },
    Explanation {
        code: "question_unused",
        title: "a question on which nothing hangs",
        text: "\
A question is asked so that the plan may differ by its answer. Where no step and no line says
`only if` with its name, the plan is the same whatever is answered, and nobody need be asked.
",
    },
    Explanation {
        code: "in_no_variant",
        title: "a step or a line that no answers make so",
        text: "\
A step or a line that is so `only if` a question is answered yes, and only if it is answered no, is
part of no plan. It would be read by people and never be judged. The condition of a step counts for
its lines too.

Wrong:
  step trust_both by receiver_admin {
    only if holds_two and not holds_two
    accept new at partner
  }
",
    },
    Explanation {
        code: "empty_variant",
        title: "answers under which nothing is done",
        text: "\
There is a plan for each way to answer the questions. One without a step is proved of nothing, so
it is refused. Say what is done under those answers.
",
    },
    Explanation {
        code: "too_many_questions",
        title: "a plan asks more questions than are judged",
        text: "\
Every way to answer the questions is judged by itself, and each question doubles their number: six
of them make 64 plans. Split the plan where it asks for more. Those that are asked for each row of
a table count once, for the row.
",
    },
    Explanation {
        code: "no_silence",
        title: "a question does not say what silence means",
        text: "\
A renewal has a date, and not everybody answers before it. What is done without an answer is
agreed with the plan, so each question says it.

Right:
  ask holds_two of receiver_admin
    \"Can you accept two certificates for the same sender at once?\"
    silence means no
",
    },
    Explanation {
        code: "bad_only_if",
        title: "a condition on answers cannot be read",
        text: "\
Behind `only if` stand names of questions, each perhaps with `not` in front, and `and` between them.
There is no `or`: say the line twice, or ask one question more.

Right:
  step agree_downtime by tenant_admin {
    only if not holds_two and may_stop
    agree downtime with receiver_admin
  }
",
    },
    Explanation {
        code: "not_answered",
        title: "one plan is needed, and a question is open",
        text: "\
A plan that asks questions is one plan for each way to answer them. `check` and `prove` judge each
of them. What needs a single plan, such as a runbook, a rehearsal or a drawing, is told which one by
`--answer NAME=yes` or `--answer NAME=no`.

A run takes the answers from `--answer` or from `[answers]` in the site, and takes a question that
has none by what silence means.
",
    },
    Explanation {
        code: "waits_for_left_out",
        title: "a step waits after one that is not done under some answers",
        text: "\
`waits 90d after retire_old` counts from the moment at which `retire_old` is done. Under answers
that leave `retire_old` out there is no such moment, and the time would pass in silence. `after` is
only an order between two steps that are both done: where one of them is left out, it falls away.
",
    },
];
