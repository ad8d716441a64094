//! Reads the backends and says what world they are in.

use crate::world::{
    id::{KeyId, KeySet, OwnFactId},
    landscape::{Fact, Landscape},
    material::Certificate,
    state::World,
};

use super::{
    bench::{ActError, Backends, Material},
    deployer::{FlowState, SignsWith},
    fact_keeper::Told,
};

/// What was seen.
#[derive(Clone, Debug)]
pub struct Observation {
    /// The world as seen; where nobody can look, it is as recorded.
    pub world: World,
    /// Entries at places of the plan that are no key of the plan: the place and what lies there.
    pub foreign: Vec<(Fact, String)>,
    /// How many certificates each receiver holds that the plan does not name.
    pub unnamed: usize,
    /// Facts of the plan's own of which whoever keeps them cannot tell whether they are set.
    pub untold: Vec<OwnFactId>,
}

/// Looks at everything that the plan names. What cannot be looked at (a manual binding, reports,
/// agreements, messages under way) is taken from `recorded`.
///
/// # Errors
/// When a backend cannot be read.
pub fn observe(
    landscape: &Landscape,
    backends: &Backends,
    material: &Material,
    recorded: &World,
) -> Result<Observation, ActError> {
    let mut seen =
        Observation { world: recorded.clone(), foreign: Vec::new(), unnamed: 0, untold: Vec::new() };
    let aliases = landscape.places.iter().filter(|(_, place)| place.of.is_none());
    for (id, place) in aliases {
        let Some(keystore) = backends.keystores[place.store].backend() else { continue };
        let entry = keystore.entry(&place.alias)?;
        let key = entry.as_ref().and_then(|e| e.certificate()).and_then(|c| key_of(material, c));
        if let (Some(entry), None) = (&entry, key) {
            let what = entry.certificate().map_or_else(|| "an entry without a certificate".to_owned(), label);
            seen.foreign.push((Fact::Place(id), what));
        }
        seen.world.places[id] = key;
    }
    for (id, _) in landscape.acceptors.iter() {
        let Some(receiver) = backends.receivers[id].backend() else { continue };
        let certificates = receiver.accepted()?;
        let keys: KeySet = certificates.iter().filter_map(|c| key_of(material, c)).collect();
        seen.unnamed += certificates.iter().filter(|c| key_of(material, c).is_none()).count();
        seen.world.accepted[id] = keys;
    }
    for (id, _) in landscape.channels.iter() {
        if let Some(flow) = backends.flows[id].backend() {
            seen.world.running[id] = flow.state()? == FlowState::Deployed;
        }
    }
    aim(landscape, backends, &mut seen)?;
    for (id, _) in landscape.own_facts.iter() {
        let Some(keeper) = backends.facts[id].backend() else { continue };
        match keeper.is_set()? {
            Told::Is(set) => seen.world.set[id] = set,
            Told::Unknown => seen.untold.push(id),
        }
    }
    Ok(seen)
}

/// With what each flow signs that steps repoint; and that no other one was repointed.
fn aim(landscape: &Landscape, backends: &Backends, seen: &mut Observation) -> Result<(), ActError> {
    for (id, channel) in landscape.channels.iter() {
        let Some(flow) = backends.flows[id].backend() else { continue };
        let declared = &landscape.places[channel.alias];
        let is_repointed = landscape.places[channel.stamps].of.is_some();
        let alias = match if is_repointed { flow.signs_with()? } else { flow.repointed()?.into() } {
            SignsWith::Unknown => continue,
            SignsWith::Declared => declared.alias.clone(),
            SignsWith::Alias(alias) => alias,
        };
        let found = landscape.entry(declared.store, &alias);
        if is_repointed && let Some(place) = found {
            seen.world.places[channel.stamps] = seen.world.places[place];
        } else if found != Some(channel.alias) {
            let what = format!("the key under the alias {alias}");
            seen.foreign.push((Fact::Place(channel.stamps), what));
        }
    }
    Ok(())
}

fn key_of(material: &Material, certificate: &Certificate) -> Option<KeyId> {
    material.key_of(certificate.fingerprint())
}

fn label(certificate: &Certificate) -> String {
    format!("{} ({})", certificate.fingerprint().short(), certificate.subject())
}
