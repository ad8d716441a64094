//! What speaks against letting a run stand still until a moment: a certificate in use would end, or a deadline pass,
//! before the rest of the plan could be done.

use std::{collections::BTreeSet, time::Duration};

use jiff::{SignedDuration, Timestamp};

use crate::{
    backend::bench::Material,
    check::Checked,
    duration::{gate::Gates, rest::rest_at},
    source::shown,
    syntax::spelt,
    transition::{late::deadline, state::State},
    world::{
        id::{KeyId, StepId},
        material::Certificate,
    },
};

use super::time::to_the_second;

/// What would come too late after a pause until then, a sentence each. Where the plan does not say how long its steps
/// take, what is certain counts alone: what ends before the pause does.
#[must_use]
pub fn obstacles(checked: &Checked, state: &State, material: &Material, until: Timestamp) -> Vec<String> {
    let plan = checked.plan();
    let gates = Gates::of(plan, checked.order());
    let ended = |step: StepId| state.steps[step].ended;
    let worst = |ends: &[StepId]| {
        rest_at(&gates, (&state.world, until), &ended, ends.iter().copied()).ok().map(|worst| worst.time)
    };
    let mut found = Vec::new();
    let all: Vec<StepId> = plan.steps.ids().collect();
    let rest = worst(&all);
    for key in in_use(checked, state) {
        let Some(certificate) = material.certificate(key).filter(|own| Certificate::text(own).is_none())
        else {
            continue;
        };
        let (name, ends) = (shown(&plan.landscape.keys[key]), certificate.not_after());
        if ends <= until {
            found.push(format!(
                "the certificate of {name} ends at {}, before the pause does",
                to_the_second(ends)
            ));
        } else if let Some(rest) = rest.filter(|rest| after(until, *rest) > ends) {
            found.push(format!(
                "the certificate of {name} ends at {}, and what is left of the plan may take {} after the pause",
                to_the_second(ends),
                spelt(rest)
            ));
        }
    }
    for step in plan.steps.ids() {
        let Some(last) = deadline(checked, state, step) else { continue };
        let name = shown(&plan.steps[step].name.value);
        let own = plan.steps[step].extra().takes.map_or(Duration::ZERO, |takes| takes.most);
        let before = worst(&[step]).map(|time| time.saturating_sub(own));
        if last.has_passed(until) {
            found.push(format!("`{name}` has to begin by {}, before the pause ends", to_the_second(last.at)));
        } else if let Some(before) = before.filter(|before| last.has_passed(after(until, *before))) {
            found.push(format!(
                "`{name}` has to begin by {}, and what comes before it may take {} after the pause",
                to_the_second(last.at),
                spelt(before)
            ));
        }
    }
    found
}

fn after(moment: Timestamp, time: Duration) -> Timestamp {
    let time = SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX);
    moment.saturating_add(time).unwrap_or(Timestamp::MAX)
}

/// The keys that flows sign with, or that messages under way are signed with.
fn in_use(checked: &Checked, state: &State) -> BTreeSet<KeyId> {
    let land = &checked.plan().landscape;
    let aliases = land.channels.rows().flat_map(|flow| flow.aliases());
    let signed = aliases.filter_map(|place| state.world.places[place]);
    let under_way = land.channels.ids().flat_map(|flow| state.world.under_way[flow].iter());
    signed.chain(under_way.flat_map(|stamp| land.pairs().carried(stamp))).collect()
}
