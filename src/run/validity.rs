//! Whether the certificates in use stay valid for as long as the plan may take.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use crate::{
    backend::bench::Material,
    check::Checked,
    duration::{gate::Gates, rest::rest},
    source::shown,
    syntax::spelt,
    world::{id::KeyId, state::World},
};

/// The certificates that flows sign with now and that end before the plan may be done, if it begins
/// now: one sentence each. Nothing where the plan declares too little to tell.
#[must_use]
pub fn too_short(checked: &Checked, world: &World, material: &Material, now: Timestamp) -> Vec<String> {
    let plan = checked.plan();
    let gates = Gates::of(plan, checked.order());
    let Ok(worst) = rest(&gates, world, plan.steps.ids()) else { return Vec::new() };
    let Ok(takes) = SignedDuration::try_from(worst.time) else { return Vec::new() };
    let mut found = Vec::new();
    let stamps = plan
        .landscape
        .channels
        .rows()
        .flat_map(|channel| channel.aliases().filter_map(|place| world.places[place]));
    for key in stamps.collect::<BTreeSet<KeyId>>() {
        let Some(certificate) = material.certificate(key) else { continue };
        let left = certificate.not_after().duration_since(now);
        // One that has ended is another matter, and is said elsewhere.
        if left.is_negative() || left >= takes {
            continue;
        }
        let short = takes.checked_sub(left).and_then(|short| short.try_into().ok()).unwrap_or_default();
        found.push(format!(
            "{} may end before the plan does: it is valid until {}, and the plan may take {} from now on, {} longer",
            shown(&plan.landscape.keys[key]),
            certificate.not_after(),
            spelt(worst.time),
            spelt(short)
        ));
    }
    found
}
