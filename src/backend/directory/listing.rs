//! What the file system says of a trust folder, without reading a file.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;

use jiff::Timestamp;

use crate::backend::file::Stamp;

/// The trust files of a folder, by name, each with its stamp.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Listing {
    folder: Stamp,
    pub(super) files: Vec<(OsString, Stamp)>,
}

impl Listing {
    /// Lists the folder now.
    pub(super) fn of(folder: &Path) -> io::Result<Self> {
        let stamp = Stamp::of(folder)?;
        let mut files = Vec::new();
        for entry in folder.read_dir()? {
            let name = entry?.file_name();
            if !holds_trust(&name) {
                continue;
            }
            // Follows symbolic links, as whoever reads such a folder does.
            match folder.join(&name).metadata() {
                Ok(found) if found.is_file() => files.push((name, Stamp::from(&found))),
                Ok(_) => {}
                // Gone since it was listed, perhaps there again by now: the folder's own stamp has moved too.
                Err(error) if error.kind() == io::ErrorKind::NotFound && !is_link(&folder.join(&name)) => {}
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
        self.folder.is_settled_at(now) && self.files.iter().all(|(_, stamp)| stamp.is_settled_at(now))
    }
}

/// Whether a symbolic link lies there.
fn is_link(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|found| found.is_symlink())
}

/// Whether a file of this name is read for certificates.
pub(super) fn holds_trust(name: &OsStr) -> bool {
    Path::new(name)
        .extension()
        .is_some_and(|kind| ["pem", "crt", "cer"].iter().any(|known| kind.eq_ignore_ascii_case(known)))
}
