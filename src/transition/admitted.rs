//! Which certificates a run takes in: none that is too weak, unless the plan says why, and from people none of a key
//! that their step neither makes nor issues.

use std::collections::BTreeMap;

use crate::{
    backend::key_pair::certificates,
    check::Checked,
    source::shown,
    world::{material::Certificate, weakness::Weakness},
};

use super::{event::Event, why::Why};

/// Looks at the certificates that come with an event of a run that is under way, by the names of their keys.
///
/// # Errors
/// When one of them is weak, and is neither in use from the start nor waived.
pub(super) fn admitted(checked: &Checked, certificates: &BTreeMap<String, String>) -> Result<(), Why> {
    let plan = checked.plan();
    for (name, pem) in certificates {
        let Some(weakness) = chain(pem).first().copied() else { continue };
        if plan.key(name).is_none_or(|key| !plan.may_be_weak().contains(&key)) {
            return Err(Why::Weak(weakness.refused(&shown(name))));
        }
    }
    Ok(())
}

/// Looks at whose certificates a person brings with a step: whoever confirms something else says nothing of a key,
/// and a pair that is still to be made has no certificate yet.
///
/// # Errors
/// When one of them is of another key than that whose certificate is there from this step on.
pub(super) fn own_certificate(checked: &Checked, event: &Event) -> Result<(), Why> {
    let Event::Confirmed { step, certificates, .. } = event else { return Ok(()) };
    let plan = checked.plan();
    let own = plan.step(step).and_then(|id| plan.certificate_from(id));
    match certificates.keys().find(|name| own.is_none() || plan.key(name) != own) {
        None => Ok(()),
        Some(other) => Err(Why::NotItsCertificate { step: step.clone(), key: other.clone() }),
    }
}

/// What is weak about some certificates, the first of which is that of a key.
fn chain(pem: &str) -> Vec<Weakness> {
    match certificates::read(pem.as_bytes()) {
        Ok(chain) => Weakness::of_chain(&chain),
        // A text in the place of a certificate, or nothing that could be used.
        Err(_) => Certificate::from_pem(pem.as_bytes()).map(|one| Weakness::of(&one)).unwrap_or_default(),
    }
}
