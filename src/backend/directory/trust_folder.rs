//! The receiver that verifies with the certificates of a folder.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::{
    backend::{
        Outcome,
        counts::Counts,
        receiver::{Judgement, Message, Receiver, ReceiverError},
        verifier::{Verifier, judge},
    },
    world::material::{Certificate, Fingerprint},
};

use super::{
    listing::Listing,
    naming,
    reading::{Reading, failed},
    swap::{Beside, Staged},
    tally,
    trust_file::Rest,
};

/// How often a change is begun anew because somebody changed the folder by hand meanwhile.
const TRIES: usize = 20;

/// A folder of certificates, and the right to change it.
///
/// Read are all files that end in `.pem`, `.crt` or `.cer` (one or several certificates each, PEM,
/// or one in DER), in the order of their names; everything else in the folder is left alone. A change
/// replaces the whole folder in one act. Files that it does not concern stay the same files, and a
/// file with several certificates keeps the bytes of those that stay. The folder may be a symbolic
/// link; it cannot be a mount point.
#[derive(Debug)]
pub struct TrustFolder {
    path: PathBuf,
    capacity: usize,
    verifier: Box<dyn Verifier>,
    reading: Option<Reading>,
    counts: Counts,
    unsaved: Counts,
}

impl TrustFolder {
    /// A receiver that trusts what lies in `path` and can hold `capacity` certificates. Nothing is
    /// read yet.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>, capacity: usize, verifier: Box<dyn Verifier>) -> Self {
        Self {
            path: path.into(),
            capacity,
            verifier,
            reading: None,
            counts: Counts::default(),
            unsaved: Counts::default(),
        }
    }

    /// What was judged through this value so far.
    #[must_use]
    pub const fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Adds what was judged since the last time to the counts in a file (JSON, for others to read)
    /// and returns what the file then says.
    ///
    /// # Errors
    /// When the file cannot be read or written; the counts wait for the next time then.
    pub fn save_counts(&mut self, path: &Path) -> Result<Counts, ReceiverError> {
        let sum = tally::add_to(path, &self.unsaved).map_err(failed("cannot count in", path))?;
        self.unsaved = Counts::default();
        Ok(sum)
    }

    fn folder(&self) -> Result<PathBuf, ReceiverError> {
        self.path.canonicalize().map_err(failed("cannot read", &self.path))
    }

    /// One try; `None` when the folder changed under it.
    fn try_change(
        &self,
        beside: &Beside,
        folder: &Path,
        change: &Change,
    ) -> Result<Option<()>, ReceiverError> {
        let but_for: Vec<&OsStr> = change.files.iter().map(|(name, _)| name.as_os_str()).collect();
        let staged = beside.stage(&but_for)?;
        let done =
            change.write(&staged).and_then(|()| Listing::of(folder).map_err(failed("cannot read", folder)));
        match done {
            Ok(now) if now.same_files(&change.seen) => staged.swap().map(Some),
            Ok(_) => staged.discard().map(|()| None),
            Err(error) => {
                // The first error is the one to tell; what could not be cleared, the next change clears.
                staged.discard().unwrap_or_default();
                Err(error)
            }
        }
    }
}

/// What a change does to the files.
#[derive(Debug)]
struct Change {
    seen: Listing,
    files: Vec<(OsString, Rest)>,
    add: Vec<Certificate>,
}

impl Change {
    fn write(&self, staged: &Staged<'_>) -> Result<(), ReceiverError> {
        for (name, rest) in &self.files {
            match rest {
                Rest::Untouched | Rest::Nothing => {}
                Rest::Certificates(bytes) => staged.replace(name, name, bytes)?,
                Rest::Foreign(bytes) => {
                    let mut kept = name.clone();
                    kept.push(".kept");
                    staged.replace(name, &kept, bytes)?;
                }
            }
        }
        for certificate in &self.add {
            let names = [naming::file_name(certificate), naming::full_file_name(certificate)];
            staged.add(&names, certificate.pem().as_bytes())?;
        }
        Ok(())
    }
}

impl Receiver for TrustFolder {
    fn accepted(&self) -> Result<Vec<Certificate>, ReceiverError> {
        Ok(Reading::take(&self.folder()?)?.accepted)
    }

    /// What is both added and removed stays, or comes. A removal alone is never refused for the
    /// capacity.
    fn change(&mut self, add: &[Certificate], remove: &[Fingerprint]) -> Result<Outcome, ReceiverError> {
        if let Some(other) = add.iter().find(|one| one.text().is_some()) {
            return Err(ReceiverError::NotX509(other.subject()));
        }
        let folder = self.folder()?;
        let beside = Beside::lock(&folder)?;
        for _ in 0..TRIES {
            let reading = Reading::take(&folder)?;
            let mut fresh: Vec<Certificate> = Vec::new();
            for certificate in add {
                if !reading.holds(&certificate.fingerprint()) && !fresh.contains(certificate) {
                    fresh.push(certificate.clone());
                }
            }
            let mut gone: Vec<Fingerprint> = remove.to_vec();
            gone.retain(|key| reading.holds(key) && !add.iter().any(|named| named.fingerprint() == *key));
            gone.sort_unstable();
            gone.dedup();
            if fresh.is_empty() && gone.is_empty() {
                beside.sync()?;
                return Ok(Outcome::AlreadySo);
            }
            let wanted = reading.accepted.len().saturating_sub(gone.len()).saturating_add(fresh.len());
            if !fresh.is_empty() && wanted > self.capacity {
                return Err(ReceiverError::Full { capacity: self.capacity, wanted });
            }
            let mut files = Vec::new();
            for file in &reading.files {
                match file.without(&gone) {
                    Rest::Untouched => {}
                    rest => files.push((file.name.clone(), rest)),
                }
            }
            let change = Change { seen: reading.listing, files, add: fresh };
            if self.try_change(&beside, &folder, &change)?.is_some() {
                return Ok(Outcome::Changed);
            }
        }
        Err(ReceiverError::Restless(folder))
    }

    fn judge(&mut self, message: &mut dyn Message) -> Result<Judgement, ReceiverError> {
        let folder = self.folder()?;
        let current = match self.reading.take() {
            Some(reading) if reading.is_current(&folder)? => reading,
            _ => Reading::take(&folder)?,
        };
        let current = self.reading.insert(current);
        let mut counted = Counts::default();
        let judgement = judge(&*self.verifier, &current.accepted, message, &mut counted);
        self.counts.add(&counted);
        self.unsaved.add(&counted);
        judgement
    }

    fn capacity(&self) -> usize {
        self.capacity
    }
}
