//! What a careful owner should know about a store: what is weak in it, and what other tools do not
//! see. It is kept as it is, and said.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use super::{
    Pkcs12Keystore, bag::Kind, encrypted_key::shroud, inventory::Found, part::Part, scheme::Scheme,
    store::Content,
};
use crate::{backend::keystore::KeystoreError, name::Alias};

/// Something to know about a store.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Remark {
    /// There is no integrity check: a change by another hand cannot be noticed.
    NoIntegrityCheck,
    /// The integrity check is weak.
    WeakIntegrityCheck(String),
    /// Certificates are encrypted weakly.
    WeakCertificates(String),
    /// Keys are encrypted weakly: how, and under which aliases.
    WeakKeys(String, Vec<Alias>),
    /// A key is encrypted with something that is not handled: how.
    UnknownCipher(String, Alias),
    /// A key lies in the clear. Java does not see it.
    KeyInTheClear(Alias),
    /// Java does not see the certificate, for it has no mark of trust.
    UnmarkedCertificate(Alias),
    /// A key has no certificate, or none that fits. Java does not see it.
    NoCertificate(Alias),
    /// Two entries answer to one alias without case. Java sees one of them.
    SameAlias(Alias),
    /// So many keys and secrets have no name, or one that no alias can have: they are kept, and no
    /// command reaches them.
    WithoutAlias(usize),
    /// So many bags are of a kind that is not handled: they are kept.
    OtherBags(usize),
}

impl Remark {
    /// Whether it is about strength. Others are about what tools see.
    #[must_use]
    pub const fn is_weakness(&self) -> bool {
        matches!(
            self,
            Self::NoIntegrityCheck
                | Self::WeakIntegrityCheck(_)
                | Self::WeakCertificates(_)
                | Self::WeakKeys(..)
                | Self::KeyInTheClear(_)
        )
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoIntegrityCheck => {
                f.write_str("the store has no integrity check (MAC), so a change by others is not noticed")
            }
            Self::WeakIntegrityCheck(how) => write!(f, "the integrity check is weak: {how}"),
            Self::WeakCertificates(how) => write!(f, "certificates are encrypted weakly: {how}"),
            Self::WeakKeys(how, aliases) => {
                write!(f, "keys are encrypted weakly: {how} (")?;
                for (number, alias) in aliases.iter().enumerate() {
                    let comma = if number == 0 { "" } else { ", " };
                    match aliases.len().saturating_sub(NAMED) {
                        more if more > 0 && number == NAMED => return write!(f, " and {more} more)"),
                        _ => write!(f, "{comma}`{alias}`")?,
                    }
                }
                f.write_str(")")
            }
            Self::UnknownCipher(how, alias) => {
                write!(f, "the key of `{alias}` uses {how}: it is kept, and cannot be used")
            }
            Self::KeyInTheClear(alias) => {
                write!(f, "the key of `{alias}` is not encrypted, and Java does not see it")
            }
            Self::UnmarkedCertificate(alias) => {
                write!(f, "Java does not see the certificate `{alias}`: it lacks Oracle's mark of trust")
            }
            Self::NoCertificate(alias) => {
                write!(f, "the key of `{alias}` has no certificate that fits, and Java does not see it")
            }
            Self::SameAlias(alias) => {
                write!(f, "two entries answer to `{alias}` without case, and Java sees one of them")
            }
            Self::WithoutAlias(count) => {
                write!(f, "{count} entries have no alias that can be asked for; they are kept")
            }
            Self::OtherBags(count) => write!(f, "{count} bags are of another kind; they are kept"),
        }
    }
}

/// How many aliases are named before the others are counted.
const NAMED: usize = 5;

