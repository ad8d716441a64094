//! A wait for what shows in the middle of an exchange that leaves a gap, or a promise of it.

use std::collections::BTreeMap;

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    condition::{Asks, Condition},
    explanation::Explanation,
    source::{Finding, Span, shown},
    world::{
        effect::Effect,
        id::{PlaceId, StepId},
        landscape::{Fact, Value},
    },
};

use super::Subject;

/// A step that may begin while the exchange is half done, because of what is half done.
#[derive(Debug, Diagnostic, Error)]
#[error("`{step}` may begin while `{exchange}` is half done, because of what `{place}` holds then")]
#[diagnostic(
    code(keyroll::gap_observed),
    help("let `{step}` come after `{exchange}`, or take `exchanges with a gap` out")
)]
struct Awaited {
    step: String,
    exchange: String,
    place: String,
    #[label("it waits for this")]
    at: SourceSpan,
    #[label("and this is two acts")]
    exchange_at: SourceSpan,
}

/// A promise whose truth changes half-way.
#[derive(Debug, Diagnostic, Error)]
#[error("this cannot be promised of `{place}`: `{exchange}` changes what it holds half-way through its gap")]
#[diagnostic(
    code(keyroll::gap_observed),
    help("promise something of another alias, or take `exchanges with a gap` out")
)]
struct Promised {
    exchange: String,
    place: String,
    #[label("promised here")]
    at: SourceSpan,
    #[label("and this is two acts")]
    exchange_at: SourceSpan,
}

/// Finds conditions that the middle of an exchange with a gap makes true, or may: of its backup alias, and
/// that its alias or its staging alias is empty. Whatever else the middle changes is asked for in vain there.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let plan = subject.plan;
    let land = &plan.landscape;
    // What shows half-way: any key, or only that there is none.
    let mut shows: BTreeMap<PlaceId, Vec<(StepId, bool)>> = BTreeMap::new();
    for (step, row) in plan.steps.iter() {
        for effect in row.action.value.effects() {
            if let Effect::Exchange { place, staged, backup, .. } = effect
                && land.stores[land.places[place].store].has_gap
            {
                for (shown, any) in [(backup, true), (place, false), (staged, false)] {
                    shows.entry(shown).or_default().push((step, any));
                }
            }
        }
    }
    let mut findings: Vec<Finding> = Vec::new();
    if shows.is_empty() {
        return findings;
    }
    let asked = |condition: &dyn Condition| -> Vec<(PlaceId, Vec<StepId>)> {
        let Asks::Facts(facts) = condition.asks() else { return Vec::new() };
        let places = facts.into_iter().filter_map(|(fact, value)| {
            let Fact::Place(place) = fact else { return None };
            let shown = |(step, any): &(StepId, bool)| (*any || value == Value::Key(None)).then_some(*step);
            Some((place, shows.get(&place)?.iter().filter_map(shown).collect()))
        });
        places.collect()
    };
    let name = |step: StepId| shown(&plan.steps[step].name.value);
    let act = |step: StepId| -> SourceSpan { plan.steps[step].action.span.into() };
    for (step, row) in plan.steps.iter() {
        for need in &row.needs {
            for (place, exchanges) in asked(need.value.as_ref()) {
                let half = |other: &&StepId| **other != step && !subject.order.is_before(**other, step);
                let Some(exchange) = exchanges.iter().find(half) else { continue };
                findings.push(Box::new(Awaited {
                    step: name(step),
                    exchange: name(*exchange),
                    place: shown(&land.place_name(place)),
                    at: need.span.into(),
                    exchange_at: act(*exchange),
                }));
            }
        }
    }
    let mut promised = |condition: &dyn Condition, span: Span| {
        for (place, exchanges) in asked(condition) {
            let Some(exchange) = exchanges.first() else { continue };
            findings.push(Box::new(Promised {
                exchange: name(*exchange),
                place: shown(&land.place_name(place)),
                at: span.into(),
                exchange_at: act(*exchange),
            }));
        }
    };
    for stated in &plan.statements {
        promised(stated.value.what(), stated.span);
        if let Some(during) = stated.value.during() {
            promised(during, stated.span);
        }
    }
    findings
}

/// What `explain` says.
pub const EXPLANATION: Explanation = Explanation {
    code: "gap_observed",
    title: "something asks what an exchange with a gap has done half-way",
    text: "A keystore that `exchanges with a gap` takes the old pair away, to its backup alias, before it puts\n\
           the new one there. A step that waits for the old pair under its backup alias, or for an alias of\n\
           the exchange to be empty, could begin between the two acts, and start a flow whose alias names no\n\
           key then; so it must come `after` the exchange. And a promise of these may be broken between them.",
};
