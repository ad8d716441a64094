//! A flow that sends nothing, so that a promise about it says nothing.

use std::collections::BTreeSet;

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    explanation::Explanation,
    source::{Finding, shown},
    world::{effect::Effect, id::ChannelId},
};

use super::Subject;

/// The flow never runs.
#[derive(Debug, Diagnostic, Error)]
#[error("`{flow}` never runs in this plan, so nothing that is promised of its messages is put to the test")]
#[diagnostic(
    severity(Advice),
    code(keyroll::flow_never_runs),
    help("write `deployed` if it runs at the start, or let a step do `deploy {flow}`")
)]
struct FlowNeverRuns {
    flow: String,
    #[label("undeployed at the start, and no step deploys it")]
    at: SourceSpan,
}

/// Finds flows that are undeployed at the start and that no step deploys.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let plan = subject.plan;
    let effects = plan.steps.rows().flat_map(|step| step.action.value.effects());
    let started = effects.filter_map(|effect| match effect {
        Effect::Start(flow) => Some(flow),
        _ => None,
    });
    let started: BTreeSet<ChannelId> = started.collect();
    let mut findings: Vec<Finding> = Vec::new();
    for (id, flow) in plan.landscape.channels.iter() {
        if !plan.start.running[id] && !started.contains(&id) {
            let at = plan.declared.flows[id].into();
            findings.push(Box::new(FlowNeverRuns { flow: shown(&flow.name), at }));
        }
    }
    findings
}

/// What `explain` says.
pub const EXPLANATION: Explanation = Explanation {
    code: "flow_never_runs",
    title: "advice: a flow is undeployed from the first moment to the last",
    text: "No message is ever sent through it, so none can be rejected: `never rejected` is then proved, and\n\
           says nothing. That is right for a flow that is out of use; it is a slip everywhere else.",
};
