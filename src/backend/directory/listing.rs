//! What the file system says of a trust folder, without reading a file.

use std::ffi::{OsStr, OsString};
use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};

/// How long a time of change must lie back before the next change is sure to show another one.
/// Kernels stamp in steps of some milliseconds; FAT, the coarsest file system, in steps of two
/// seconds.
const COARSEST: SignedDuration = SignedDuration::from_secs(3);

/// The trust files of a folder, by name, each with its stamp.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Listing {
    folder: Stamp,
    pub(super) files: Vec<(OsString, Stamp)>,
}

/// What changes when a file does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Stamp {
    fn of(found: &Metadata) -> Self {
        Self {
            device: found.dev(),
            inode: found.ino(),
            size: found.size(),
            modified: (found.mtime(), found.mtime_nsec()),
            changed: (found.ctime(), found.ctime_nsec()),
        }
    }

    /// Whether both are of the same file with the same content. The time of change is left out: a
    /// hard link moves it, and a swap links.
    fn same_content(&self, other: &Self) -> bool {
        Self { changed: (0, 0), ..*self } == Self { changed: (0, 0), ..*other }
    }
}

impl Listing {
    /// Lists the folder now.
    pub(super) fn of(folder: &Path) -> io::Result<Self> {
        let stamp = Stamp::of(&folder.metadata()?);
        let mut files = Vec::new();
        for entry in folder.read_dir()? {
            let name = entry?.file_name();
            if !holds_trust(&name) {
                continue;
            }
            // Follows symbolic links, as whoever reads such a folder does.
            match folder.join(&name).metadata() {
                Ok(found) if found.is_file() => files.push((name, Stamp::of(&found))),
                Ok(_) => {}
                // Gone since it was listed: then the folder's own stamp has moved too.
                Err(error)
                    if error.kind() == io::ErrorKind::NotFound
                        && folder.join(&name).symlink_metadata().is_err() => {}
                Err(error) => return Err(error),
            }
        }
        files.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        Ok(Self { folder: stamp, files })
    }

    /// Whether both show the same files with the same content.
    pub(super) fn same_content(&self, other: &Self) -> bool {
        self.folder.same_content(&other.folder) && self.same_files(other)
    }

    /// Whether both show the same files with the same content, in whichever folder.
    pub(super) fn same_files(&self, other: &Self) -> bool {
        self.files.len() == other.files.len()
            && self
                .files
                .iter()
                .zip(&other.files)
                .all(|((a, stamp), (b, other))| a == b && stamp.same_content(other))
    }

    /// Whether any change after `now` is sure to give another listing: nothing in it is so young
    /// that a second change could carry the same time.
    pub(super) fn settled(&self, now: Timestamp) -> bool {
        let Ok(limit) = now.checked_sub(COARSEST) else { return false };
        std::iter::once(&self.folder)
            .chain(self.files.iter().map(|(_, stamp)| stamp))
            .all(|stamp| stamp.modified.0.max(stamp.changed.0) < limit.as_second())
    }
}

/// Whether a file of this name is read for certificates.
pub(super) fn holds_trust(name: &OsStr) -> bool {
    Path::new(name)
        .extension()
        .is_some_and(|kind| ["pem", "crt", "cer"].iter().any(|known| kind.eq_ignore_ascii_case(known)))
}
