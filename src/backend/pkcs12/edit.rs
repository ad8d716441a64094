//! A change of a few bags, checked before it leaves.

use std::collections::{BTreeMap, HashSet};

use openssl::pkey::{PKey, Private};
use zeroize::Zeroizing;

use super::{
    bag::{Bag, Kind},
    flaw::Flaw,
    inventory::{Found, Inventory},
    safe::{Part, Safe, shroud},
    scheme::Scheme,
};
use crate::{
    backend::keystore::Entry,
    name::Alias,
    world::material::{Certificate, Fingerprint},
};

/// What becomes of some bags of a store; all others are carried over as they are.
pub(super) struct Edit<'a> {
    safe: &'a Safe,
    inventory: &'a Inventory,
    password: &'a str,
    changed: BTreeMap<usize, Option<Bag>>,
    added: Vec<Bag>,
    parts: Vec<Part>,
    /// What the aliases that are touched name afterwards.
    expected: Vec<(Alias, Option<Fingerprint>)>,
}

impl<'a> Edit<'a> {
    pub(super) fn new(safe: &'a Safe, inventory: &'a Inventory, password: &'a str) -> Self {
        Self {
            safe,
            inventory,
            password,
            changed: BTreeMap::new(),
            added: Vec::new(),
            parts: safe.parts.clone(),
            expected: Vec::new(),
        }
    }

    /// Says what an alias names afterwards.
    pub(super) fn expect(&mut self, alias: &Alias, certificate: Option<Fingerprint>) {
        self.expected.push((alias.clone(), certificate));
    }

    /// Gives both bags of a pair another alias.
    pub(super) fn rename(&mut self, found: &Found, alias: &Alias) -> Result<(), Flaw> {
        for number in self.own_bags(found)? {
            let renamed = self.safe.bags.get(number).map(|bag| bag.renamed(alias)).transpose()?;
            self.changed.insert(number, renamed);
        }
        Ok(())
    }

    /// Drops an entry, and the issuers that no other entry has in its chain.
    pub(super) fn drop(&mut self, found: &Found) -> Result<(), Flaw> {
        let own = |number: &usize| self.safe.bags.get(*number)?.certificate().map(Certificate::fingerprint);
        let others = self.inventory.found.iter().filter(|other| other.bag != found.bag);
        let needed: HashSet<Fingerprint> =
            others.flat_map(|other| other.certificate.iter().chain(&other.issuers)).filter_map(own).collect();
        let unneeded = found.issuers.iter().filter(|number| {
            let is_trusted = self.safe.bags.get(**number).is_none_or(|bag| bag.is_trusted);
            !is_trusted && own(number).is_some_and(|own| !needed.contains(&own))
        });
        let dropped: Vec<usize> = unneeded.copied().chain(self.own_bags(found)?).collect();
        self.changed.extend(dropped.into_iter().map(|number| (number, None)));
        Ok(())
    }

    /// Adds a pair where the store keeps its keys and certificates, in the store's own algorithms.
    pub(super) fn add(
        &mut self,
        alias: &Alias,
        key: &PKey<Private>,
        certificate: &Certificate,
    ) -> Result<(), Flaw> {
        let scheme = self.scheme()?;
        let part_of =
            |wanted: fn(&Bag) -> bool| self.safe.bags.iter().find(|bag| wanted(bag)).map(|b| b.part);
        let for_key = part_of(Bag::is_key).or_else(|| self.parts.iter().position(|p| p.scheme().is_none()));
        let for_certificate = part_of(|bag| bag.certificate().is_some())
            .or_else(|| self.parts.iter().position(|part| part.scheme().is_some()));
        let for_key = for_key.unwrap_or_else(|| self.new_part(None));
        let for_certificate = for_certificate.unwrap_or_else(|| self.new_part(Some(scheme.clone())));
        let plain = key.private_key_to_pkcs8().map_err(Flaw::crypto("cannot write the private key"))?;
        let plain = Zeroizing::new(plain);
        self.added.push(Bag::of_key(&plain, certificate, alias, for_key, (&scheme, self.password))?);
        self.added.push(Bag::of_certificate(certificate, alias, for_certificate)?);
        Ok(())
    }

