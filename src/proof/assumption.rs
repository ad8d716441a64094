//! What a verdict rests on: said in words, beside every verdict.

use crate::{
    check::Checked,
    invariant::course::Course,
    plan::date::in_utc,
    source::shown,
    syntax::spelt,
    world::{effect::Effect, landscape::Transit},
};

use super::late;

/// The assumptions under which a plan is judged, one sentence fragment each.
#[must_use]
pub fn assumptions(checked: &Checked) -> Vec<String> {
    let plan = checked.plan();
    let mut found = Vec::new();
    for flow in plan.landscape.channels.rows() {
        let name = shown(&flow.name);
        found.push(match flow.transit {
            Transit::Immediately => format!("{name} delivers immediately: sent is judged (declared)"),
            Transit::Within(time) if time.is_zero() => {
                format!("a message of {name} arrives at once (declared)")
            }
            Transit::Within(time) => {
                format!("a message of {name} arrives within {}, in any order (declared)", spelt(time))
            }
        });
        found.push(if flow.cache.is_zero() {
            format!("the runtime of {name} looks its key up for each message")
        } else {
            let time = spelt(flow.cache);
            format!("the runtime of {name} keeps a key up to {time} after an exchange, until it is undeployed (declared)")
        });
        if flow.beside.is_some() {
            found.push(format!(
                "a message of {name} carries what lies under both of its aliases, and one key that is accepted is enough (declared)"
            ));
        }
    }
    for receiver in plan.landscape.acceptors.rows() {
        let name = shown(&receiver.name);
        found.push(receiver.capacity.map_or_else(
            || format!("{name} holds any number of keys (nothing is declared)"),
            |most| {
                format!("{name} holds at most {most} {} (declared)", if most == 1 { "key" } else { "keys" })
            },
        ));
    }
    for key in plan.declared.issuers.keys() {
        let issuer = plan.issuer(*key).map(|role| shown(&plan.landscape.roles[role])).unwrap_or_default();
        let key = shown(&plan.landscape.keys[*key]);
        found.push(format!(
            "{issuer} issues the certificate of {key} for its public key, and it is valid (declared)"
        ));
    }
    for fact in plan.landscape.own_facts.rows() {
        let (name, owner) = (shown(&fact.name), shown(&plan.landscape.roles[fact.owner]));
        found.push(format!(
            "{name} is what {owner} says of it; nothing beside this plan sets or clears it (declared)"
        ));
    }
    let effects = || plan.steps.rows().flat_map(|step| step.action.value.effects());
    let gap = |effect: &Effect| match *effect {
        Effect::Exchange { place, .. } => {
            Some(plan.landscape.stores[plan.landscape.places[place].store].has_gap)
        }
        _ => None,
    };
    if effects().any(|effect| gap(&effect) == Some(false)) {
        found.push("an exchange is atomic: no reader sees its alias name nothing".to_owned());
    }
    for store in plan.landscape.stores.rows().filter(|store| store.has_gap) {
        let name = shown(&store.name);
        found.push(format!("in {name} an exchange leaves its alias without a key for a moment (declared)"));
    }
    for window in plan.landscape.windows.rows() {
        let name = shown(&window.name);
        found.push(format!(
            "the window {name} lasts as long as what is done in it, where no durations are declared"
        ));
    }
    for step in plan.steps.rows() {
        if let Some(deadline) = step.extra().not_after {
            let (name, until) = (shown(&step.name.value), in_utc(deadline.at));
            found.push(format!("{name} begins by {until}, or a person lets it begin later (declared)"));
        }
    }
    found.push("a message between roles arrives some day; nothing is assumed of when".to_owned());
    let of_course = [Course::Finishes, Course::CanAbort].into_iter().filter(|c| plan.promised(*c).is_some());
    found
        .extend(of_course.flat_map(|course| taken_for_granted(course).iter().map(|what| (*what).to_owned())));
    if plan.steps.rows().any(|step| step.extra().takes.is_some()) {
        found.push("durations: a step is done within what it takes, once it can begin (declared)".to_owned());
        found.push("durations: a message whose step does not say what it takes takes no time".to_owned());
    }
    found.extend(FAULTS.iter().map(|fault| (*fault).to_owned()));
    found.extend(late::assumptions(checked));
    found
}

/// What a promise of the course of a plan rests on.
const fn taken_for_granted(course: Course) -> &'static [&'static str] {
    match course {
        Course::CanFinish => &[],
        Course::Finishes => &[
            "finishes: a role does some day what it can do as long as it can, and answers yes to what is proposed",
            "finishes: each message arrives some day, and each window that is agreed begins",
        ],
        Course::CanAbort => &[
            "abort: steps are taken back in reverse, each once the messages under way have arrived",
            "abort: an attempt that was given up does not take effect any more once its step was taken back",
            "abort: a window that has begun counts as begun; how long the way back takes is not asked",
        ],
    }
}

/// The faults that every proof allows for, and how far: that none of them brings about a world that is not
/// looked at anyway is said in `docs/proof.md`.
const FAULTS: [&str; 2] = [
    "faults: a step may fail, or crash between its effect and its record, any number of times",
    "faults: a message between roles may be late, doubled, or lost and sent again, any number of times",
];
