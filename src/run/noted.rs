//! What a dry run notes of keys, keystores and dates.

use jiff::Timestamp;

use crate::{
    backend::bench::{Backends, Material},
    check::Checked,
    plan::{Date, Plan, Step},
    source::shown,
    transition::state::{State, Status},
    world::material::{Certificate, KeyType},
};

use super::{bind::created, error::RunError};

/// The dates that have come already: the steps wait for them no more; and the deadlines that have passed.
pub(super) fn past(plan: &Plan, state: &State, now: Timestamp) -> Vec<String> {
    let open = plan.steps.iter().filter(|(step, _)| !state.world.is_done(*step));
    let dated =
        open.filter_map(|(_, row)| Some((row, row.extra().not_before?))).filter(|(_, date)| date.at <= now);
    let told = |(row, date): (&Step, Date)| {
        format!("{}: {} is past already", shown(&row.name.value), date.sentence())
    };
    dated.map(told).chain(passed(plan, state, now)).collect()
}

/// The deadlines that have passed: the steps are not begun any more.
#[must_use]
pub fn passed(plan: &Plan, state: &State, now: Timestamp) -> Vec<String> {
    let open = plan.steps.iter().filter(|(step, _)| {
        matches!(state.steps[*step].status, Status::Open | Status::Failed | Status::Declined)
            && state.steps[*step].begun_late.is_none()
    });
    let dated = open.filter_map(|(_, row)| Some((row, row.extra().not_after?)));
    let told = dated.filter(|(_, deadline)| deadline.has_passed(now)).map(|(row, deadline)| {
        format!("{}: {} has passed already", shown(&row.name.value), deadline.sentence())
    });
    told.collect()
}

/// What is weak in the keystores, or not seen by other tools.
pub(super) fn remarks(plan: &Plan, backends: &Backends) -> Result<Vec<String>, RunError> {
    let mut found = Vec::new();
    for (id, bound) in backends.keystores.ids().zip(backends.keystores.rows()) {
        let Some(keystore) = bound.backend() else { continue };
        let name = shown(&plan.landscape.stores[id].name);
        let remarks = keystore.remarks().map_err(|error| RunError::Observe(error.into()))?;
        found.extend(remarks.into_iter().map(|remark| format!("{name}: {remark}")));
    }
    Ok(found)
}

/// The certificates that are there, and the keys that will be made.
pub(super) fn notes(checked: &Checked, state: &State, material: &Material, now: Timestamp) -> Vec<String> {
    let land = &checked.plan().landscape;
    let mut found = Vec::new();
    for key in state.certificates.keys() {
        let Some(certificate): Option<&Certificate> = material.certificate(*key) else { continue };
        let name = shown(&land.keys[*key]);
        let days = certificate.not_after().duration_since(now).as_hours() / 24;
        if certificate.text().is_some() {
            let (subject, short) = (certificate.subject(), certificate.fingerprint().short());
            found.push(format!("{name}: opaque, {subject}, fingerprint {short}"));
            continue;
        }
        let kind = certificate.key_type().map_or_else(|| "an unknown kind".to_owned(), |k| k.to_string());
        found.push(format!(
            "{name}: {kind}, {}, valid until {} ({days} days), certificate {}",
            certificate.subject(),
            certificate.not_after(),
            certificate.fingerprint().short()
        ));
        if certificate.not_before() > now {
            found.push(format!("{name} is not valid yet: from {} on", certificate.not_before()));
        }
        if certificate.not_after() < now {
            found.push(format!("{name} has expired: a receiver that checks validity rejects it already"));
        }
    }
    for key in created(checked.plan()) {
        if let Some(spec) = material.spec(key) {
            if spec.key_type == KeyType::Opaque {
                found.push(format!("{}: will be opaque, as its command makes it", shown(&land.keys[key])));
                continue;
            }
            let subject: Vec<String> =
                spec.subject.iter().map(|(n, v)| format!("{n}={}", shown(v))).collect();
            found.push(format!(
                "{}: will be {}, {}, {} days",
                shown(&land.keys[key]),
                spec.key_type,
                subject.join(", "),
                spec.days
            ));
        }
    }
    found
}
