//! What a site holds, read so that its like can be made elsewhere. Certificates are read and no
//! private key is; nothing is written.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;

use crate::{
    backend::{bench::Backends, keystore::Entry, observe::observe},
    check::Checked,
    transition::state::State,
    world::{
        id::{AcceptorId, KeyId, StoreId},
        material::Certificate,
    },
};

use super::{
    difference::{Difference, differences},
    error::RunError,
    opening,
    site::Site,
};

/// What stands behind the names of a plan at a site.
#[derive(Debug)]
pub struct Origin {
    /// The site.
    pub site: Site,
    /// The entries of each keystore that can be looked into.
    pub stores: BTreeMap<StoreId, Vec<Entry>>,
    /// The certificates that each receiver accepts that can be looked into, in its order.
    pub accepted: BTreeMap<AcceptorId, Vec<Certificate>>,
    /// The certificates of the keys that are in use.
    pub certificates: BTreeMap<KeyId, Certificate>,
    /// Where the site is not as the plan starts from.
    pub differences: Vec<Difference>,
    /// When it was looked at.
    pub seen: Timestamp,
}

impl Origin {
    /// Looks at a site.
    ///
    /// # Errors
    /// When a backend cannot be read, or the certificate of a key in use is nowhere to be seen.
    pub fn look(
        checked: &Checked,
        site: &Site,
        (folder, backends): (&Path, &Backends),
        now: Timestamp,
    ) -> Result<Self, RunError> {
        let plan = checked.plan();
        let mut state = State::new(checked);
        let mut certificates = BTreeMap::new();
        for (name, pem) in opening::certificates(checked, site, folder, backends)? {
            let Some(key) = plan.key(&name) else { continue };
            if let Ok(certificate) = Certificate::from_pem(pem.as_bytes()) {
                certificates.insert(key, certificate);
            }
            state.certificates.insert(key, pem);
        }
        let material = opening::material(checked, site, &state, now);
        let seen = observe(&plan.landscape, backends, &material, &state.world).map_err(RunError::Observe)?;
        let mut stores = BTreeMap::new();
        for (store, bound) in backends.keystores.iter() {
            if let Some(keystore) = bound.backend() {
                stores.insert(store, keystore.entries().map_err(|e| RunError::Observe(e.into()))?);
            }
        }
        let mut accepted = BTreeMap::new();
        for (receiver, bound) in backends.receivers.iter() {
            if let Some(backend) = bound.backend() {
                accepted.insert(receiver, backend.accepted().map_err(|e| RunError::Observe(e.into()))?);
            }
        }
        let differences = differences(plan, &state, &seen);
        Ok(Self { site: site.clone(), stores, accepted, certificates, differences, seen: now })
    }
}
