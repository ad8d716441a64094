//! An old pair that is destroyed while a receiver may still have to accept it.

use std::collections::{BTreeMap, BTreeSet};

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    explanation::Explanation,
    source::{Finding, shown},
    world::{
        effect::Effect,
        id::{AcceptorId, KeyId, PlaceId, StepId},
    },
};

use super::Subject;

/// There is no backup any more when the trust ends.
#[derive(Debug, Diagnostic, Error)]
#[error("`{retire}` may come when there is no backup of `{key}` any more")]
#[diagnostic(
    severity(Advice),
    code(keyroll::destroyed_early),
    help(
        "let `{destroy}` come after `{retire}`: until `{receiver}` does without the old key, its pair is the way back"
    )
)]
struct DestroyedEarly {
    retire: String,
    destroy: String,
    key: String,
    receiver: String,
    #[label("the backup may be gone by then")]
    at: SourceSpan,
    #[label("the pair is destroyed here")]
    destroyed: SourceSpan,
}

/// Finds receivers that are to do without a key, where the pair that an exchange left at its backup alias may be
/// gone before they do. A keystore for which no pair is made holds what others made: they have it still.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let plan = subject.plan;
    let steps = || plan.steps.iter().map(|(id, step)| (id, &step.action.value));
    // A pair that a receiver makes comes to its keystore as what was handed over of it.
    let made: BTreeSet<KeyId> = steps()
        .filter_map(|(_, action)| {
            let puts =
                |effect: &Effect| matches!(effect, Effect::Put { key, .. } if action.makes() == Some(*key));
            action.makes().filter(|_| action.effects().iter().any(puts))
        })
        .collect();
    let backups: BTreeSet<PlaceId> = steps()
        .flat_map(|(_, action)| action.effects())
        .filter_map(|effect| match effect {
            Effect::Exchange { key, backup, .. } if made.contains(&key) => Some(backup),
            _ => None,
        })
        .collect();
    let mut destroyed: BTreeMap<KeyId, StepId> = BTreeMap::new();
    let mut retired: Vec<(StepId, AcceptorId, KeyId)> = Vec::new();
    for (id, action) in steps() {
        for effect in action.effects() {
            match effect {
                Effect::Remove { place, key } if backups.contains(&place) => {
                    destroyed.entry(key).or_insert(id);
                }
                Effect::Retire { acceptor, key } => retired.push((id, acceptor, key)),
                Effect::Replace { acceptor, old, .. } => retired.push((id, acceptor, old)),
                _ => {}
            }
        }
    }
    let one = |(retire, acceptor, key): (StepId, AcceptorId, KeyId)| -> Option<Finding> {
        let destroy = *destroyed.get(&key)?;
        if subject.order.is_before(retire, destroy) {
            return None;
        }
        let (first, last) = (&plan.steps[destroy], &plan.steps[retire]);
        Some(Box::new(DestroyedEarly {
            retire: shown(&last.name.value),
            destroy: shown(&first.name.value),
            key: shown(&plan.landscape.keys[key]),
            receiver: shown(&plan.landscape.acceptors[acceptor].name),
            at: last.action.span.into(),
            destroyed: first.action.span.into(),
        }))
    };
    retired.into_iter().filter_map(one).collect()
}

/// What `explain` says.
pub const EXPLANATION: Explanation = Explanation {
    code: "destroyed_early",
    title: "advice: a key is retired when its backup may be gone",
    text: "\
An exchange keeps the old pair under a backup alias: with it the renewal can be taken back, as long
as the receiver accepts the old key. A plan that destroys the pair before the receiver does without
the key closes the way back while it could still be taken.

Right:
  step destroy_old by tenant_admin {
    after retired
    destroy old in tenant
  }
",
};
