//! Which certificate is a key's.

use std::{borrow::Cow, collections::HashMap, sync::Arc};

use foldhash::quality::RandomState;

use super::{
    bag::{Bag, Kind},
    encrypted_key::shroud,
    flaw::Flaw,
    safe::Safe,
    scheme::MOST_ITERATIONS,
};
use crate::world::material::Certificate;

/// The most iterations of all derivations that telling keys apart may take.
const MOST_IN_ALL: u64 = 10 * MOST_ITERATIONS;

/// The most certificates that may be possible for all keys together.
const MOST_COMPARED: usize = 1_000_000;

/// A key, the certificate that alias and localKeyID single out, and all that they leave possible:
/// how much speaks for it, and its bag.
type Claim = (usize, Option<usize>, Vec<(u8, usize)>);

/// Each key with its certificate.
pub(super) fn pairs(safe: &Safe, password: &str) -> Result<Vec<(usize, Option<usize>)>, Flaw> {
    let mut by_name: HashMap<Cow<'_, str>, Vec<usize>, RandomState> = HashMap::default();
    let mut by_id: HashMap<&[u8], Vec<usize>, RandomState> = HashMap::default();
    // Java never pairs a key with a certificate that is marked as trusted.
    let leaves = safe.bags.iter().enumerate().filter(|(_, bag)| bag.held().is_some() && !bag.is_trusted);
    for (number, bag) in leaves {
        if let Some(name) = bag.folded() {
            by_name.entry(name).or_default().push(number);
        }
        if let Some(id) = &bag.key_id {
            by_id.entry(&**id).or_default().push(number);
        }
    }
    let mut claims: Vec<Claim> = Vec::new();
    let mut claimed: Vec<usize> = vec![0; safe.bags.len()];
    let mut compared = 0_usize;
    for (number, key) in safe.bags.iter().enumerate().filter(|(_, bag)| bag.is_key()) {
        let named = key.folded().and_then(|name| by_name.get(&name));
        let linked = key.key_id.as_deref().and_then(|id| by_id.get(id));
        // One that both single out needs no look at the others of a colliding localKeyID.
        let both =
            named.into_iter().flatten().filter(|own| is_linked(key, safe.bags.get(**own).map(Arc::as_ref)));
        let both: Vec<usize> = both.copied().collect();
        let candidates = match both.as_slice() {
            [own] => vec![(3, *own)],
            _ => ranked(safe, key, named.into_iter().chain(linked).flatten()),
        };
        let sure = match candidates.as_slice() {
            [(closeness, own)] if *closeness > 1 => Some(*own),
            [(closeness, own), (next, _), ..] if *closeness > 1 && closeness > next => Some(*own),
            _ => None,
        };
        sure.and_then(|own| claimed.get_mut(own)).into_iter().for_each(|times| *times += 1);
        compared = compared.saturating_add(candidates.len());
        if compared > MOST_COMPARED {
            return Err(too_many());
        }
        claims.push((number, sure, candidates));
    }
    let is_settled = |(_, sure, candidates): &Claim| {
        candidates.is_empty() || sure.is_some_and(|own| claimed.get(own) == Some(&1))
    };
    bound(safe, claims.iter().filter(|claim| !is_settled(claim)))?;
    let settle = |claim: Claim| {
        if is_settled(&claim) {
            return (claim.0, claim.1);
        }
        let (key, _, candidates) = claim;
        let own = safe.private_key(key, password).ok().and_then(|private| {
            let fits = |own: &Certificate| own.public_key().is_ok_and(|public| public.public_eq(&private));
            let numbers = candidates.iter().map(|(_, own)| *own);
            numbers
                .into_iter()
                .find(|own| safe.bags.get(*own).and_then(|bag| bag.certificate()).is_some_and(fits))
        });
        (key, own)
    };
    Ok(claims.into_iter().map(settle).collect())
}

/// Certificates that may be a key's, the likeliest first.
fn ranked<'a>(safe: &Safe, key: &Bag, numbers: impl Iterator<Item = &'a usize>) -> Vec<(u8, usize)> {
    let mut candidates: Vec<(u8, usize)> =
        numbers.filter_map(|own| Some((closeness(key, safe.bags.get(*own)?), *own))).collect();
    candidates.sort_by_key(|(closeness, own)| (u8::MAX - closeness, *own));
    candidates.dedup();
    candidates
}

/// Refuses a store in which it would take too long to tell keys apart by decrypting them.
fn bound<'a>(safe: &Safe, claims: impl Iterator<Item = &'a Claim>) -> Result<(), Flaw> {
    let mut iterations = 0_u64;
    for (key, ..) in claims {
        if let Some(Kind::ShroudedKey(info)) = safe.bags.get(*key).map(|bag| &bag.kind) {
            iterations += shroud(info).map_or(0, |(scheme, _)| u64::from(scheme.iterations));
        }
    }
    if iterations <= MOST_IN_ALL { Ok(()) } else { Err(too_many()) }
}

fn too_many() -> Flaw {
    let what = "more keys that neither alias nor localKeyID tell apart than can be compared";
    Flaw::Unsupported(what.to_owned())
}

fn is_linked(key: &Bag, certificate: Option<&Bag>) -> bool {
    key.key_id.is_some() && certificate.is_some_and(|certificate| key.key_id == certificate.key_id)
}

/// How much speaks for a certificate to be a key's: from 3 (alias and localKeyID) to 1 (one of them,
/// against the other).
fn closeness(key: &Bag, certificate: &Bag) -> u8 {
    let (name, other_name) = (key.folded(), certificate.folded());
    let is_named = name.is_some() && name == other_name;
    let speaks_against = if is_named {
        key.key_id.is_some() && certificate.key_id.is_some()
    } else {
        name.is_some() && other_name.is_some()
    };
    match (is_named && is_linked(key, Some(certificate)), speaks_against) {
        (true, _) => 3,
        (false, false) => 2,
        (false, true) => 1,
    }
}
