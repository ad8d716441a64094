//! A step that may come late and matter, in a plan of which it cannot be said what comes of that.

use std::collections::BTreeMap;

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    condition::Asks,
    explanation::Explanation,
    plan::Plan,
    source::{Finding, shown},
    world::{
        effect::Effect,
        id::{ChannelId, KeyId, StepId},
        landscape::Fact,
    },
};

use super::Subject;

/// A drain whose end nobody can tell.
#[derive(Debug, Diagnostic, Error)]
#[error(
    "`{step}` may come late and let `{flow}` sign with `{key}` again, while `{waits}` counts the time of its drain"
)]
#[diagnostic(
    code(keyroll::cannot_come_late),
    help("take `may come late` out of `{step}`, or let `{waits}` come before it")
)]
struct Undrained {
    step: String,
    flow: String,
    key: String,
    waits: String,
    #[label("nobody learns of it when it does")]
    at: SourceSpan,
    #[label("waited for by the clock")]
    need: SourceSpan,
}

/// A late change in a keystore whose exchanges are two acts.
#[derive(Debug, Diagnostic, Error)]
#[error("`{step}` may come late in a keystore that exchanges with a gap")]
#[diagnostic(
    code(keyroll::cannot_come_late),
    help("take `may come late` out of `{step}`, or `exchanges with a gap` out of `{store}`")
)]
struct InGap {
    step: String,
    store: String,
    #[label("it may meet an exchange that is half done, or be half done itself")]
    at: SourceSpan,
}

/// So many waits of a flow are held against a step that may come late; where there are more, it counts as
/// one that they must not meet.
const MANY: usize = 1000;

/// Finds steps that may come late and matter, where a role goes by the clock meanwhile, or by the order of
/// the acts of an exchange.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let (plan, land) = (subject.plan, &subject.plan.landscape);
    let mut findings: Vec<Finding> = Vec::new();
    if subject.late.moves().is_empty() {
        return findings;
    }
    let drains = drains(plan);
    for step in subject.late.moves().iter().copied() {
        let row = &plan.steps[step];
        let (name, at) = (shown(&row.name.value), row.extra().comes_late.unwrap_or(row.name.span));
        for effect in row.action.value.effects() {
            let written = effect.writes().into_iter().map(|(fact, _)| fact).chain(effect.displaces());
            let mut stores = written.filter_map(|fact| match fact {
                Fact::Place(place) => Some(&land.stores[land.places[place].store]),
                _ => None,
            });
            if let Some(store) = stores.find(|store| store.has_gap) {
                let store = shown(&store.name);
                findings.push(Box::new(InGap { step: name.clone(), store, at: at.into() }));
            }
            let signing = drains.iter().filter(|((flow, key), _)| signs_again(plan, effect, (*flow, *key)));
            let met = signing.filter_map(|(what, waits)| Some((what, met(subject, step, waits)?)));
            for ((flow, key), (waits, need)) in met {
                let need = plan.steps[waits].needs.get(need).map_or(plan.steps[waits].name.span, |n| n.span);
                findings.push(Box::new(Undrained {
                    step: name.clone(),
                    flow: shown(&land.channels[*flow].name),
                    key: shown(&land.keys[*key]),
                    waits: shown(&plan.steps[waits].name.value),
                    at: at.into(),
                    need: need.into(),
                }));
            }
        }
    }
    findings
}

/// The steps that wait for the drain of each key, in the order of the text, with the need by number.
fn drains(plan: &Plan) -> BTreeMap<(ChannelId, KeyId), Vec<(StepId, usize)>> {
    let mut drains: BTreeMap<(ChannelId, KeyId), Vec<(StepId, usize)>> = BTreeMap::new();
    for (step, row) in plan.steps.iter() {
        for (number, need) in row.needs.iter().enumerate() {
            if let Asks::Drained(flow, key) = need.value.asks() {
                drains.entry((flow, key)).or_default().push((step, number));
            }
        }
    }
    drains
}

/// Whether an effect may let a flow sign with a key that did not.
fn signs_again(plan: &Plan, effect: Effect, (flow, key): (ChannelId, KeyId)) -> bool {
    let channel = &plan.landscape.channels[flow];
    // Beside a second alias, whatever takes another key away may leave this one alone.
    let is_doubled = channel.beside.is_some();
    match effect {
        Effect::Start(other) => other == flow,
        Effect::Repoint { own, key: new, .. } => channel.lists(own) && new == key,
        Effect::Put { place, key: put } => channel.lists(place) && put == key,
        // What an exchange moves to its backup alias, only the world can tell.
        Effect::Exchange { place, staged, key: new, backup } => {
            channel.lists(place) && new == key
                || channel.lists(backup)
                || is_doubled && staged != place && channel.lists(staged)
        }
        Effect::Remove { place, .. } => is_doubled && channel.lists(place),
        _ => false,
    }
}

/// The first of some waits that a late effect of a step may meet.
fn met(subject: &Subject<'_>, step: StepId, waits: &[(StepId, usize)]) -> Option<(StepId, usize)> {
    let meets = |wait: &&(StepId, usize)| wait.0 != step && !subject.order.is_before(wait.0, step);
    waits.iter().take(MANY).find(meets).or_else(|| waits.get(MANY)).copied()
}

/// What `explain` says.
pub const EXPLANATION: Explanation = Explanation {
    code: "cannot_come_late",
    title: "a step that may come late where a role goes by the clock or by the order of two acts",
    text: "\
An attempt that comes late is told to nobody. Whoever waits for `... drained of ...` counts the
time from the step after which the flow signs nothing with the key. Where an attempt that comes late
may let the flow sign with the key again, that time says nothing any more.

An exchange in a keystore that `exchanges with a gap` is two acts. What an attempt that comes late
does between them, or is itself half-way, is not looked at.

Wrong:
  step deploy_again by integration_developer {
    may come late
    deploy orders
  }
  step stop_for_good by integration_developer {
    after deploy_again
    undeploy orders
  }
  step retire_old by receiver_admin {
    after announce_stop
    needs orders drained of old
    retire old at partner
  }

Right:
  step deploy_again by integration_developer {
    deploy orders
  }
",
};
