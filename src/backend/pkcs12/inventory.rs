//! Which bags make up which entry.

use std::{
    cell::LazyCell,
    collections::{HashMap, HashSet},
};

use fixedbitset::FixedBitSet;
use foldhash::quality::RandomState;
use openssl::pkey::{PKeyRef, Public};

use super::{bag::Kind, flaw::Flaw, held::Held, pairing::pairs, safe::Safe};
use crate::{
    backend::{
        key_pair::chain::LONGEST_CHAIN,
        keystore::{Entry, EntryKind, KeystoreError},
    },
    name::Alias,
};

/// What verifying signatures may cost, to tell issuers of one name apart: so many with RSA of 2,048
/// bits and a usual exponent. Beyond, the first is taken, as Java takes it.
const MOST_VERIFIED: u64 = 50_000;

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
    pub(super) fn of(safe: &Safe, password: &str) -> Result<Self, Flaw> {
        let pairs = pairs(safe, password)?;
        // Long to prepare, and of no use where every certificate is its own issuer.
        let by_subject: LazyCell<Subjects<'_>, _> = LazyCell::new(|| by_subject(safe));
        let mut found: Vec<Found> = Vec::new();
        let mut verified = MOST_VERIFIED;
        for (key, certificate) in pairs {
            let name = |number: usize| safe.bags.get(number).and_then(|bag| bag.name.clone());
            found.push(Found {
                alias: name(key).or_else(|| name(certificate?)).and_then(|name| Alias::new(name).ok()),
                bag: key,
                certificate,
                issuers: certificate
                    .map_or_else(Vec::new, |own| issuers(safe, || &by_subject, own, &mut verified)),
            });
        }
        let numbers = |found: &'_ Found| found.certificate.into_iter().chain(found.issuers.clone());
        let mut bags_of_pairs = FixedBitSet::with_capacity(safe.bags.len());
        found.iter().flat_map(numbers).for_each(|number| bags_of_pairs.insert(number));
        // Whether another bag holds a certificate of a pair too: seldom asked, and long to prepare.
        let mut in_chains: Option<HashSet<&[u8], RandomState>> = None;
        let mut alone = Vec::new();
        for (number, bag) in safe.bags.iter().enumerate() {
            let is_entry = match &bag.kind {
                Kind::Certificate(_) if bag.is_trusted => true,
                Kind::Certificate(_) if bags_of_pairs.contains(number) || bag.name.is_none() => false,
                Kind::Certificate(own) => !in_chains
                    .get_or_insert_with(|| found.iter().flat_map(|found| found.chain(safe)).collect())
                    .contains(own.der()),
                Kind::Secret => true,
                _ => false,
            };
            let name = bag.name.clone().filter(|_| is_entry);
            let alias = name.and_then(|name| Alias::new(name).ok());
            if alias.is_some() {
                alone.push(Found { alias, bag: number, certificate: None, issuers: Vec::new() });
            }
        }
        found.append(&mut alone);
        found.sort_by_key(|found| found.bag);
        Ok(Self { found })
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
    /// The entry as others see it; `None` without an alias, and for a certificate that OpenSSL
    /// cannot read.
    pub(super) fn entry(&self, safe: &Safe) -> Option<Entry> {
        let bag = safe.bags.get(self.bag)?;
        let kind = match &bag.kind {
            Kind::Certificate(own) => EntryKind::Certificate(own.certificate()?.clone()),
            Kind::ShroudedKey(_) | Kind::PlainKey => {
                let chain = self.certificate.iter().chain(&self.issuers);
                let chain = chain.map_while(|number| safe.bags.get(*number)?.certificate().cloned());
                EntryKind::KeyPair { chain: chain.collect() }
            }
            Kind::Secret | Kind::Other => EntryKind::Secret,
        };
        Some(Entry { alias: self.alias.clone()?, kind })
    }

    /// The certificates of a pair as DER, its own first.
    pub(super) fn chain<'a>(&'a self, safe: &'a Safe) -> impl Iterator<Item = &'a [u8]> {
        self.certificates(safe).map(Held::der)
    }

    /// The certificates of a pair, its own first.
    pub(super) fn certificates<'a>(&'a self, safe: &'a Safe) -> impl Iterator<Item = &'a Held> {
        let numbers = self.certificate.iter().chain(&self.issuers);
        numbers.filter_map(|number| safe.bags.get(*number)?.held())
    }
}

