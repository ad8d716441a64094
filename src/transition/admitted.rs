//! Which certificates a run takes in: none that is too weak, unless the plan says why.

use std::collections::BTreeMap;

use crate::{
    backend::key_pair::certificates,
    check::Checked,
    source::shown,
    world::{material::Certificate, weakness::Weakness},
};

use super::why::Why;

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

/// What is weak about some certificates, the first of which is that of a key.
fn chain(pem: &str) -> Vec<Weakness> {
    match certificates::read(pem.as_bytes()) {
        Ok(chain) => Weakness::of_chain(&chain),
        // A text in the place of a certificate, or nothing that could be used.
        Err(_) => Certificate::from_pem(pem.as_bytes()).map(|one| Weakness::of(&one)).unwrap_or_default(),
    }
}
