//! Which keys come in anew: none that is too weak, unless the plan says that it may be.

use crate::{
    source::shown,
    world::{id::KeyId, landscape::Place, material::Certificate, weakness::Weakness},
};

use super::{act_error::ActError, bench::Workbench};

impl Workbench<'_> {
    /// Refuses a key that is to be new and is weak, unless the plan says that it may be.
    pub(super) fn admits(&self, key: KeyId, weakness: Option<Weakness>) -> Result<(), ActError> {
        let refused = weakness.filter(|_| !self.material.may_be_weak(key));
        let name = || shown(&self.landscape.keys[key]);
        refused.map_or(Ok(()), |weakness| Err(ActError::Weak(weakness.refused(&name()))))
    }

    /// The same for a pair that a keystore has made already: it stays where it is, and whoever goes on has to
    /// know that.
    pub(super) fn admits_made(
        &self,
        key: KeyId,
        certificate: &Certificate,
        place: &Place,
    ) -> Result<(), ActError> {
        let refused = self.admits(key, Weakness::of(certificate).first().copied());
        refused.map_err(|error| match error {
            ActError::Weak(why) => {
                let (short, alias) = (certificate.fingerprint().short(), shown(place.alias.as_str()));
                let store = shown(&self.landscape.stores[place.store].name);
                ActError::Weak(format!(
                    "{why}. The pair {short} was made all the same: remove it from `{store}`, where it lies under \
                     the alias `{alias}`, before you run again"
                ))
            }
            other => other,
        })
    }
}
