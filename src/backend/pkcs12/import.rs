//! Single changes by hand: what comes in from files, and any entry removed. Each is made so in one
//! act, as the changes of a run are.

use super::{Pkcs12Keystore, edit::Edit, inventory::Found, store::Act, store::Content};
use crate::{
    backend::{
        Outcome,
        key_pair::{self, KeyPair, chain},
        keystore::{Entry, EntryKind, KeystoreError},
    },
    name::Alias,
    world::material::Certificate,
};

impl Pkcs12Keystore {
    /// The pair under an alias, to be put into another store.
    ///
    /// # Errors
    /// [`KeystoreError::NoKeyPair`] when there is none, [`KeystoreError::Crypto`] when the key cannot
    /// be decrypted or does not match its certificate.
    pub fn key_pair(&self, alias: &Alias) -> Result<KeyPair, KeystoreError> {
        let content = self.content()?;
        let found = content.inventory.find(alias)?.filter(|found| content.is_key(found));
        self.taken(&content, found.ok_or_else(|| KeystoreError::NoKeyPair(alias.clone()))?)
    }

    /// The one pair of a store, whether it has a name or not: authorities and openssl write files
    /// in which it has none. `None` when there is no pair, or more than one.
    ///
    /// # Errors
    /// As [`Self::key_pair`].
    pub fn only_key_pair(&self) -> Result<Option<KeyPair>, KeystoreError> {
        let content = self.content()?;
        let mut pairs = content.inventory.found.iter().filter(|found| content.is_key(found));
        match (pairs.next(), pairs.next()) {
            (Some(only), None) => self.taken(&content, only).map(Some),
            _ => Ok(None),
        }
    }

    fn taken(&self, content: &Content, found: &Found) -> Result<KeyPair, KeystoreError> {
        let (key, own) = self.pair(content, found)?;
        let issuers = found.issuers.iter();
        let issuers = issuers.map_while(|number| content.safe.bags.get(*number)?.certificate().cloned());
        Ok(KeyPair::checked(key, std::iter::once(own).chain(issuers).collect()))
    }

    /// Puts a pair under an alias, with its chain.
    ///
    /// # Errors
    /// [`KeystoreError::Occupied`] when something else is under the alias.
    pub fn import_pair(&mut self, alias: &Alias, pair: &KeyPair) -> Result<Outcome, KeystoreError> {
        self.change(&[alias], |content| {
            let wanted = EntryKind::KeyPair { chain: pair.chain().to_vec() };
            if let Some(found) = content.inventory.find(alias)?
                && found.entry(&content.safe).is_some_and(|entry| entry.kind == wanted)
            {
                self.pair(content, found)?;
                return Ok(Act::Rest(Outcome::AlreadySo));
            }
            if !content.is_free(alias) {
                return Err(KeystoreError::Occupied(alias.clone()));
            }
            let mut edit = Edit::new(&content.safe, &content.inventory, &self.password);
            edit.add(alias, pair.key(), pair.chain()).map_err(self.flaw())?;
            edit.expect_chain(alias, pair.chain());
            self.write(edit, Outcome::Changed)
        })
    }

    /// Puts a certificate that is trusted under an alias, with Oracle's mark, so that Java sees it.
    ///
    /// # Errors
    /// [`KeystoreError::Occupied`] when something else is under the alias.
    pub fn import_certificate(
        &mut self,
        alias: &Alias,
        certificate: &Certificate,
    ) -> Result<Outcome, KeystoreError> {
        self.change(&[alias], |content| {
            let wanted = EntryKind::Certificate(certificate.clone());
            let found = content.inventory.find(alias)?;
            let is_marked =
                |found: &Found| content.safe.bags.get(found.bag).is_some_and(|bag| bag.is_trusted);
            let is_so = |found: &Found| {
                is_marked(found) && found.entry(&content.safe).is_some_and(|entry| entry.kind == wanted)
            };
            if found.is_some_and(is_so) {
                return Ok(Act::Rest(Outcome::AlreadySo));
            }
            if !content.is_free(alias) {
                return Err(KeystoreError::Occupied(alias.clone()));
            }
            let mut edit = Edit::new(&content.safe, &content.inventory, &self.password);
            edit.add_trusted(alias, certificate).map_err(self.flaw())?;
            edit.expect(alias, Some(certificate.fingerprint()));
            self.write(edit, Outcome::Changed)
        })
    }

