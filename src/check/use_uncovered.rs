//! A use of a changed alias of which the plan says nothing more.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    explanation::Explanation,
    plan::other_use::OtherUse,
    source::{Finding, shown},
    world::id::StepId,
};

use super::{
    Subject,
    flow_unpromised::{changed, flows_of},
};

/// Nothing covers the use.
#[derive(Debug, Diagnostic, Error)]
#[error("`{by}` uses `{place}`, which `{step}` changes, and no flow stands for it")]
#[diagnostic(code(keyroll::use_uncovered))]
struct UseUncovered {
    by: String,
    place: String,
    step: String,
    #[help]
    help: String,
    #[label("used by it")]
    at: SourceSpan,
    #[label("changed here")]
    step_at: SourceSpan,
}

/// Finds uses of an alias that a step changes, where neither a flow with that alias stands for the use nor
/// the author leaves it out.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let plan = subject.plan;
    // Most plans have none, and what changes is asked of every step.
    if plan.other_uses.said.is_empty() {
        return Vec::new();
    }
    let changed = changed(plan);
    let open = plan.other_uses.said.iter().filter_map(|one| {
        let step = *changed.get(&one.place)?;
        let uses = &plan.other_uses;
        (!uses.is_covered(&plan.landscape, one) && !uses.is_waived(one)).then_some((one, step))
    });
    open.map(|(one, step)| finding(subject, one, step)).collect()
}

fn finding(subject: &Subject<'_>, one: &OtherUse, step: StepId) -> Finding {
    let (plan, by) = (subject.plan, shown(&one.by));
    let place = shown(&plan.landscape.place_name(one.place));
    let elsewhere = plan.other_uses.stand_ins.iter().find(|stand| stand.by == one.by);
    let how = match (elsewhere, flows_of(plan, one.place).next()) {
        (Some(stand), _) => {
            let flow = shown(&plan.landscape.channels[stand.flow].name);
            format!("`{flow}` stands for it and does not sign with that alias: declare a flow that does")
        }
        (None, Some(flow)) => {
            let flow = shown(&plan.landscape.channels[flow].name);
            format!("add `stands for \"{by}\"` to `{flow}` or to a flow of its own that signs with the alias")
        }
        (None, None) => {
            format!("declare a flow that signs with the alias, with the line `stands for \"{by}\"`")
        }
    };
    let step = &plan.steps[step].name;
    Box::new(UseUncovered {
        help: format!("{how}; or say `waive use \"{by}\" because \"...\"`"),
        by,
        place,
        step: shown(&step.value),
        at: one.span.into(),
        step_at: step.span.into(),
    })
}

/// What `explain` says.
pub const EXPLANATION: Explanation = Explanation {
    code: "use_uncovered",
    title: "a use of a changed alias is neither covered nor waived",
    text: "\
`alias ALIAS is also used by \"...\"` says that something beside the flows of the plan signs with an
alias. Where a step changes what lies there, it changes for that use too. So a flow with this alias
stands for the use and is judged in its place, or the author leaves the use out and says why. The
verdict, the runbook and the evidence then name it first.

Wrong:
  keystore tenant of tenant_admin {
    alias \"orders\" is old
    alias \"orders\" is also used by \"invoice interface\"
  }

Right:
  flow invoices of tenant_admin {
    stands for \"invoice interface\"
    signs xml with tenant[\"orders\"]
    sends to bank
    delivers within 24h
    deployed
  }

Or:
  waive use \"invoice interface\" because \"it is switched off until the spring\"
",
};
