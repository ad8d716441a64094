//! Signatures that stand in for what else a message may carry, as in a rehearsal: a receiver that makes a
//! credential keeps the pair of a stand-in in a store of pairs, and a keystore that imports the credential
//! takes that pair from there. So it is signed with, and verified, as everything else is.

use crate::{
    name::Alias,
    world::material::{Certificate, Fingerprint},
};

use super::{
    Outcome,
    keystore::{Entry, Exchange, KeySpec, Keystore, KeystoreError},
    pkcs12::Pkcs12Keystore,
    receiver::{Judgement, Message, Receiver, ReceiverError},
};

/// A receiver that can make a credential.
#[derive(Debug)]
pub struct Maker {
    receiver: Box<dyn Receiver>,
    pairs: Pkcs12Keystore,
}

impl Maker {
    /// Lets a receiver keep the pairs that it makes in a store.
    #[must_use]
    pub fn new(receiver: Box<dyn Receiver>, pairs: Pkcs12Keystore) -> Self {
        Self { receiver, pairs }
    }

    /// The pair that was made for somebody who never heard of it, or else one under an alias that is free.
    fn pair(
        &mut self,
        spec: &KeySpec,
        is_known: &dyn Fn(Fingerprint) -> bool,
    ) -> Result<Certificate, KeystoreError> {
        let held = self.pairs.entries()?;
        let mut certificates = held.iter().filter_map(Entry::certificate);
        if let Some(left) = certificates.find(|one| !is_known(one.fingerprint())) {
            return Ok(left.clone());
        }
        let mut free = (1..).filter_map(|number| Alias::new(format!("made-{number}")).ok());
        let free = free.find(|alias| held.iter().all(|entry| entry.alias != *alias));
        let alias = free.ok_or(KeystoreError::NoHand("name another pair"))?;
        self.pairs.create_key_pair(&alias, spec).map(|(_, certificate)| certificate)
    }
}

impl Receiver for Maker {
    fn accepted(&self) -> Result<Vec<Certificate>, ReceiverError> {
        self.receiver.accepted()
    }

    fn change(&mut self, add: &[Certificate], remove: &[Fingerprint]) -> Result<Outcome, ReceiverError> {
        self.receiver.change(add, remove)
    }

    fn generate(
        &mut self,
        spec: &KeySpec,
        is_known: &dyn Fn(Fingerprint) -> bool,
    ) -> Result<Certificate, ReceiverError> {
        let (accepted, capacity) = (self.accepted()?, self.capacity());
        let held = self.pairs.entries().map_err(|error| ReceiverError::NoPair(error.to_string()))?;
        let mut left = held.iter().filter_map(Entry::certificate);
        let is_there = left.any(|one| !is_known(one.fingerprint()) && accepted.contains(one));
        let wanted = accepted.len() + usize::from(!is_there);
        if wanted > capacity {
            return Err(ReceiverError::Full { capacity, wanted });
        }
        let made = self.pair(spec, is_known).map_err(|error| ReceiverError::NoPair(error.to_string()))?;
        self.receiver.change(std::slice::from_ref(&made), &[])?;
        Ok(made)
    }

    fn judge(&mut self, message: &mut dyn Message) -> Result<Judgement, ReceiverError> {
        self.receiver.judge(message)
    }

    fn capacity(&self) -> usize {
        self.receiver.capacity()
    }
}

/// A keystore that imports what a [`Maker`] made.
#[derive(Debug)]
pub struct Taker {
    keystore: Pkcs12Keystore,
    pairs: Pkcs12Keystore,
}

impl Taker {
    /// Lets a keystore take pairs from a store.
    #[must_use]
    pub const fn new(keystore: Pkcs12Keystore, pairs: Pkcs12Keystore) -> Self {
        Self { keystore, pairs }
    }
}

impl Keystore for Taker {
    fn entry(&self, alias: &Alias) -> Result<Option<Entry>, KeystoreError> {
        self.keystore.entry(alias)
    }

    fn entries(&self) -> Result<Vec<Entry>, KeystoreError> {
        self.keystore.entries()
    }

    fn remarks(&self) -> Result<Vec<String>, KeystoreError> {
        Keystore::remarks(&self.keystore)
    }

    fn create_key_pair(
        &mut self,
        alias: &Alias,
        spec: &KeySpec,
    ) -> Result<(Outcome, Certificate), KeystoreError> {
        self.keystore.create_key_pair(alias, spec)
    }

    fn put_certificate(
        &mut self,
        alias: &Alias,
        certificate: &Certificate,
    ) -> Result<Outcome, KeystoreError> {
        let made = self.pairs.entries()?.into_iter().find(|entry| entry.certificate() == Some(certificate));
        let made = made.ok_or(KeystoreError::NoHand("import what no receiver beside it made"))?;
        let pair = self.pairs.key_pair(&made.alias)?;
        self.keystore.import_pair(alias, &pair)
    }