impl Pkcs12Keystore {
    /// What there is to know about the store. No key is decrypted for it.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn remarks(&self) -> Result<Vec<Remark>, KeystoreError> {
        let content = self.content()?;
        let mut remarks = Vec::new();
        match &content.safe.mac {
            None => remarks.push(Remark::NoIntegrityCheck),
            Some(mac) if !mac.is_strong() => {
                remarks.push(Remark::WeakIntegrityCheck(counted(mac.name(), mac.iterations)));
            }
            Some(_) => {}
        }
        let mut weak: Vec<String> =
            content.safe.parts.iter().filter_map(Part::scheme).filter_map(weakness).collect();
        weak.sort();
        weak.dedup();
        remarks.extend(weak.into_iter().map(Remark::WeakCertificates));
        remarks.extend(keys(&content));
        remarks.extend(names(&content));
        Ok(remarks)
    }

    /// Whether the key under an alias opens with the store's password: some have one of their own,
    /// and are kept as they are. `None` when there is no key.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn opens(&self, alias: &Alias) -> Result<Option<bool>, KeystoreError> {
        let content = self.content()?;
        let found = content.inventory.find(alias)?;
        let found = found.filter(|found| content.safe.bags.get(found.bag).is_some_and(|bag| bag.is_key()));
        Ok(found.map(|found| content.safe.private_key(found.bag, &self.password).is_ok()))
    }
}

/// What is weak in an encryption.
fn weakness(scheme: &Scheme) -> Option<String> {
    (!scheme.is_strong()).then(|| counted(scheme.name(), scheme.iterations))
}

fn counted(name: String, iterations: u32) -> String {
    let word = if iterations == 1 { "iteration" } else { "iterations" };
    format!("{name}, {iterations} {word}")
}

fn keys(content: &Content) -> Vec<Remark> {
    let mut weak: BTreeMap<String, Vec<Alias>> = BTreeMap::new();
    let mut remarks = Vec::new();
    for found in &content.inventory.found {
        let (Some(alias), Some(bag)) = (&found.alias, content.safe.bags.get(found.bag)) else { continue };
        match &bag.kind {
            Kind::ShroudedKey(info) => match shroud(info) {
                Ok((scheme, _)) => {
                    if let Some(how) = weakness(&scheme) {
                        weak.entry(how).or_default().push(alias.clone());
                    }
                }
                Err(super::flaw::Flaw::Unsupported(what)) => {
                    remarks.push(Remark::UnknownCipher(what, alias.clone()));
                }
                Err(_) => {
                    remarks.push(Remark::UnknownCipher("a damaged encryption".to_owned(), alias.clone()))
                }
            },
            Kind::PlainKey => remarks.push(Remark::KeyInTheClear(alias.clone())),
            Kind::Certificate(_) if !bag.is_trusted => {
                remarks.push(Remark::UnmarkedCertificate(alias.clone()));
            }
            _ => {}
        }
        if bag.is_key() && found.certificate.is_none() {
            remarks.push(Remark::NoCertificate(alias.clone()));
        }
    }
    let weak = weak.into_iter().map(|(how, aliases)| Remark::WeakKeys(how, aliases));
    weak.chain(remarks).collect()
}

fn names(content: &Content) -> Vec<Remark> {
    let mut remarks = Vec::new();
    let mut seen: HashMap<String, usize> = HashMap::new();
    for alias in content.inventory.found.iter().filter_map(|found| found.alias.as_ref()) {
        let count = seen.entry(alias.folded()).or_default();
        *count += 1;
        if *count == 2 {
            remarks.push(Remark::SameAlias(alias.clone()));
        }
    }
    let is_nameless = |found: &&Found| found.alias.is_none();
    let secrets = content.safe.bags.iter().filter(|bag| matches!(bag.kind, Kind::Secret));
    let nameless_secrets = secrets.filter(|bag| bag.name.clone().is_none_or(|n| Alias::new(n).is_err()));
    match content.inventory.found.iter().filter(is_nameless).count() + nameless_secrets.count() {
        0 => {}
        count => remarks.push(Remark::WithoutAlias(count)),
    }
    match content.safe.bags.iter().filter(|bag| matches!(bag.kind, Kind::Other)).count() {
        0 => {}
        count => remarks.push(Remark::OtherBags(count)),
    }
    remarks
}
