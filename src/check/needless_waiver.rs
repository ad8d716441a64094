//! A waiver of something that does not happen.

use std::collections::BTreeSet;

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    explanation::Explanation,
    invariant::Hazard,
    plan::{Plan, Waiver},
    source::{Finding, Mend, Span, shown},
    world::landscape::Fact,
};

use super::{Subject, flow_unpromised::changed};

/// It accepts nothing.
#[derive(Debug, Diagnostic, Error)]
#[error("this waives nothing: {why}")]
#[diagnostic(
    severity(Advice),
    code(keyroll::needless_waiver),
    help("take it out: whoever approves the plan would look for what it accepts")
)]
struct NeedlessWaiver {
    why: String,
    #[label("accepts nothing")]
    at: SourceSpan,
}

/// Finds waivers of hazards that no step can bring about, of uses that nothing changes or that a flow stands
/// for, and of keys that are not new.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let plan = subject.plan;
    let mut found: Vec<(String, Span)> = Vec::new();
    if !plan.waivers.is_empty() {
        let changed = changes(plan);
        let idle =
            plan.waivers.iter().filter_map(|waiver| Some((idle(plan, &changed, waiver)?, waiver.span)));
        found.extend(idle);
    }
    if !plan.other_uses.waived.is_empty() {
        found.extend(uses(plan));
    }
    if !plan.declared.kinds.waived.is_empty() {
        let in_use = plan.in_use_from_the_start();
        let old = plan.declared.kinds.waived.iter().filter(|(key, _)| in_use.contains(*key));
        found.extend(old.map(|(key, (_, at))| {
            (
                format!("`{}` is in use from the start, and may be weak", shown(&plan.landscape.keys[*key])),
                *at,
            )
        }));
    }
    found
        .into_iter()
        .map(|(why, at)| -> Finding { Mend::TakeOut.of(Box::new(NeedlessWaiver { why, at: at.into() })) })
        .collect()
}

/// What steps change.
fn changes(plan: &Plan) -> BTreeSet<Fact> {
    let effects = plan.steps.rows().flat_map(|step| step.action.value.effects());
    effects
        .flat_map(|effect| effect.writes().into_iter().map(|(fact, _)| fact).chain(effect.displaces()))
        .collect()
}

/// Why a hazard of a flow does not come, where no step has to do with it and it is not there from the start.
fn idle(plan: &Plan, changed: &BTreeSet<Fact>, waiver: &Waiver) -> Option<String> {
    let (land, start) = (&plan.landscape, &plan.start);
    let flow = &land.channels[waiver.flow];
    let is_still = flow.aliases().all(|place| !changed.contains(&Fact::Place(place)));
    let accepted = &start.accepted[flow.acceptor];
    let is_accepted =
        flow.aliases().filter_map(|place| start.places[place]).any(|key| accepted.contains(key));
    let trusts = |fact: &Fact| matches!(fact, Fact::Accepts(at, _) if *at == flow.acceptor);
    let name = shown(&flow.name);
    match waiver.hazard {
        Hazard::Rejected if is_still && is_accepted && !changed.iter().any(trusts) => Some(format!(
            "no step changes what `{name}` signs with, or what `{}` accepts",
            shown(&land.acceptors[flow.acceptor].name)
        )),
        Hazard::Interrupted
            if is_still && start.running[waiver.flow] && !changed.contains(&Fact::Running(waiver.flow)) =>
        {
            Some(format!("no step stops `{name}`, or changes what it signs with"))
        }
        _ => None,
    }
}

/// The uses that are waived although nothing has to be said of them.
fn uses(plan: &Plan) -> Vec<(String, Span)> {
    let (uses, changed) = (&plan.other_uses, changed(plan));
    let why = |by: &str| {
        let mine = || uses.said.iter().filter(|one| one.by == by);
        mine().next()?;
        if mine().all(|one| uses.is_covered(&plan.landscape, one)) {
            return Some(format!("a flow stands for \"{}\"", shown(by)));
        }
        let is_still = mine().all(|one| !changed.contains_key(&one.place));
        is_still.then(|| format!("no step changes the alias of \"{}\"", shown(by)))
    };
    uses.waived.iter().filter_map(|waived| Some((why(&waived.by)?, waived.span))).collect()
}

/// What `explain` says.
pub const EXPLANATION: Explanation = Explanation {
    code: "needless_waiver",
    title: "advice: a waiver of something that does not happen",
    text: "\
A waiver stands in front of the verdict, and whoever approves the plan weighs it. One that accepts
nothing is left over from an earlier plan, or names another flow than was meant.

A waiver is of a hazard that some step may bring about, of a use whose alias a step changes, or of a
key that is new.
",
};
