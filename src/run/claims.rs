//! What a run holds while it is under way: the aliases of its plan, in each keystore of its site.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::Timestamp;

use crate::{
    backend::{
        custody::{Claim, Custody, CustodyError, Hold, Holder},
        file::atomic,
        keystore::KeystoreError,
    },
    name::Alias,
    plan::Plan,
};

use super::site::{KeystoreBinding, Site};

/// How long another that changes a keystore is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// The claims of one run.
#[derive(Clone, Debug)]
pub struct Claims<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The site.
    pub site: &'a Site,
    /// The folder that the site's paths begin at.
    pub folder: &'a Path,
    /// The run.
    pub holder: &'a Holder,
}

impl Claims<'_> {
    /// Claims every keystore of the site, or none. A run that goes on finds its own claims. `alive`
    /// are the runs of the same journal that are not over.
    ///
    /// # Errors
    /// [`Held`](crate::backend::custody::CustodyError::Held) when another journal holds one of the
    /// keystores, or another run one of the aliases.
    pub fn take(&self, alive: &[String], now: Timestamp) -> Result<(), KeystoreError> {
        for (path, aliases) in self.stores() {
            let hold =
                Hold { run: self.holder.run.clone(), plan: self.plan.name.clone(), since: now, aliases };
            let custody = Custody::take(&path, PATIENCE)?;
            custody.claim(&self.holder.journal, hold, alive)?;
        }
        Ok(())
    }

    /// Gives every keystore back. What is not held is no error.
    ///
    /// # Errors
    /// When a claim cannot be read or written; the others are given back all the same.
    pub fn give_back(&self) -> Result<(), KeystoreError> {
        let give = |path: &PathBuf| -> Result<(), KeystoreError> {
            Custody::take(path, PATIENCE)?.give_back(self.holder)?;
            Ok(())
        };
        self.stores().keys().map(give).fold(Ok(()), Result::and)
    }

    /// What runs hold of the keystores of a site, by the real paths of those.
    ///
    /// # Errors
    /// When a claim cannot be read.
    pub fn held(plan: &Plan, site: &Site, folder: &Path) -> Result<Vec<(PathBuf, Claim)>, CustodyError> {
        let nobody = Holder { journal: PathBuf::new(), run: String::new() };
        let stores = Claims { plan, site, folder, holder: &nobody }.stores();
        let read = |store: PathBuf| Ok(Claim::read(&store)?.map(|claim| (store, claim)));
        stores.into_keys().filter_map(|store| read(store).transpose()).collect()
    }

    /// The keystores that are there, by their real paths, with the aliases of the plan.
    fn stores(&self) -> BTreeMap<PathBuf, Vec<Alias>> {
        let mut stores: BTreeMap<PathBuf, Vec<Alias>> = BTreeMap::new();
        for (id, store) in self.plan.landscape.stores.iter() {
            let Some(KeystoreBinding::Pkcs12 { path, .. }) = self.site.keystores.get(&store.name) else {
                continue;
            };
            // The run says itself that a keystore is missing.
            let Ok(target) = atomic::resolve(&self.folder.join(path)) else { continue };
            if !target.exists() {
                continue;
            }
            let places = self.plan.landscape.places.rows().filter(|place| place.store == id);
            stores.entry(target).or_default().extend(places.map(|place| place.alias.clone()));
        }
        stores
    }
}