/// The bags of certificates by the subject's name as DER.
type Subjects<'a> = HashMap<&'a [u8], Vec<usize>, RandomState>;

fn by_subject(safe: &Safe) -> Subjects<'_> {
    let mut found = Subjects::default();
    for (number, bag) in safe.bags.iter().enumerate() {
        if let Some(own) = bag.held() {
            found.entry(own.subject()).or_default().push(number);
        }
    }
    found
}

/// The issuers of a certificate among those of the store, by name. Where several have the name, the
/// one whose key fits the signature.
fn issuers<'a>(
    safe: &Safe,
    by_subject: impl Fn() -> &'a Subjects<'a>,
    leaf: usize,
    verified: &mut u64,
) -> Vec<usize> {
    let mut chain: Vec<usize> = Vec::new();
    let held = |number: usize| safe.bags.get(number)?.held();
    let own = |number: usize| safe.bags.get(number)?.certificate();
    let mut last = leaf;
    while let Some(certificate) = held(last).filter(|_| chain.len() < LONGEST_CHAIN) {
        if certificate.subject() == certificate.issuer() {
            break;
        }
        let named = by_subject().get(certificate.issuer());
        let mut signed = |number: &&usize| {
            if *verified == 0 {
                return false;
            }
            let key = own(**number).and_then(|own| own.public_key().ok());
            *verified = verified.saturating_sub(key.as_ref().map_or(1, |key| cost(key)));
            let issued = own(last);
            key.zip(issued.and_then(|own| own.x509()))
                .is_some_and(|(key, x509)| x509.verify(&key).unwrap_or(false))
        };
        let next = match named.map(Vec::as_slice) {
            Some([only]) => Some(*only),
            Some(several) => several.iter().find(&mut signed).or(several.first()).copied(),
            None => None,
        };
        let Some(next) = next else { break };
        let der = |number: usize| held(number).map(Held::der);
        let is_known = |number: &usize| der(*number) == der(next);
        if is_known(&leaf) || chain.iter().any(is_known) {
            break;
        }
        chain.push(next);
        last = next;
    }
    chain
}

/// What one verification costs, in those with RSA of 2,048 bits and the exponent 65537. Whoever makes
/// a store may choose keys that take three hundred times as long.
fn cost(key: &PKeyRef<Public>) -> u64 {
    match key.rsa() {
        Ok(rsa) => {
            let (size, exponent) = (u64::from(rsa.size()).div_ceil(256), rsa.e().num_bits());
            size * size * u64::try_from(exponent).unwrap_or(u64::MAX).div_ceil(17)
        }
        // By `openssl speed`: P-384 takes forty times as long, P-521 thirty, P-256 and Ed25519 less.
        Err(_) => 40,
    }
}

#[cfg(test)]
mod tests {
    use openssl::{bn::BigNum, pkey::PKey, rsa::Rsa};

    use super::*;
    use crate::backend::key_pair::sample::pair;

    #[test]
    fn a_key_that_takes_long_costs_more() {
        let rsa = |bits: i32, exponent: i32| {
            let [mut modulus, mut power] = [bits, exponent].map(|_| BigNum::new().unwrap());
            modulus.set_bit(bits - 1).unwrap();
            power.set_bit(exponent - 1).unwrap();
            cost(&PKey::from_rsa(Rsa::from_public_components(modulus, power).unwrap()).unwrap())
        };
        assert_eq!((rsa(2048, 17), rsa(4096, 17), rsa(3072, 3072)), (1, 4, 4 * 181));
        assert_eq!(cost(&pair("curve").1.public_key().unwrap()), 40);
    }
}