    /// Puts what an authority answered in place of a pair's certificate: the certificate of its key
    /// among those of the answer, and its issuers, found among the answer and the certificates of
    /// the store. The key stays as it is, to the byte. The new chain.
    ///
    /// # Errors
    /// [`KeystoreError::NoKeyPair`] when there is no pair, [`KeystoreError::NotTheAnswer`] when not
    /// exactly one certificate of the answer belongs to its key.
    pub fn import_answer(
        &mut self,
        alias: &Alias,
        answer: &[Certificate],
    ) -> Result<(Outcome, Vec<Certificate>), KeystoreError> {
        self.change(&[alias], |content| {
            let found = content.inventory.find(alias)?.filter(|found| found.certificate.is_some());
            let found = found.ok_or_else(|| KeystoreError::NoKeyPair(alias.clone()))?;
            let (key, _) = self.pair(content, found)?;
            let own = key_pair::own(&key, answer)
                .map_err(|cause| KeystoreError::NotTheAnswer { alias: alias.clone(), cause })?;
            let held = content.safe.bags.iter().filter_map(|bag| bag.certificate()).cloned();
            let known: Vec<Certificate> = answer.iter().cloned().chain(held).collect();
            let chain = chain::ordered(own, &known);
            let wanted = EntryKind::KeyPair { chain: chain.clone() };
            if found.entry(&content.safe).is_some_and(|entry| entry.kind == wanted) {
                return Ok(Act::Rest((Outcome::AlreadySo, chain)));
            }
            let mut edit = Edit::new(&content.safe, &content.inventory, &self.password);
            edit.answer(found, &chain).map_err(self.flaw())?;
            edit.expect_chain(found.alias.as_ref().unwrap_or(alias), &chain);
            self.write(edit, (Outcome::Changed, chain))
        })
    }

    /// A request for a certificate for the pair under an alias (PKCS#10, RFC 2986), as DER: with the
    /// subject of the certificate that it has.
    ///
    /// # Errors
    /// As [`Self::key_pair`].
    pub fn certificate_request(&self, alias: &Alias) -> Result<Vec<u8>, KeystoreError> {
        let (key, own) = self.private_key(alias)?;
        key_pair::request::request(&key, &own)
    }

    /// Removes an entry of any kind, provided it is still as it was read.
    ///
    /// # Errors
    /// [`KeystoreError::Changed`] when something else is there now.
    pub fn remove_entry(&mut self, meant: &Entry) -> Result<Outcome, KeystoreError> {
        self.change(&[&meant.alias], |content| {
            let Some(found) = content.inventory.find(&meant.alias)? else {
                return Ok(Act::Rest(Outcome::AlreadySo));
            };
            if found.entry(&content.safe).is_none_or(|entry| entry.kind != meant.kind) {
                return Err(KeystoreError::Changed(meant.alias.clone()));
            }
            if content.is_key(found) && found.certificate.is_some() {
                self.check_leaving(content, found)?;
            }
            let mut edit = Edit::new(&content.safe, &content.inventory, &self.password);
            edit.drop(found).map_err(self.flaw())?;
            edit.expect(&meant.alias, None);
            self.write(edit, Outcome::Changed)
        })
    }
}

impl Content {
    fn is_key(&self, found: &Found) -> bool {
        self.safe.bags.get(found.bag).is_some_and(|bag| bag.is_key())
    }
}
