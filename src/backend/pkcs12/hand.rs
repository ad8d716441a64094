//! A change of a keystore by hand: allowed, announced, made and written down, all under one lock.

use std::{cell::OnceCell, collections::BTreeMap, fmt, path::Path, thread, time::Duration};

use zeroize::Zeroizing;

use super::{
    Pkcs12Keystore,
    octets::Octets,
    safe::LARGE,
    store::{Content, Known},
};
use crate::{
    backend::{
        custody::{Custody, Note, Record, Stage},
        keystore::{Entry, KeystoreError},
    },
    name::Alias,
    world::material::{Certificate, Fingerprint},
};

/// How long another that changes the keystore is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a person is about to do to a keystore.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deed {
    /// The command, for the record.
    pub command: &'static str,
    /// The aliases that may change.
    pub aliases: Vec<Alias>,
    /// Whether the keystore is made when there is none.
    pub may_make: bool,
}

/// A keystore in the hand of a person.
pub struct Hand {
    store: Pkcs12Keystore,
    deed: Deed,
    /// The store as it was read since the last change. A change reads it anew.
    seen: OnceCell<Known>,
    /// Bytes whose digest is known already.
    digest: Option<(Octets, Fingerprint)>,
}

impl fmt::Debug for Hand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hand").field("store", &self.store).field("deed", &self.deed).finish_non_exhaustive()
    }
}

impl Hand {
    /// Takes the keystore's lock, unless a run holds one of the aliases.
    ///
    /// # Errors
    /// [`Held`](crate::backend::custody::CustodyError::Held) when a run does; [`KeystoreError::Missing`] when there is no keystore
    /// and none is to be made.
    pub fn on(path: &Path, password: Zeroizing<String>, deed: Deed) -> Result<Self, KeystoreError> {
        // No lock is left beside a keystore that was only misspelt.
        if !deed.may_make && !path.exists() {
            return Err(KeystoreError::Missing(path.to_owned()));
        }
        let custody = Custody::take(path, PATIENCE)?;
        let aliases: Vec<&Alias> = deed.aliases.iter().collect();
        custody.allow(None, &aliases)?;
        let store = Pkcs12Keystore::open(path, password).in_custody(custody);
        let store = if deed.may_make { store.perhaps_new() } else { store };
        Ok(Self { store, deed, seen: OnceCell::new(), digest: None })
    }

    /// What lies under an alias.
    ///
    /// # Errors
    /// When the keystore cannot be read.
    pub fn entry(&self, alias: &Alias) -> Result<Option<Entry>, KeystoreError> {
        if self.is_made() { self.content()?.entry(alias) } else { Ok(None) }
    }

    /// All entries.
    ///
    /// # Errors
    /// When the keystore cannot be read.
    pub fn entries(&self) -> Result<Vec<Entry>, KeystoreError> {
        if !self.is_made() {
            return Ok(Vec::new());
        }
        let content = self.content()?;
        Ok(content.inventory.entries(&content.safe))
    }

    /// Makes the change. What is about to be done is in the record before it, and how it ended
    /// after it; what an earlier change left open is ended first.
    ///
    /// # Errors
    /// What `act` answers, or that the record could not be written.
    pub fn change<T>(
        mut self,
        act: impl FnOnce(&mut Pkcs12Keystore) -> Result<T, KeystoreError>,
    ) -> Result<T, KeystoreError> {
        // What was seen may be old by now.
        let seen = self.seen.take().map(|seen| seen.0);
        let before = self.digesting(seen, |hand| hand.named(&hand.deed.aliases))?;
        self.end_what_was_cut_off()?;
        self.note(self.deed.command, Stage::Intent, before)?;
        let done = act(&mut self.store);
        self.seen.take();
        let left = if self.is_made() { self.store.last_bytes() } else { None };
        let left = self.digesting(left, |hand| hand.is_made().then(|| hand.store.as_left()).transpose());
        let done = done.and_then(|done| match left? {
            // Nothing was made.
            None => Ok(done),
            Some(Some(left)) => {
                self.seen = OnceCell::from(left);
                Ok(done)
            }
            // Another program, which knows no lock, wrote over it.
            Some(None) => Err(KeystoreError::Locked(self.store.path().to_owned())),
        });
        let stage = if done.is_ok() { Stage::Done } else { Stage::Failed };
        let after = self.named(&self.deed.aliases);
        match (done, after.and_then(|after| self.note(self.deed.command, stage, after))) {
            (Ok(done), noted) => noted.map(|()| done),
            // What went wrong first is what is told.
            (Err(error), _) => Err(error),
        }
    }

