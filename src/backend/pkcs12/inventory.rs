//! Which bags make up which entry.

use std::collections::{HashMap, HashSet};

use super::{
    bag::{Bag, Kind},
    safe::Safe,
};
use crate::{
    backend::keystore::{Entry, EntryKind, KeystoreError},
    name::Alias,
    world::material::{Certificate, Fingerprint},
};

/// The longest chain of issuers that is followed.
const LONGEST_CHAIN: usize = 32;

/// The entries of a store, in its order.
pub(super) struct Inventory {
    pub(super) found: Vec<Found>,
}

/// An entry: numbers of bags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// `None` when its bags have no name, or one that no alias can have. Such an entry is carried
    /// along and cannot be asked for.
    pub(super) alias: Option<Alias>,
    /// The bag of the key, the certificate or the secret.
    pub(super) bag: usize,
    /// The bag of a key's certificate.
    pub(super) certificate: Option<usize>,
    /// The bags of the certificate's issuers, nearest first.
    pub(super) issuers: Vec<usize>,
}

impl Inventory {
    /// Takes stock. A key is paired with its certificate by alias and localKeyID, as Java does it.
    /// Only where these do not single out one certificate is the key decrypted and its public key
    /// compared: keytool's localKeyIDs are times, and collide.
    pub(super) fn of(safe: &Safe, password: &str) -> Self {
        let pairs = pairs(safe, password);
        let mut by_subject: HashMap<Vec<u8>, Vec<usize>> = HashMap::new();
        for (number, bag) in safe.bags.iter().enumerate() {
            let subject = bag.certificate().and_then(|own| own.x509().subject_name().to_der().ok());
            if let Some(subject) = subject {
                by_subject.entry(subject).or_default().push(number);
            }
        }
        let mut found: Vec<Found> = Vec::new();
        for (key, certificate) in pairs {
            let name = |number: usize| safe.bags.get(number).and_then(|bag| bag.name.clone());
            found.push(Found {
                alias: name(key).or_else(|| name(certificate?)).and_then(|name| Alias::new(name).ok()),
                bag: key,
                certificate,
                issuers: certificate.map_or_else(Vec::new, |own| issuers(safe, &by_subject, own)),
            });
        }
        let in_chains: HashSet<Fingerprint> = found
            .iter()
            .flat_map(|found| found.certificate.iter().chain(&found.issuers))
            .filter_map(|number| safe.bags.get(*number)?.certificate().map(Certificate::fingerprint))
            .collect();
        for (number, bag) in safe.bags.iter().enumerate() {
            let is_entry = match &bag.kind {
                Kind::Certificate(own) => bag.is_trusted || !in_chains.contains(&own.fingerprint()),
                Kind::Secret => true,
                _ => false,
            };
            let alias = bag.name.clone().and_then(|name| Alias::new(name).ok());
            if is_entry && alias.is_some() {
                found.push(Found { alias, bag: number, certificate: None, issuers: Vec::new() });
            }
        }
        found.sort_by_key(|found| found.bag);
        Self { found }
    }

    /// The entry that answers to an alias.
    pub(super) fn find(&self, alias: &Alias) -> Result<Option<&Found>, KeystoreError> {
        let mut answering =
            self.found.iter().filter(|found| found.alias.as_ref().is_some_and(|own| own.same_entry(alias)));
        match (answering.next(), answering.next()) {
            (_, Some(_)) => Err(KeystoreError::Ambiguous(alias.clone())),
            (found, None) => Ok(found),
        }
    }

    /// The entries that can be asked for.
    pub(super) fn entries(&self, safe: &Safe) -> Vec<Entry> {
        self.found.iter().filter_map(|found| found.entry(safe)).collect()
    }
}

impl Found {
    /// The entry as others see it; `None` without an alias.
    pub(super) fn entry(&self, safe: &Safe) -> Option<Entry> {
        let bag = safe.bags.get(self.bag)?;
        let kind = match &bag.kind {
            Kind::Certificate(own) => EntryKind::Certificate((**own).clone()),
            Kind::ShroudedKey(_) | Kind::PlainKey => {
                let chain = self.certificate.iter().chain(&self.issuers);
                let chain = chain.filter_map(|number| safe.bags.get(*number)?.certificate().cloned());
                EntryKind::KeyPair { chain: chain.collect() }
            }
            Kind::Secret | Kind::Other => EntryKind::Secret,
        };
        Some(Entry { alias: self.alias.clone()?, kind })
    }
}

