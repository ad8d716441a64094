//! The likeness of a site: every key pair fresh, every certificate of such a key replaced, those of
//! strangers kept.

use std::collections::BTreeMap;

use crate::{
    backend::{
        clock::{Clock, WallClock},
        key_pair::{
            KeyPair,
            imitation::{ImitationError, Imitator},
        },
        keystore::{Entry, EntryKind, KeystoreError},
        pkcs12::Pkcs12Keystore,
    },
    name::Alias,
    plan::Plan,
    source::shown,
    world::{
        id::{AcceptorId, KeyId, StoreId},
        material::Certificate,
    },
};

use super::origin::Origin;

/// What lies under an alias of the likeness.
#[derive(Debug)]
enum Part {
    Pair(KeyPair),
    Trusted(Certificate),
}

/// A likeness, not yet written anywhere.
#[derive(Debug)]
pub struct Rebuilt {
    stores: BTreeMap<StoreId, Vec<(Alias, Part)>>,
    accepted: BTreeMap<AcceptorId, Vec<Certificate>>,
    certificates: BTreeMap<KeyId, Certificate>,
    pairs: BTreeMap<KeyId, KeyPair>,
    notes: Vec<String>,
}

/// Why a site has no likeness.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// A key that the plan uses cannot be made again.
    #[error("the key pair `{what}` cannot be made again: {cause}")]
    Pair {
        /// Where it lies, or what the plan calls it.
        what: String,
        /// Why.
        cause: ImitationError,
    },
}

impl Rebuilt {
    /// Makes the likeness of what a site holds.
    ///
    /// # Errors
    /// When a key pair that the plan uses is of a kind that keyroll does not make.
    pub fn of(plan: &Plan, origin: &Origin, mut imitator: Imitator) -> Result<Self, RebuildError> {
        let mut rebuilt = Self {
            stores: BTreeMap::new(),
            accepted: BTreeMap::new(),
            certificates: BTreeMap::new(),
            pairs: BTreeMap::new(),
            notes: Vec::new(),
        };
        for (store, entry) in
            origin.stores.iter().flat_map(|(store, all)| all.iter().map(move |e| (store, e)))
        {
            if let EntryKind::KeyPair { chain } = &entry.kind {
                let what = || format!("{}[\"{}\"]", shown(&plan.landscape.stores[*store].name), entry.alias);
                imitator.acquaint(chain).map_err(|cause| RebuildError::Pair { what: what(), cause })?;
            }
        }
        // All pairs first: what is trusted may belong to any of them.
        for (store, entries) in &origin.stores {
            let name = shown(&plan.landscape.stores[*store].name);
            let parts = rebuilt.pairs_of(entries, &name, &mut imitator)?;
            rebuilt.stores.insert(*store, parts);
        }
        for (key, certificate) in &origin.certificates {
            let fail = |cause| RebuildError::Pair { what: shown(&plan.landscape.keys[*key]), cause };
            let made = match imitator.counterpart(certificate).map_err(fail)? {
                Some(made) => made,
                // Its store is a person's: only its certificate is known.
                None => {
                    let pair = pair(std::slice::from_ref(certificate), &mut imitator).map_err(fail)?;
                    let own = pair.chain().first().cloned();
                    rebuilt.pairs.insert(*key, pair);
                    own.ok_or(fail(ImitationError::Certificate))?
                }
            };
            rebuilt.certificates.insert(*key, made);
        }
        for (store, entries) in &origin.stores {
            rebuilt.trusted_of(*store, entries, &shown(&plan.landscape.stores[*store].name), &mut imitator);
        }
        for (receiver, accepted) in &origin.accepted {
            let (mut all, mut replaced, mut left) = (Vec::new(), 0, 0);
            for certificate in accepted {
                let made = imitator.counterpart(certificate).ok().flatten();
                replaced += usize::from(made.is_some());
                // A trust folder holds certificates only.
                if made.is_none() && certificate.text().is_some() {
                    left += 1;
                    continue;
                }
                all.push(made.unwrap_or_else(|| certificate.clone()));
            }
            let name = shown(&plan.landscape.acceptors[*receiver].name);
            rebuilt.notes.push(format!(
                "{name}: {} of keys made anew, {} of others kept",
                many(replaced, "certificate"),
                all.len() - replaced
            ));
            if left > 0 {
                rebuilt
                    .notes
                    .push(format!("{name}: left out, {}", many(left, "credential that is no certificate")));
            }
            rebuilt.accepted.insert(*receiver, all);
        }
        rebuilt.by_hand(plan, origin);
        Ok(rebuilt)
    }

