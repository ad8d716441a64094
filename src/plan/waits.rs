//! Reads `waits 90d after STEP`: how long a step waits after another one.

use std::time::Duration;

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    explanation::Explanation,
    source::{Span, shown},
    syntax::{spelt, tree::WaitsLine},
    world::id::StepId,
};

use super::{declare::said_twice, resolve::Draft, steps::step_named, takes::duration};

/// A step begins no earlier than so long after another one is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waits {
    /// So long.
    pub time: Duration,
    /// After this step is done; it is also in `after`.
    pub after: StepId,
    /// Where the step is named.
    pub named: Span,
    /// Where it is said.
    pub span: Span,
}

impl Waits {
    /// What is waited for, as in "90d after `retire_old`".
    #[must_use]
    pub fn sentence(&self, step: &str) -> String {
        format!("{} after `{}`", spelt(self.time), shown(step))
    }
}

/// No time at all.
#[derive(Debug, Diagnostic, Error)]
#[error("a step waits for some time")]
#[diagnostic(
    code(keyroll::waits_no_time),
    help("write `after {step}` if it need not wait, or say how long, as in `waits 90d after {step}`")
)]
struct WaitsNoTime {
    step: String,
    #[label("this is no time at all")]
    at: SourceSpan,
}

/// Reads one line; `known` is what the lines before it say.
pub(super) fn read(draft: &mut Draft, line: &WaitsLine, known: &[Waits]) -> Option<Waits> {
    let time = duration(draft, &line.time);
    let after = match step_named(draft, &line.after) {
        Ok(step) => step,
        Err(finding) => {
            draft.findings.push(finding);
            return None;
        }
    };
    let time = time?;
    let step = shown(&line.after.value);
    if time.is_zero() {
        draft.findings.push(Box::new(WaitsNoTime { step, at: line.time.span().into() }));
        return None;
    }
    if let Some(first) = known.iter().find(|waits| waits.after == after) {
        let what = format!("how long the step waits after `{step}`");
        draft.findings.push(said_twice(what, line.span.span, first.span));
        return None;
    }
    Some(Waits { time, after, named: line.after.span, span: line.span.span })
}

/// What `explain` says.
pub(super) const EXPLANATIONS: &[Explanation] = &[Explanation {
    code: "waits_no_time",
    title: "a step that waits for no time",
    text: "\
`waits 90d after retire_old` says that a step begins no earlier than 90 days after `retire_old` is
done. It comes after that step, so `after retire_old` need not be written beside it. The time is not
zero.

A wait is no drain: a step that takes a key away still needs `orders drained of old`.

Right:
  step destroy_old by tenant_admin {
    waits 90d after retire_old
    destroy old in tenant
  }
",
}];