    /// Acts while the digest of bytes that will be needed is computed.
    fn digesting<T>(&mut self, bytes: Option<Octets>, act: impl FnOnce(&Self) -> T) -> T {
        thread::scope(|scope| {
            let digest = bytes.filter(|bytes| bytes.len() >= LARGE).and_then(|bytes| {
                let digest = move || (Fingerprint::of(&bytes), bytes);
                thread::Builder::new().spawn_scoped(scope, digest).ok()
            });
            let acted = act(self);
            let digest = digest.and_then(|digest| digest.join().ok());
            self.digest = digest.map(|(digest, bytes)| (bytes, digest));
            acted
        })
    }

    /// The digest of the keystore as it was seen; nothing when there is none.
    fn digest(&self) -> Result<Option<Fingerprint>, KeystoreError> {
        if !self.is_made() {
            return Ok(None);
        }
        let bytes = &self.seen()?.0;
        let known = self.digest.as_ref().filter(|(known, _)| known.is_one_with(bytes));
        Ok(Some(known.map_or_else(|| Fingerprint::of(bytes), |(_, digest)| *digest)))
    }

    fn seen(&self) -> Result<&Known, KeystoreError> {
        if let Some(seen) = self.seen.get() {
            return Ok(seen);
        }
        let seen = self.store.known()?;
        Ok(self.seen.get_or_init(|| seen))
    }

    fn content(&self) -> Result<&Content, KeystoreError> {
        Ok(&self.seen()?.1)
    }

    fn is_made(&self) -> bool {
        !self.deed.may_make || self.store.path().exists()
    }

    fn end_what_was_cut_off(&self) -> Result<(), KeystoreError> {
        let record = Record::read(self.custody()?.store())?;
        let Some(open) = record.open() else { return Ok(()) };
        let aliases: Vec<Alias> = open.note.aliases.keys().cloned().collect();
        self.note(&open.note.command, Stage::CutOff, self.named(&aliases)?)
    }

    fn named(&self, aliases: &[Alias]) -> Result<BTreeMap<Alias, Option<Fingerprint>>, KeystoreError> {
        let named = aliases.iter().map(|alias| {
            let entry = self.entry(alias)?;
            let own = entry.as_ref().and_then(Entry::certificate).map(Certificate::fingerprint);
            Ok((alias.clone(), own))
        });
        named.collect()
    }

    fn note(
        &self,
        command: &str,
        stage: Stage,
        aliases: BTreeMap<Alias, Option<Fingerprint>>,
    ) -> Result<(), KeystoreError> {
        let store = self.digest()?;
        let command = command.to_owned();
        let note = Note { command, stage, aliases, store, run: None, because: None };
        Ok(self.custody()?.note(note)?)
    }

    fn custody(&self) -> Result<&Custody, KeystoreError> {
        self.store.custody().ok_or_else(|| KeystoreError::Locked(self.store.path().to_owned()))
    }
}

/// Frees the aliases that a run holds, and writes down why. Says whether it held any.
///
/// # Errors
/// When the claim or the record cannot be read or written.
pub fn release(path: &Path, run: &str, because: &str) -> Result<bool, KeystoreError> {
    if !path.exists() {
        return Err(KeystoreError::Missing(path.to_owned()));
    }
    let custody = Custody::take(path, PATIENCE)?;
    let note = |stage| Note {
        command: "release".to_owned(),
        stage,
        aliases: BTreeMap::new(),
        store: None,
        run: Some(run.to_owned()),
        because: Some(because.to_owned()),
    };
    let claim = crate::backend::custody::Claim::read(custody.store())?;
    if claim.is_none_or(|claim| claim.of(run).is_none()) {
        return Ok(false);
    }
    custody.note(note(Stage::Intent))?;
    let freed = custody.release(run)?;
    custody.note(note(Stage::Done))?;
    Ok(freed)
}