    fn pairs_of(
        &mut self,
        entries: &[Entry],
        store: &str,
        imitator: &mut Imitator,
    ) -> Result<Vec<(Alias, Part)>, RebuildError> {
        let mut parts = Vec::new();
        for entry in entries {
            let place = format!("{store}[\"{}\"]", entry.alias);
            match &entry.kind {
                EntryKind::KeyPair { chain } if chain.is_empty() => {
                    self.notes.push(format!("{place}: left out, a key without a certificate"));
                }
                EntryKind::KeyPair { chain } => match pair(chain, imitator) {
                    Ok(pair) => parts.push((entry.alias.clone(), Part::Pair(pair))),
                    Err(cause @ ImitationError::KeyType) => {
                        self.notes.push(format!("{place}: left out, {cause}"));
                    }
                    Err(cause) => return Err(RebuildError::Pair { what: place, cause }),
                },
                EntryKind::Secret => self.notes.push(format!("{place}: left out, a secret")),
                EntryKind::Certificate(_) => {}
            }
        }
        self.notes.push(format!("{store}: {} made anew", many(parts.len(), "key pair")));
        Ok(parts)
    }

    fn trusted_of(&mut self, store: StoreId, entries: &[Entry], name: &str, imitator: &mut Imitator) {
        let (mut replaced, mut kept) = (0, 0);
        let parts = self.stores.entry(store).or_default();
        for entry in entries {
            let EntryKind::Certificate(certificate) = &entry.kind else { continue };
            let made = imitator.counterpart(certificate).ok().flatten();
            if made.is_some() {
                replaced += 1;
            } else {
                kept += 1;
            }
            if made.is_none() && certificate.text().is_some() {
                kept -= 1;
                self.notes.push(format!("{name}[\"{}\"]: left out, no certificate", entry.alias));
                continue;
            }
            parts.push((entry.alias.clone(), Part::Trusted(made.unwrap_or_else(|| certificate.clone()))));
        }
        if replaced + kept > 0 {
            self.notes.push(format!(
                "{name}: {} of keys made anew, {kept} of others kept",
                many(replaced, "trusted certificate")
            ));
        }
    }

    /// Says what nobody could look into.
    fn by_hand(&mut self, plan: &Plan, origin: &Origin) {
        let land = &plan.landscape;
        let stores =
            land.stores.iter().filter(|(id, _)| !origin.stores.contains_key(id)).map(|(_, s)| &s.name);
        let receivers = land.acceptors.iter().filter(|(id, _)| !origin.accepted.contains_key(id));
        for name in stores.chain(receivers.map(|(_, row)| &row.name)) {
            self.notes.push(format!("{}: bound to a person, made as the plan declares it", shown(name)));
        }
        self.notes.push("messages under way: none is taken over".to_owned());
    }

    /// Fills a new store with what it is to hold. False for a store that nobody could look into.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn fill(&self, store: StoreId, keystore: &mut Pkcs12Keystore) -> Result<bool, KeystoreError> {
        let Some(parts) = self.stores.get(&store) else { return Ok(false) };
        for (alias, part) in parts {
            match part {
                Part::Pair(pair) => keystore.import_pair(alias, pair)?,
                Part::Trusted(certificate) => keystore.import_certificate(alias, certificate)?,
            };
        }
        Ok(true)
    }

    /// The pair of a key whose store is a person's, where its certificate is known.
    #[must_use]
    pub fn pair(&self, key: KeyId) -> Option<&KeyPair> {
        self.pairs.get(&key)
    }

    /// The certificates of the keys in use.
    #[must_use]
    pub const fn certificates(&self) -> &BTreeMap<KeyId, Certificate> {
        &self.certificates
    }

    /// What a receiver accepts; `None` for one that nobody could look into.
    #[must_use]
    pub fn accepted(&self, receiver: AcceptorId) -> Option<&[Certificate]> {
        self.accepted.get(&receiver).map(Vec::as_slice)
    }

    /// What was made anew, kept and left out, a line each.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }
}

/// The likeness of a key pair, and for what is none one that stands in for it.
fn pair(chain: &[Certificate], imitator: &mut Imitator) -> Result<KeyPair, ImitationError> {
    match chain.first() {
        Some(own) if own.text().is_some() => imitator.stand_in(own, WallClock.now()),
        _ => imitator.pair(chain),
    }
}

fn many(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
