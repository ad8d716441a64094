//! An old key pair that nothing ever removes.

use std::collections::BTreeSet;

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    explanation::Explanation,
    source::{Finding, shown},
    world::{effect::Effect, id::PlaceId, landscape::Landscape},
};

use super::Subject;

/// The old pair stays.
#[derive(Debug, Diagnostic, Error)]
#[error("the old pair stays under `{backup}`")]
#[diagnostic(
    severity(Advice),
    code(keyroll::old_pair_kept),
    help("that is the way back; once nobody needs it, `destroy {old} in {store}` removes it")
)]
struct OldPairKept {
    backup: String,
    old: String,
    store: String,
    #[label("keeps the old pair")]
    at: SourceSpan,
}

/// Finds exchanges whose old pair no step destroys.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let plan = subject.plan;
    let effects =
        || plan.steps.rows().flat_map(|s| s.action.value.effects().into_iter().map(move |e| (s, e)));
    let removed = effects().filter_map(|(_, effect)| match effect {
        Effect::Remove { place, .. } => Some(place),
        _ => None,
    });
    let removed: BTreeSet<PlaceId> = removed.collect();
    let mut findings: Vec<Finding> = Vec::new();
    for (step, effect) in effects() {
        let Effect::Exchange { place, key, backup, .. } = effect else { continue };
        if removed.contains(&backup) {
            continue;
        }
        let landscape: &Landscape = &plan.landscape;
        let old = plan.start.places[place].or_else(|| plan.predecessors.get(&key).copied());
        findings.push(Box::new(OldPairKept {
            backup: shown(landscape.places[backup].alias.as_str()),
            old: old.map_or_else(|| "...".to_owned(), |old| shown(&landscape.keys[old])),
            store: shown(&landscape.stores[landscape.places[backup].store].name),
            at: step.action.span.into(),
        }));
    }
    findings
}

/// What `explain` says.
pub const EXPLANATION: Explanation = Explanation {
    code: "old_pair_kept",
    title: "advice: the old key pair is kept for ever",
    text: "An exchange keeps the old pair under a backup alias, the kept alias and `-backup`: it is the way\n\
           back. It is still a private key, and a flow that takes its alias from a message could use it. A\n\
           plan that ends without `destroy` says with this advice where the pair lies.",
};
