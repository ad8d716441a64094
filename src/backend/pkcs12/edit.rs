//! A change of a few bags, checked before it leaves.

use std::{
    collections::{BTreeMap, HashSet},
    io,
    sync::Arc,
    thread,
};

use foldhash::quality::RandomState;
use openssl::pkey::{PKeyRef, Private};
use zeroize::Zeroizing;

use super::{
    bag::{Bag, Kind},
    encrypted_key::shroud,
    flaw::Flaw,
    held::Held,
    inventory::{Found, Inventory},
    octets::Octets,
    part::Part,
    safe::{LARGE, Safe},
    scheme::Scheme,
    store::{Content, Written},
};
use crate::{
    backend::file::atomic::Draft,
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
    /// What the aliases that are touched name afterwards: the beginning of a chain, or nothing.
    expected: Vec<(Alias, Vec<Fingerprint>)>,
    /// Certificates that came in, which may make the chains of other pairs longer.
    came: Vec<Fingerprint>,
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
            came: Vec::new(),
        }
    }

    /// Says what an alias names afterwards.
    pub(super) fn expect(&mut self, alias: &Alias, certificate: Option<Fingerprint>) {
        self.expected.push((alias.clone(), certificate.into_iter().collect()));
    }

    /// Says with which chain an alias names a pair afterwards.
    pub(super) fn expect_chain(&mut self, alias: &Alias, chain: &[Certificate]) {
        self.expected.push((alias.clone(), chain.iter().map(Certificate::fingerprint).collect()));
    }

    /// Gives all bags of an entry another alias.
    pub(super) fn rename(&mut self, found: &Found, alias: &Alias) -> Result<(), Flaw> {
        for number in self.own_bags(found)? {
            let renamed = self.safe.bags.get(number).map(|bag| bag.renamed(alias)).transpose()?;
            self.changed.insert(number, renamed);
        }
        Ok(())
    }

    /// Drops an entry, and the issuers that no other entry has in its chain. A certificate that
    /// others have in theirs stays, without its name.
    pub(super) fn drop(&mut self, found: &Found) -> Result<(), Flaw> {
        self.drop_issuers(found, &[]);
        let needed = self.needed_by_others(found);
        for number in self.own_bags(found)? {
            let held = self.safe.bags.get(number).and_then(|bag| Some((bag, bag.held()?)));
            let is_last = |der: &[u8]| {
                let copies = self.safe.bags.iter().enumerate().filter(|(_, bag)| bag.is_held(der));
                !copies.into_iter().any(|(other, _)| other != number && !self.changed.contains_key(&other))
            };
            let kept = held.filter(|(_, held)| needed.contains(held.der()) && is_last(held.der()));
            let nameless = kept.map(|(bag, _)| bag.nameless()).transpose()?;
            self.changed.insert(number, nameless);
        }
        Ok(())
    }

    /// Adds a pair where the store keeps its keys and certificates, in the store's own algorithms.
    pub(super) fn add(
        &mut self,
        alias: &Alias,
        key: &PKeyRef<Private>,
        chain: &[Certificate],
    ) -> Result<(), Flaw> {
        let Some((own, issuers)) = chain.split_first() else { return Ok(()) };
        let scheme = self.scheme()?;
        let for_key = self.part_of(Bag::is_key);
        let for_key = for_key.or_else(|| self.parts.iter().position(|part| part.scheme().is_none()));
        let for_key = for_key.unwrap_or_else(|| self.new_part(None));
        let for_certificate = self.part_for_certificates(&scheme);
        let plain = key.private_key_to_pkcs8().map_err(Flaw::crypto("cannot write the private key"))?;
        let plain = Zeroizing::new(plain);
        let sealed = (&scheme, self.safe.password(self.password));
        self.added.push(Bag::of_key(&plain, own, alias, for_key, sealed)?);
        self.added.push(Bag::of_certificate(own, alias, for_certificate)?);
        self.add_issuers(issuers, for_certificate)
    }

    /// Adds a certificate to trust.
    pub(super) fn add_trusted(&mut self, alias: &Alias, own: &Certificate) -> Result<(), Flaw> {
        let scheme = self.scheme()?;
        let part = self.part_for_certificates(&scheme);
        self.came.push(own.fingerprint());
        self.added.push(Bag::of_trusted(own, alias, part)?);
        Ok(())
    }

    /// Replaces the certificate of a pair and its issuers. The bag of the key stays as it is.
    pub(super) fn answer(&mut self, found: &Found, chain: &[Certificate]) -> Result<(), Flaw> {
        let bag = found.certificate.and_then(|number| Some((number, self.safe.bags.get(number)?)));
        let (Some((number, bag)), Some((own, issuers))) = (bag, chain.split_first()) else { return Ok(()) };
        self.own_bags(found)?;
        self.drop_issuers(found, chain);
        self.changed.insert(number, Some(bag.with_certificate(own)?));
        let needed = self.needed_by_others(found);
        let old = bag.certificate().filter(|old| needed.contains(old.der()));
        self.add_issuers(old.map(std::slice::from_ref).unwrap_or_default(), bag.part)?;
        self.add_issuers(issuers, bag.part)
    }

    fn add_issuers(&mut self, issuers: &[Certificate], part: usize) -> Result<(), Flaw> {
        for issuer in issuers {
            let is_there = |(number, bag): (usize, &Arc<Bag>)| {
                !self.changed.contains_key(&number) && bag.is_held(issuer.der())
            };
            if !self.safe.bags.iter().enumerate().any(is_there) {
                self.came.push(issuer.fingerprint());
                self.added.push(Bag::of_issuer(issuer, part)?);
            }
        }
        Ok(())
    }

    /// Drops the issuers of a pair, each with all its copies, but not those that another entry or
    /// the new chain has.
    fn drop_issuers(&mut self, found: &Found, kept: &[Certificate]) {
        if found.issuers.is_empty() {
            return;
        }
        let needed = self.needed_by_others(found);
        let issuers = found.issuers.iter().filter_map(|number| self.safe.bags.get(*number)?.held());
        let unneeded: HashSet<&[u8], RandomState> = issuers
            .map(Held::der)
            .filter(|der| !needed.contains(der) && !kept.iter().any(|kept| kept.der() == *der))
            .collect();
        for (number, bag) in self.safe.bags.iter().enumerate().filter(|_| !unneeded.is_empty()) {
            if !bag.is_trusted && bag.held().is_some_and(|own| unneeded.contains(own.der())) {
                self.changed.insert(number, None);
            }
        }
    }

    fn needed_by_others(&self, found: &Found) -> HashSet<&'a [u8], RandomState> {
        let others = self.inventory.found.iter().filter(|other| other.bag != found.bag);
        others.flat_map(|other| other.chain(self.safe)).collect()
    }

    /// Writes the changed store, reads it again, and checks that it is what was meant. `begin` puts
    /// its bytes beside the file; in a large store that happens meanwhile.
    pub(super) fn write(
        mut self,
        begin: impl Fn(&[u8]) -> io::Result<Draft> + Sync,
    ) -> Result<Written, Flaw> {
        if self.inventory.found.iter().all(|found| found.alias.is_none()) && !self.safe.bags.is_empty() {
            let what = "only entries that no alias reaches";
            return Err(Flaw::Unsupported(what.to_owned()));
        }
        let changed = self.changed.keys().filter_map(|number| Some(self.safe.bags.get(*number)?.part));
        let touched: HashSet<usize> = changed.chain(self.added.iter().map(|bag| bag.part)).collect();
        for (number, part) in self.parts.iter_mut().enumerate() {
            part.is_changed = touched.contains(&number);
        }
        let old = self.safe.bags.iter().enumerate();
        let mut bags: Vec<Arc<Bag>> = old
            .filter_map(|(number, bag)| match self.changed.get(&number) {
                None => Some(Arc::clone(bag)),
                Some(becomes) => becomes.clone().map(Arc::new),
            })
            .chain(std::mem::take(&mut self.added).into_iter().map(Arc::new))
            .collect();
        bags.sort_by_key(|bag| bag.part);
        let (mac, is_without_password) = (self.safe.mac.clone(), self.safe.is_without_password);
        let edited = Safe { parts: std::mem::take(&mut self.parts), bags, mac, is_without_password };
        let bytes = edited.write(self.password)?;
        // What is read again must be what was composed; so what it amounts to can be found meanwhile.
        let take_stock = || Inventory::of(&edited, self.password);
        let begin = || begin(&bytes);
        let settled = || begin().and_then(|draft| draft.settle().map(|()| draft));
        let (safe, inventory, draft) = thread::scope(|scope| {
            let is_large = bytes.len() >= LARGE;
            let stock =
                is_large.then(|| thread::Builder::new().spawn_scoped(scope, take_stock).ok()).flatten();
            let draft = is_large.then(|| thread::Builder::new().spawn_scoped(scope, settled).ok()).flatten();
            let safe = Safe::read_again(&bytes, self.password, &edited.bags);
            let inventory = stock.and_then(|stock| stock.join().ok()).unwrap_or_else(take_stock);
            (safe, inventory, draft.and_then(|draft| draft.join().ok()))
        });
        let safe = safe?;
        let inventory = self.check(&edited, &safe, inventory?)?;
        let draft = draft.unwrap_or_else(begin);
        Ok(Written { draft, bytes, content: Content { safe, inventory } })
    }

    /// Holds what was read again, and what it amounts to, against what was composed and what was
    /// there before.
    fn check(&self, edited: &Safe, written: &Safe, inventory: Inventory) -> Result<Inventory, Flaw> {
        let failed = |cause: &str| Flaw::Crypto {
            doing: "the changed store did not pass its check and was not written",
            cause: cause.to_owned(),
        };
        let written_bags = written.bags.iter().map(|bag| (bag.part, &bag.raw));
        if !edited.bags.iter().map(|bag| (bag.part, &bag.raw)).eq(written_bags) {
            return Err(failed("a bag is not as it should be"));
        }
        let is_other = |found: &&Found| {
            let is_touched =
                |(alias, _): &(Alias, _)| found.alias.as_ref().is_some_and(|own| own.same_entry(alias));
            found.alias.is_some() && !self.expected.iter().any(is_touched)
        };
        let before = self.inventory.found.iter().filter(is_other);
        let mut after = inventory.found.iter().filter(is_other);
        for old in before {
            if !after.next().is_some_and(|new| self.is_same((old, self.safe), (new, written))) {
                return Err(failed("another entry would change"));
            }
        }
        if after.next().is_some() {
            return Err(failed("an entry would appear"));
        }
        for (alias, expected) in &self.expected {
            let found = inventory.find(alias).map_err(|error| failed(&error.to_string()))?;
            let chain = found.map(|found| {
                let own = written.bags.get(found.bag).and_then(|bag| bag.held()).map(Held::der);
                own.into_iter().chain(found.chain(written)).map(Fingerprint::of).collect::<Vec<_>>()
            });
            let is_meant = match (&chain, expected.is_empty()) {
                (None, is_empty) => is_empty,
                (Some(chain), false) => chain.starts_with(expected),
                (Some(_), true) => false,
            };
            if !is_meant {
                return Err(failed("an alias would name something else"));
            }
        }
        Ok(inventory)
    }

    /// Whether an entry has the same alias, the same bags and the same chain, which may have become
    /// longer by certificates that came in.
    fn is_same(&self, (old, before): (&Found, &Safe), (new, after): (&Found, &Safe)) -> bool {
        let mut chain = new.certificates(after);
        let is_kept = old.certificates(before).all(|own| chain.next().is_some_and(|new| own.is_equal(new)));
        let came = chain.all(|own| self.came.contains(&Fingerprint::of(own.der())));
        old.alias == new.alias && own_bytes(old, before) == own_bytes(new, after) && is_kept && came
    }

    /// The bags of an entry alone: those of a pair, or the one of a certificate.
    fn own_bags(&self, found: &Found) -> Result<Vec<usize>, Flaw> {
        let is_shared = found.certificate.is_some_and(|own| {
            self.inventory.found.iter().any(|other| other.bag != found.bag && other.certificate == Some(own))
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

    fn part_of(&self, wanted: fn(&Bag) -> bool) -> Option<usize> {
        self.safe.bags.iter().find(|bag| wanted(bag)).map(|bag| bag.part)
    }

    fn part_for_certificates(&mut self, scheme: &Scheme) -> usize {
        let known = self.part_of(|bag| bag.held().is_some());
        let known = known.or_else(|| self.parts.iter().position(|part| part.scheme().is_some()));
        known.unwrap_or_else(|| self.new_part(Some(scheme.clone())))
    }

    fn new_part(&mut self, scheme: Option<Scheme>) -> usize {
        self.parts.push(Part::new(scheme));
        self.parts.len() - 1
    }
}

/// The bags of an entry as they lie there.
fn own_bytes<'a>(found: &Found, safe: &'a Safe) -> [Option<&'a Octets>; 2] {
    [Some(found.bag), found.certificate].map(|number| Some(&safe.bags.get(number?)?.raw))
}
