//! An alias that changes while a flow that is repointed may sign with what lies under it.

use std::collections::{BTreeMap, BTreeSet};

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    explanation::Explanation,
    graph::repointed::{Stretch, repoints, stretches},
    source::{Finding, Span, shown},
    world::{
        id::{PlaceId, StepId},
        landscape::Fact,
    },
};

use super::Subject;

/// What a repointed flow signs with would change under its feet.
#[derive(Debug, Diagnostic, Error)]
#[error("`{step}` may change {alias} while `{flow}` signs with what lies there")]
#[diagnostic(code(keyroll::alias_changed))]
struct AliasChanged {
    step: String,
    alias: String,
    flow: String,
    #[help]
    help: String,
    #[label("changes what lies under the alias")]
    at: SourceSpan,
    #[label("{said}")]
    flow_at: SourceSpan,
    said: String,
}

/// A flow of which nobody knows where it ends.
#[derive(Debug, Diagnostic, Error)]
#[error("`{one}` and `{other}` repoint `{flow}` in either order")]
#[diagnostic(
    code(keyroll::alias_changed),
    help("say which comes first: `after {one}` in `{other}`, or the other way round")
)]
struct InEitherOrder {
    one: String,
    other: String,
    flow: String,
    #[label("either this comes first")]
    one_at: SourceSpan,
    #[label("or this")]
    other_at: SourceSpan,
}

/// An attempt that comes late could repoint a flow again, or change what lies under its alias.
#[derive(Debug, Diagnostic, Error)]
#[error("`{step}` may come late, and change with what `{flow}` signs")]
#[diagnostic(
    code(keyroll::cannot_come_late),
    help("take `may come late` out of `{step}`, or leave `{flow}` under one alias")
)]
struct Late {
    step: String,
    flow: String,
    #[label("an attempt of it may take effect at any later moment")]
    at: SourceSpan,
}

/// Finds steps that change an alias, where a flow that is repointed may sign with what lies there; and steps
/// that repoint one flow in either order.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let (plan, land) = (subject.plan, &subject.plan.landscape);
    let repoints = repoints(plan, subject.order);
    let mut findings: Vec<Finding> = Vec::new();
    if repoints.is_empty() {
        return findings;
    }
    let writers = writers(subject);
    let late: BTreeSet<StepId> = subject.late.moves().iter().copied().collect();
    for (own, steps) in &repoints {
        let Some(flow) = land.places[*own].of else { continue };
        let name = || shown(&land.channels[flow].name);
        let mut found: BTreeSet<StepId> = BTreeSet::new();
        for pair in steps.windows(2) {
            let [(one, _), (next, _)] = pair else { continue };
            if !subject.order.is_before(*one, *next) {
                let (one, other) = (&plan.steps[*one], &plan.steps[*next]);
                findings.push(Box::new(InEitherOrder {
                    one: shown(&one.name.value),
                    other: shown(&other.name.value),
                    flow: name(),
                    one_at: one.action.span.into(),
                    other_at: other.action.span.into(),
                }));
            }
        }
        let mut moves: BTreeSet<StepId> = steps.iter().map(|(step, _)| *step).collect();
        for stretch in stretches(plan, *own, steps) {
            for step in writers.get(&stretch.alias).into_iter().flatten() {
                moves.insert(*step);
                if may_meet(subject, *step, stretch) && found.insert(*step) {
                    let by = stretch.until.or(stretch.from).unwrap_or(*step);
                    findings.push(finding(subject, (*step, stretch.alias), &name(), (by, stretch.until)));
                }
            }
        }
        for step in moves.intersection(&late) {
            let row = &plan.steps[*step];
            let at = row.extra().comes_late.unwrap_or(row.name.span).into();
            findings.push(Box::new(Late { step: shown(&row.name.value), flow: name(), at }));
        }
    }
    findings
}

/// Whether a step may come when a flow signs with what lies there: neither before the flow comes nor after it
/// has left.
fn may_meet(subject: &Subject<'_>, step: StepId, stretch: Stretch) -> bool {
    let before = stretch.from.is_some_and(|from| subject.order.is_before(step, from));
    let after = stretch.until.is_some_and(|until| subject.order.is_before(until, step));
    !before && !after
}

fn finding(
    subject: &Subject<'_>,
    (step, alias): (StepId, PlaceId),
    flow: &str,
    (by, until): (StepId, Option<StepId>),
) -> Finding {
    let (plan, land) = (subject.plan, &subject.plan.landscape);
    let name = |step: StepId| shown(&plan.steps[step].name.value);
    let help = match until {
        Some(until) => {
            format!("let `{}` come after `{}`: then `{flow}` has left it", name(step), name(until))
        }
        None if by == step => format!("let steps repoint `{flow}` to another alias before"),
        None => format!("let `{}` come before `{}`, or the other way round", name(step), name(by)),
    };
    let flow_at: Span = plan.steps[by].action.span;
    Box::new(AliasChanged {
        step: name(step),
        alias: shown(&land.place_name(alias)),
        flow: flow.to_owned(),
        help,
        at: plan.steps[step].action.span.into(),
        said: format!("`{flow}` is repointed here"),
        flow_at: flow_at.into(),
    })
}

/// The steps that change what lies under each alias.
fn writers(subject: &Subject<'_>) -> BTreeMap<PlaceId, BTreeSet<StepId>> {
    let mut writers: BTreeMap<PlaceId, BTreeSet<StepId>> = BTreeMap::new();
    for (step, row) in subject.plan.steps.iter() {
        for effect in row.action.value.effects() {
            let facts = effect.writes().into_iter().map(|(fact, _)| fact).chain(effect.displaces());
            for fact in facts {
                if let Fact::Place(place) = fact {
                    writers.entry(place).or_default().insert(step);
                }
            }
        }
    }
    writers
}

/// What `explain` says.
pub const EXPLANATION: Explanation = Explanation {
    code: "alias_changed",
    title: "an alias changes while a repointed flow signs with it",
    text: "\
A flow that steps repoint signs now with one alias and now with another. While it signs with what
lies under an alias, nothing changes there: no step exchanges, creates or destroys it before the
flow has left. The same where two steps repoint one flow in either order.

Wrong:
  step repoint by tenant_admin {
    after create_key
    repoint orders to tenant[\"orders-2027\"]
  }

  step destroy_old by tenant_admin {
    destroy old in tenant
  }

Right:
  step destroy_old by tenant_admin {
    after repoint
    destroy old in tenant
  }
",
};
