//! A plan that promises that it can always abort, and a step or a promise that bars the way back.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    explanation::Explanation,
    invariant::course::Course,
    plan::Plan,
    source::{Finding, Span, shown},
    way_back::{Bar, bars},
};

use super::Subject;

/// The start cannot be reached again, or it is not shown that it can.
#[derive(Debug, Diagnostic, Error)]
#[error("{what}")]
#[diagnostic(code(keyroll::cannot_abort))]
struct CannotAbort {
    what: String,
    #[help]
    help: String,
    #[label("{why}")]
    at: SourceSpan,
    why: String,
    #[label("promised here")]
    promise: SourceSpan,
}

/// Finds what bars the way back of a plan that promises one.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let plan = subject.plan;
    let Some(promise) = plan.promised(Course::CanAbort) else { return Vec::new() };
    bars(plan, subject.order).into_iter().filter_map(|bar| finding(plan, promise, bar)).collect()
}

fn finding(plan: &Plan, promise: Span, bar: Bar) -> Option<Finding> {
    let promise = promise.into();
    Some(match bar {
        Bar::Destroys { step, key, for_good } => {
            let (name, key) = (shown(&plan.steps[step].name.value), shown(&plan.landscape.keys[key]));
            let what = if for_good {
                format!("after `{name}` the start cannot be reached any more: `{key}` is gone")
            } else {
                format!("it is not shown that the start can be reached again after `{name}`")
            };
            let why = if for_good {
                format!("the pair of `{key}` lies nowhere else")
            } else {
                format!("a pair of `{key}` that is destroyed cannot be put back")
            };
            let help = format!("take `{name}` into a plan of its own, for later, or take the promise out");
            Box::new(CannotAbort { what, help, at: plan.steps[step].action.span.into(), why, promise })
        }
        Bar::Late { step } => {
            let row = &plan.steps[step];
            let name = shown(&row.name.value);
            let what =
                format!("it is not shown that the start is reached again where `{name}` may come late");
            let why = "an attempt of it may do again what was taken back".to_owned();
            let help = "take one of the two lines out".to_owned();
            let at = row.extra().comes_late.unwrap_or(row.name.span).into();
            Box::new(CannotAbort { what, help, at, why, promise })
        }
        Bar::Open { statement, window } => {
            let stated = plan.statements.get(statement)?;
            let sentence = shown(&stated.value.sentence(&plan.landscape));
            let window = shown(&plan.landscape.windows[window].name);
            let what = format!("it is not shown that `{sentence}` is kept on the way back to the start");
            let why = format!("`{window}` stays begun, also where what was so before it comes back");
            let help =
                "say without the window what must be so, or take one of the two promises out".to_owned();
            Box::new(CannotAbort { what, help, at: stated.span.into(), why, promise })
        }
    })
}

/// What `explain` says.
pub const EXPLANATION: Explanation = Explanation {
    code: "cannot_abort",
    title: "a plan that promises that it can always abort, and a step that bars the way back",
    text: "\
`promise can always abort` says that from every moment the world of the start can be reached again:
what lies under each alias that the plan says a key for, what each receiver accepts, which flows
run. Every verb but one can be taken back, in reverse, each act once the messages under way have
arrived. `destroy` cannot: a private key lies nowhere else. After the destruction of a key that the
start names there is no way back. After that of another one there may be one, past moments at which
the plan never was, and where nothing is left to destroy; keyroll looks for none and refuses.

A promise such as `never ... while WINDOW open` is refused beside it too, where the plan agrees on
the window. A window that has begun stays so, and what was so before it comes by again. So is a step
that `may come late`: an attempt of it may do again what was taken back.

Wrong:
  step destroy_old by tenant_admin {
    after exchange_key
    destroy old in tenant
  }
  promise can always abort

Right:
  promise can always abort
",
};
