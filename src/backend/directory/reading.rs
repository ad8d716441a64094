//! What lay in a trust folder at one moment.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::{
    backend::{
        clock::{Clock, WallClock},
        receiver::ReceiverError,
    },
    world::material::{Certificate, Fingerprint},
};

use super::{listing::Listing, trust_file::TrustFile};

/// How often a folder that changes under the reader's hands is read again.
const TRIES: usize = 200;

/// The largest file that is read; a bundle of all public authorities has a quarter of a megabyte.
const LARGEST: u64 = 16 << 20;

/// The files of a folder, all as they were at one moment between the begin and the end of reading.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) listing: Listing,
    pub(super) files: Vec<TrustFile>,
    pub(super) accepted: Vec<Certificate>,
    folder: PathBuf,
    begun: Timestamp,
}

impl Reading {
    /// Reads the folder, again if it changed meanwhile.
    pub(super) fn take(folder: &Path) -> Result<Self, ReceiverError> {
        for _ in 0..TRIES {
            // File times come from the wall clock, whichever clock a run goes by.
            let begun = WallClock.now();
            let before = list(folder)?;
            let files = read(folder, &before);
            if list(folder)?.same_content(&before) {
                let files = files?;
                let accepted = distinct(&files);
                return Ok(Self { listing: before, files, accepted, folder: folder.to_owned(), begun });
            }
        }
        Err(ReceiverError::Restless(folder.to_owned()))
    }

    /// Whether this is certainly still what lies in `folder`.
    pub(super) fn is_current(&self, folder: &Path) -> Result<bool, ReceiverError> {
        Ok(self.folder == folder && self.listing.settled(self.begun) && list(folder)? == self.listing)
    }

    /// Whether this certificate is there.
    pub(super) fn holds(&self, key: &Fingerprint) -> bool {
        self.accepted.iter().any(|held| held.fingerprint() == *key)
    }
}

fn list(folder: &Path) -> Result<Listing, ReceiverError> {
    Listing::of(folder).map_err(failed("cannot read", folder))
}

fn read(folder: &Path, listing: &Listing) -> Result<Vec<TrustFile>, ReceiverError> {
    let file = |name: &std::ffi::OsString| {
        let path = folder.join(name);
        let mut bytes = Vec::new();
        File::open(&path)
            .and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes))
            .map_err(failed("cannot read", &path))?;
        let whole = u64::try_from(bytes.len()).is_ok_and(|length| length <= LARGEST);
        let parsed = whole.then(|| TrustFile::parse(name.clone(), bytes)).flatten();
        parsed.ok_or(ReceiverError::NoCertificate(path))
    };
    listing.files.iter().map(|(name, _)| file(name)).collect()
}

/// Each certificate once, however often it lies there.
fn distinct(files: &[TrustFile]) -> Vec<Certificate> {
    let mut seen = std::collections::HashSet::new();
    let all = files.iter().flat_map(TrustFile::certificates);
    all.filter(|found| seen.insert(found.fingerprint())).cloned().collect()
}

/// Words an error of the operating system.
pub(super) fn failed(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> ReceiverError {
    let path = path.to_owned();
    move |cause| ReceiverError::Io { doing, path, cause }
}
