//! The keystore in a file.

use std::{
    fmt,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use openssl::pkey::{PKey, Private};
use zeroize::Zeroizing;

use super::{
    edit::Edit,
    flaw::Flaw,
    inventory::{Found, Inventory},
    octets::Octets,
    safe::Safe,
};
use crate::{
    backend::{
        clock::{Clock, WallClock},
        custody::{Custody, Holder},
        file::{self, Stamp, atomic::Draft},
        keystore::{Entry, KeystoreError},
    },
    name::Alias,
    world::material::{Certificate, Fingerprint},
};

/// The largest store that is read, in bytes.
const LARGEST_STORE: u64 = 64 << 20;

const PATIENCE: Duration = Duration::from_secs(10);
const MISMATCH: &str = "the key does not belong to its certificate";

/// A PKCS#12 file (RFC 7292) as keytool, openssl and others write it, today and formerly. Algorithms,
/// iterations, attributes and order are kept; what is put in gets the store's own algorithms.
///
/// The file is read whenever it is asked for something, unless it is unchanged since the last time.
/// A change takes a lock beside the file (`<file>.lock`), asks its [`Custody`] whether these aliases
/// may be changed, touches the bags of the named aliases only, and replaces the file in one act.
/// Entries without a name, or with one that is no [`Alias`], are carried along unseen, and [remarked
/// on](Self::remarks).
pub struct Pkcs12Keystore {
    path: PathBuf,
    pub(super) password: Zeroizing<String>,
    patience: Duration,
    custody: Option<Custody>,
    holder: Option<Holder>,
    may_be_new: bool,
    last: Mutex<Option<Last>>,
}

/// What was read last.
struct Last {
    /// `None` when a change after the reading may have left the same one.
    stamp: Option<Stamp>,
    known: Known,
}

/// All bytes of a store, and what they say.
pub(super) type Known = (Octets, Arc<Content>);

/// A store as read.
pub(super) struct Content {
    pub(super) safe: Safe,
    pub(super) inventory: Inventory,
}

/// What a change comes to.
pub(super) enum Act<T> {
    /// Nothing is to be written.
    Rest(T),
    /// This is to be written.
    Write(Box<Written>, T),
}

/// A store to be written, and what it was when it was read again.
pub(super) struct Written {
    /// Its bytes beside the file, not in its place yet.
    pub(super) draft: io::Result<Draft>,
    pub(super) bytes: Octets,
    pub(super) content: Content,
}

impl Pkcs12Keystore {
    /// The store at `path`. Nothing is read yet.
    #[must_use]
    pub fn open(path: impl Into<PathBuf>, password: Zeroizing<String>) -> Self {
        Self {
            path: path.into(),
            password,
            patience: PATIENCE,
            custody: None,
            holder: None,
            may_be_new: false,
            last: Mutex::new(None),
        }
    }

    /// The same, in the custody of the caller: its changes take no lock of their own.
    #[must_use]
    pub(crate) fn in_custody(self, custody: Custody) -> Self {
        Self { custody: Some(custody), ..self }
    }

    /// The same, for a run, which changes only what it holds.
    #[must_use]
    pub fn held_by(self, holder: Holder) -> Self {
        Self { holder: Some(holder), ..self }
    }

    /// The same, but the first change makes the file when there is none, as
    /// [`Self::create_empty`] does.
    #[must_use]
    pub(crate) fn perhaps_new(self) -> Self {
        Self { may_be_new: true, ..self }
    }

    pub(super) const fn custody(&self) -> Option<&Custody> {
        self.custody.as_ref()
    }

    /// A new store without entries: AES-256-CBC under PBKDF2 with HMAC-SHA256 and 10,000 iterations
    /// once something is put in, HMAC-SHA256 for integrity, mode 0600.
    ///
    /// # Errors
    /// When there is something at `path` already, or it cannot be written.
    pub fn create_empty(
        path: impl Into<PathBuf>,
        password: Zeroizing<String>,
    ) -> Result<Self, KeystoreError> {
        let store = Self::open(path, password);
        let custody = Custody::take(&store.path, store.patience)?;
        if std::fs::symlink_metadata(&store.path).is_ok() {
            return Err(store.io("cannot create")(io::ErrorKind::AlreadyExists.into()));
        }
        let bytes = Safe::empty().write(&store.password).map_err(|flaw| flaw.of(&store.path))?;
        file::replace(custody.store(), &bytes, Some(0o600)).map_err(store.io("cannot write"))?;
        Ok(store)
    }

    /// Waits at most so long for another process that changes the store, instead of ten seconds.
    #[must_use]
    pub fn waiting_at_most(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Where the store lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What tells whether the file changed, without reading it. What was read may be kept while the
    /// stamp is the same, provided that it [is settled](Stamp::is_settled).
    ///
    /// # Errors
    /// When there is no file, or the system does not tell.
    pub fn stamp(&self) -> Result<Stamp, KeystoreError> {
        Stamp::of(&self.path).map_err(self.io("cannot read"))
    }

    /// The key under an alias and its certificate, checked to belong together.
    ///
    /// # Errors
    /// [`KeystoreError::NoKeyPair`] when there is none, [`KeystoreError::Crypto`] when the key cannot
    /// be decrypted or does not match.
    pub(crate) fn private_key(&self, alias: &Alias) -> Result<(PKey<Private>, Certificate), KeystoreError> {
        let content = self.content()?;
        let is_key = |found: &&Found| content.safe.bags.get(found.bag).is_some_and(|bag| bag.is_key());
        let found = content.inventory.find(alias)?.filter(is_key);
        self.pair(&content, found.ok_or_else(|| KeystoreError::NoKeyPair(alias.clone()))?)
    }

    pub(super) fn pair(
        &self,
        content: &Content,
        found: &Found,
    ) -> Result<(PKey<Private>, Certificate), KeystoreError> {
        let own = found.certificate.and_then(|own| content.safe.bags.get(own)?.certificate());
        let Some(own) = own else {
            let cause = "there is no certificate, or none that fits".to_owned();
            return Err(KeystoreError::Crypto { doing: MISMATCH, cause });
        };
        let key = content.safe.private_key(found.bag, &self.password).map_err(|flaw| flaw.of(&self.path))?;
        if !own.public_key().is_ok_and(|public| public.public_eq(&key)) {
            let cause = format!("their public keys differ (certificate {})", own.fingerprint().short());
            return Err(KeystoreError::Crypto { doing: MISMATCH, cause });
        }
        Ok((key, own.clone()))
    }

    /// As [`Self::pair`], for a pair that is moved or dropped: a key that does not open with the
    /// store's password is no obstacle, one that opens and does not match is.
    pub(super) fn check_leaving(&self, content: &Content, found: &Found) -> Result<(), KeystoreError> {
        let opens = content.safe.private_key(found.bag, &self.password).is_ok();
        if opens { self.pair(content, found).map(|_| ()) } else { Ok(()) }
    }

    pub(super) fn content(&self) -> Result<Arc<Content>, KeystoreError> {
        self.known().map(|known| known.1)
    }

    /// All bytes of the file, and what they say.
    pub(super) fn known(&self) -> Result<Known, KeystoreError> {
        let known = self.last().as_ref().and_then(|last| Some((last.stamp?, last.known.clone())));
        match known {
            Some((stamp, known)) if self.stamp()? == stamp => Ok(known),
            _ => self.understood(),
        }
    }

    /// Reads the file, and what it says. The same bytes are neither kept nor parsed twice.
    fn understood(&self) -> Result<Known, KeystoreError> {
        // A change while it is read and parsed must give another stamp too.
        let begun = WallClock.now();
        let known = self.last().as_ref().map(|last| last.known.clone());
        let same = match known {
            Some(known) => self.compared(&known.0)?.map(|stamp| (known, stamp)),
            None => None,
        };
        let (known, stamp) = match same {
            Some(same) => same,
            None => {
                let read = file::stamp::read(&self.path, LARGEST_STORE);
                let (bytes, stamp) = read.map_err(self.io("cannot read"))?;
                let bytes = Octets::stored(bytes);
                let content = Arc::new(self.parsed(&bytes)?);
                ((bytes, content), stamp)
            }
        };
        let stamp = stamp.is_settled_at(begun).then_some(stamp);
        *self.last() = Some(Last { stamp, known: known.clone() });
        Ok(known)
    }

    /// The bytes that were read or written last.
    pub(super) fn last_bytes(&self) -> Option<Octets> {
        self.last().as_ref().map(|last| last.known.0.clone())
    }

    /// What was read or written last, if the file is still so.
    pub(super) fn as_left(&self) -> Result<Option<Known>, KeystoreError> {
        let known = self.last().as_ref().map(|last| last.known.clone());
        match known {
            Some(known) => Ok(self.compared(&known.0)?.map(|_| known)),
            None => self.understood().map(Some),
        }
    }

    /// The stamp of the file, if these are its bytes.
    fn compared(&self, bytes: &[u8]) -> Result<Option<Stamp>, KeystoreError> {
        file::stamp::compare(&self.path, bytes, LARGEST_STORE).map_err(self.io("cannot read"))
    }

    fn last(&self) -> MutexGuard<'_, Option<Last>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn parsed(&self, bytes: &Octets) -> Result<Content, KeystoreError> {
        let safe = Safe::read(bytes, &self.password).map_err(self.flaw())?;
        let inventory = Inventory::of(&safe, &self.password).map_err(self.flaw())?;
        Ok(Content { safe, inventory })
    }

    /// Reads the store under its lock, lets `act` compose another one, and puts it in place. Only
    /// the named aliases may be changed by it, and only if nobody else holds them.
    pub(super) fn change<T>(
        &self,
        aliases: &[&Alias],
        act: impl FnOnce(&Content) -> Result<Act<T>, KeystoreError>,
    ) -> Result<T, KeystoreError> {
        let target = self.resolved()?;
        let is_new = self.may_be_new && !target.exists();
        if !is_new && !target.exists() {
            return Err(KeystoreError::Missing(self.path.clone()));
        }
        let taken;
        let custody = match &self.custody {
            Some(custody) => custody,
            None => {
                taken = Custody::take(&self.path, self.patience)?;
                &taken
            }
        };
        custody.allow(self.holder.as_ref(), aliases)?;
        let (before, content) = if is_new {
            let empty = Safe::empty().write(&self.password).map_err(self.flaw())?;
            (None, Arc::new(self.parsed(&empty)?))
        } else {
            let (bytes, content) = self.understood()?;
            (Some(bytes), content)
        };
        match act(&content)? {
            Act::Rest(answer) => Ok(answer),
            Act::Write(after, answer) => {
                // Other tools know nothing of the lock.
                let is_as_it_was = match &before {
                    Some(before) => self.compared(before)?.is_some(),
                    None => !target.exists(),
                };
                let draft = after.draft.map_err(self.io("cannot write"))?;
                let is_target = |path: &Path| path == target;
                if ![&self.resolved()?, custody.store(), draft.target()].into_iter().all(is_target)
                    || !is_as_it_was
                {
                    return Err(KeystoreError::Locked(self.path.clone()));
                }
                draft.place(is_new.then_some(0o600)).map_err(self.io("cannot write"))?;
                *self.last() = Some(Last { stamp: None, known: (after.bytes, Arc::new(after.content)) });
                Ok(answer)
            }
        }
    }

    pub(super) fn write<T>(&self, edit: Edit<'_>, answer: T) -> Result<Act<T>, KeystoreError> {
        let begin = |bytes: &[u8]| {
            let mut draft = Draft::beside(&self.path)?;
            draft.write_all(bytes).map(|()| draft)
        };
        edit.write(begin).map(|written| Act::Write(Box::new(written), answer)).map_err(self.flaw())
    }

    fn resolved(&self) -> Result<PathBuf, KeystoreError> {
        file::atomic::resolve(&self.path).map_err(self.io("cannot read"))
    }

    fn io(&self, doing: &'static str) -> impl Fn(io::Error) -> KeystoreError {
        move |cause| match cause.kind() {
            io::ErrorKind::NotFound if doing == "cannot read" => KeystoreError::Missing(self.path.clone()),
            _ => KeystoreError::Io { doing, path: self.path.clone(), cause },
        }
    }

    pub(super) fn flaw(&self) -> impl Fn(Flaw) -> KeystoreError {
        |flaw| flaw.of(&self.path)
    }
}

impl Content {
    pub(super) fn entry(&self, alias: &Alias) -> Result<Option<Entry>, KeystoreError> {
        Ok(self.inventory.find(alias)?.and_then(|found| found.entry(&self.safe)))
    }

    /// The pair under an alias, if its certificate is this one.
    pub(super) fn pair(
        &self,
        alias: &Alias,
        certificate: &Fingerprint,
    ) -> Result<Option<&Found>, KeystoreError> {
        let is_meant = |found: &&Found| {
            let own = found.certificate.and_then(|own| self.safe.bags.get(own)?.certificate());
            own.is_some_and(|own| own.fingerprint() == *certificate)
        };
        Ok(self.inventory.find(alias)?.filter(is_meant))
    }

    /// Whether no bag has this name, not even one that is no entry of its own.
    pub(super) fn is_free(&self, alias: &Alias) -> bool {
        !self.safe.bags.iter().any(|bag| bag.answers_to(alias))
            && matches!(self.inventory.find(alias), Ok(None))
    }
}

impl fmt::Debug for Pkcs12Keystore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pkcs12Keystore").field("path", &self.path).finish_non_exhaustive()
    }
}