/// Each key with its certificate.
fn pairs(safe: &Safe, password: &str) -> Vec<(usize, Option<usize>)> {
    let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
    let mut by_id: HashMap<&[u8], Vec<usize>> = HashMap::new();
    // Java never pairs a key with a certificate that is marked as trusted.
    let leaves =
        safe.bags.iter().enumerate().filter(|(_, bag)| bag.certificate().is_some() && !bag.is_trusted);
    for (number, bag) in leaves {
        if let Some(name) = &bag.name {
            by_name.entry(name.to_lowercase()).or_default().push(number);
        }
        if let Some(id) = &bag.key_id {
            by_id.entry(id).or_default().push(number);
        }
    }
    let mut claims = Vec::new();
    let mut claimed: HashMap<usize, usize> = HashMap::new();
    for (number, key) in safe.bags.iter().enumerate().filter(|(_, bag)| bag.is_key()) {
        let named = key.name.as_ref().and_then(|name| by_name.get(&name.to_lowercase()));
        let linked = key.key_id.as_deref().and_then(|id| by_id.get(id));
        let mut candidates: Vec<(u8, usize)> = named
            .into_iter()
            .chain(linked)
            .flatten()
            .filter_map(|own| Some((closeness(key, safe.bags.get(*own)?), *own)))
            .collect();
        candidates.sort_by_key(|(closeness, own)| (u8::MAX - closeness, *own));
        candidates.dedup();
        let sure = match candidates.as_slice() {
            [(closeness, own)] if *closeness > 1 => Some(*own),
            [(closeness, own), (next, _), ..] if *closeness > 1 && closeness > next => Some(*own),
            _ => None,
        };
        sure.into_iter().for_each(|own| *claimed.entry(own).or_default() += 1);
        claims.push((number, sure, candidates));
    }
    let settle = |(key, sure, candidates): (usize, Option<usize>, Vec<(u8, usize)>)| {
        if candidates.is_empty() || sure.is_some_and(|own| claimed.get(&own) == Some(&1)) {
            return (key, sure);
        }
        let own = safe.private_key(key, password).ok().and_then(|private| {
            let fits = |own: &Certificate| own.public_key().is_ok_and(|public| public.public_eq(&private));
            let numbers = candidates.iter().map(|(_, own)| *own);
            numbers.into_iter().find(|own| safe.bags.get(*own).and_then(Bag::certificate).is_some_and(fits))
        });
        (key, own)
    };
    claims.into_iter().map(settle).collect()
}

/// How much speaks for a certificate to be a key's: from 3 (alias and localKeyID) to 1 (one of them,
/// against the other).
fn closeness(key: &Bag, certificate: &Bag) -> u8 {
    let folded = |bag: &Bag| bag.name.as_ref().map(|name| name.to_lowercase());
    let (name, other_name) = (folded(key), folded(certificate));
    let is_named = name.is_some() && name == other_name;
    let is_linked = key.key_id.is_some() && key.key_id == certificate.key_id;
    let speaks_against = if is_named {
        key.key_id.is_some() && certificate.key_id.is_some()
    } else {
        name.is_some() && other_name.is_some()
    };
    match (is_named && is_linked, speaks_against) {
        (true, _) => 3,
        (false, false) => 2,
        (false, true) => 1,
    }
}

/// The issuers of a certificate among those of the store, by name. Where several have the name, the
/// one whose key fits the signature.
fn issuers(safe: &Safe, by_subject: &HashMap<Vec<u8>, Vec<usize>>, leaf: usize) -> Vec<usize> {
    let mut chain: Vec<usize> = Vec::new();
    let own = |number: usize| safe.bags.get(number).and_then(Bag::certificate);
    let mut last = own(leaf);
    while let Some(certificate) = last.filter(|_| chain.len() < LONGEST_CHAIN) {
        let x509 = certificate.x509();
        let (Ok(subject), Ok(issuer)) = (x509.subject_name().to_der(), x509.issuer_name().to_der()) else {
            break;
        };
        let named = by_subject.get(&issuer).filter(|_| subject != issuer);
        let signed = |number: &&usize| {
            let key = own(**number).and_then(|own| own.public_key().ok());
            key.is_some_and(|key| x509.verify(&key).unwrap_or(false))
        };
        let next = match named.map(Vec::as_slice) {
            Some([only]) => Some(*only),
            Some(several) => several.iter().find(signed).or(several.first()).copied(),
            None => None,
        };
        let Some(next) = next else { break };
        let is_known = |number: &usize| own(*number) == own(next);
        if is_known(&leaf) || chain.iter().any(is_known) {
            break;
        }
        chain.push(next);
        last = own(next);
    }
    chain
}