    /// Writes the changed store, reads it again, and checks that it is what was meant.
    pub(super) fn write(mut self) -> Result<Vec<u8>, Flaw> {
        if self.inventory.entries(self.safe).is_empty() && !self.safe.bags.is_empty() {
            let what = "only entries that no alias reaches";
            return Err(Flaw::Unsupported(what.to_owned()));
        }
        let changed = self.changed.keys().filter_map(|number| Some(self.safe.bags.get(*number)?.part));
        let touched: HashSet<usize> = changed.chain(self.added.iter().map(|bag| bag.part)).collect();
        for (number, part) in self.parts.iter_mut().enumerate() {
            part.is_changed = touched.contains(&number);
        }
        let old = self.safe.bags.iter().enumerate();
        let mut bags: Vec<Bag> = old
            .filter_map(|(number, bag)| match self.changed.get(&number) {
                None => Some(bag.clone()),
                Some(becomes) => becomes.clone(),
            })
            .chain(std::mem::take(&mut self.added))
            .collect();
        bags.sort_by_key(|bag| bag.part);
        let edited = Safe { parts: std::mem::take(&mut self.parts), bags, mac: self.safe.mac.clone() };
        let bytes = edited.write(self.password)?;
        self.check(&edited, &Safe::read(&bytes, self.password)?)?;
        Ok(bytes)
    }

    fn check(&self, edited: &Safe, written: &Safe) -> Result<(), Flaw> {
        let failed = |cause: &str| Flaw::Crypto {
            doing: "the changed store did not pass its check and was not written",
            cause: cause.to_owned(),
        };
        if !edited.bags.iter().map(|bag| &bag.raw).eq(written.bags.iter().map(|bag| &bag.raw)) {
            return Err(failed("a bag is not as it should be"));
        }
        let inventory = Inventory::of(written, self.password);
        let untouched =
            |entry: &Entry| !self.expected.iter().any(|(alias, _)| alias.same_entry(&entry.alias));
        let others = |entries: Vec<Entry>| entries.into_iter().filter(untouched).collect::<Vec<_>>();
        if others(self.inventory.entries(self.safe)) != others(inventory.entries(written)) {
            return Err(failed("another entry would change"));
        }
        for (alias, expected) in &self.expected {
            let found = inventory.find(alias).map_err(|error| failed(&error.to_string()))?;
            let entry = found.and_then(|found| found.entry(written));
            if entry.and_then(|entry| Some(entry.certificate()?.fingerprint())) != *expected {
                return Err(failed("an alias would name something else"));
            }
        }
        Ok(())
    }

    /// The bags of an entry alone: those of a pair, or the one of a certificate.
    fn own_bags(&self, found: &Found) -> Result<Vec<usize>, Flaw> {
        let is_shared = found.certificate.is_some_and(|own| {
            self.inventory.found.iter().any(|other| {
                other.bag != found.bag && (other.certificate == Some(own) || other.issuers.contains(&own))
            })
        });
        if is_shared {
            return Err(Flaw::Unsupported("one certificate for several keys".to_owned()));
        }
        Ok(std::iter::once(found.bag).chain(found.certificate).collect())
    }

    /// How new keys are encrypted: as the store's keys are, else as its certificates are.
    fn scheme(&self) -> Result<Scheme, Flaw> {
        let mut refused = None;
        for bag in &self.safe.bags {
            if let Kind::ShroudedKey(info) = &bag.kind {
                match shroud(info) {
                    Ok((scheme, _)) => return Ok(scheme),
                    Err(flaw) => refused = refused.or(Some(flaw)),
                }
            }
        }
        match (refused, self.parts.iter().find_map(Part::scheme)) {
            (Some(flaw), _) => Err(flaw),
            (None, Some(scheme)) => Ok(scheme.clone()),
            (None, None) => Scheme::usual(),
        }
    }

    fn new_part(&mut self, scheme: Option<Scheme>) -> usize {
        self.parts.push(Part::new(scheme));
        self.parts.len() - 1
    }
}
