//! A fact of the plan's own that steps change, and that nothing asks for.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    explanation::Explanation,
    source::{Finding, shown},
};

use super::{
    Subject,
    fact_unchanged::{asked, changed},
};

/// Nothing asks for it.
#[derive(Debug, Diagnostic, Error)]
#[error("nothing asks for `{fact}`: no step waits for it, no promise and no end speaks of it")]
#[diagnostic(
    severity(Advice),
    code(keyroll::fact_unasked),
    help("say where it is needed, as in `needs {fact} set`, or take it out")
)]
struct FactUnasked {
    fact: String,
    #[label("changed, and not asked for")]
    at: SourceSpan,
}

/// Finds facts that some step sets or clears, and that no need, no promise and no end asks for.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let plan = subject.plan;
    let (asked, changed) = (asked(plan), changed(plan));
    let unasked =
        plan.landscape.own_facts.iter().filter(|(id, _)| changed.contains(id) && !asked.contains(id));
    let finding = unasked.map(|(id, row)| -> Finding {
        Box::new(FactUnasked { fact: shown(&row.name), at: plan.declared.facts[id].into() })
    });
    finding.collect()
}

/// What `explain` says.
pub const EXPLANATION: Explanation = Explanation {
    code: "fact_unasked",
    title: "advice: a fact that steps change, and that nothing asks for",
    text: "\
An approval for which no step waits stops nothing: the plan goes on without it. Mostly a line is
missing.

Wrong:
  step approve by board {
    set change
  }
  step exchange_key by tenant_admin {
    exchange tenant[$alias] for new
  }

Right:
  step exchange_key by tenant_admin {
    after approved
    needs change set
    exchange tenant[$alias] for new
  }
",
};