    fn install(&mut self, alias: &Alias, answer: &[Certificate]) -> Result<Outcome, KeystoreError> {
        self.keystore.install(alias, answer)
    }

    fn exchange(&mut self, exchange: &Exchange<'_>) -> Result<Outcome, KeystoreError> {
        self.keystore.exchange(exchange)
    }

    fn remove(&mut self, alias: &Alias, meant: &Fingerprint) -> Result<Outcome, KeystoreError> {
        self.keystore.remove(alias, meant)
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use zeroize::Zeroizing;

    use super::*;
    use crate::{
        backend::{directory::TrustFolder, xml_dsig::XmlVerifier},
        world::material::KeyType,
    };

    fn spec() -> KeySpec {
        let subject = vec![("CN".to_owned(), "made".to_owned())];
        KeySpec { key_type: KeyType::EcP256, subject, not_before: Timestamp::now(), days: 9 }
    }

    fn store(folder: &std::path::Path, name: &str) -> Pkcs12Keystore {
        let password = Zeroizing::new("secret of a test".to_owned());
        let path = folder.join(name);
        match path.exists() {
            true => Pkcs12Keystore::open(path, password),
            false => Pkcs12Keystore::create_empty(path, password).unwrap(),
        }
    }

    fn maker(folder: &std::path::Path, capacity: usize) -> Maker {
        let trust = folder.join("trust");
        std::fs::create_dir_all(&trust).unwrap();
        let receiver = TrustFolder::new(trust, capacity, Box::new(XmlVerifier::default()));
        Maker::new(Box::new(receiver), store(folder, "pairs.p12"))
    }

    #[test]
    fn what_is_made_is_accepted_and_can_be_imported_once_it_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let mut maker = maker(folder.path(), 2);
        let first = maker.generate(&spec(), &|_| false).unwrap();
        let known = first.fingerprint();
        let made = [first, maker.generate(&spec(), &|one| one == known).unwrap()];
        assert_ne!(made[0], made[1], "each call makes one");
        let accepted = maker.accepted().unwrap();
        assert!(accepted.len() == 2 && made.iter().all(|one| accepted.contains(one)));
        let mut taker = Taker::new(store(folder.path(), "mine.p12"), store(folder.path(), "pairs.p12"));
        let alias = Alias::new("next").unwrap();
        assert_eq!(taker.put_certificate(&alias, &made[1]).unwrap(), Outcome::Changed);
        assert_eq!(taker.put_certificate(&alias, &made[1]).unwrap(), Outcome::AlreadySo);
        assert!(matches!(taker.put_certificate(&alias, &made[0]), Err(KeystoreError::Occupied(_))));
        assert_eq!(taker.entry(&alias).unwrap().unwrap().certificate(), Some(&made[1]));
        // It is a pair that can sign, and no other one.
        let pair = store(folder.path(), "mine.p12").key_pair(&alias).unwrap();
        assert_eq!(pair.chain(), &made[1..]);
        let (_, foreign) = taker.create_key_pair(&Alias::new("own").unwrap(), &spec()).unwrap();
        let strange = taker.put_certificate(&Alias::new("third").unwrap(), &foreign).unwrap_err();
        assert!(matches!(strange, KeystoreError::NoHand(_)), "{strange}");
    }

    /// Whoever is cut off between the making of a pair and its record makes no second one.
    #[test]
    fn a_pair_of_which_nobody_heard_is_not_made_again() {
        let folder = tempfile::tempdir().unwrap();
        let mut maker = maker(folder.path(), 1);
        let made = maker.generate(&spec(), &|_| true).unwrap();
        assert_eq!(maker.generate(&spec(), &|_| false).unwrap(), made, "it is accepted already");
        maker.change(&[], &[made.fingerprint()]).unwrap();
        assert_eq!(maker.generate(&spec(), &|_| false).unwrap(), made, "it was not accepted yet");
        assert_eq!(maker.accepted().unwrap(), [made]);
        assert_eq!(store(folder.path(), "pairs.p12").entries().unwrap().len(), 1);
    }

    #[test]
    fn a_receiver_that_is_full_makes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut maker = maker(folder.path(), 1);
        maker.generate(&spec(), &|_| true).unwrap();
        let full = maker.generate(&spec(), &|_| true).unwrap_err();
        assert!(matches!(full, ReceiverError::Full { capacity: 1, wanted: 2 }), "{full}");
        assert_eq!(store(folder.path(), "pairs.p12").entries().unwrap().len(), 1);
        assert_eq!(maker.accepted().unwrap().len(), 1);
    }
}
