//! Whether a file is still the one that was read.

use std::{
    fs::{self, File, Metadata},
    io::{self, Read},
    os::unix::fs::MetadataExt,
    path::Path,
};

use jiff::{SignedDuration, Timestamp};

use crate::backend::clock::{Clock, WallClock};

/// How long a time of change must lie back before the next change is sure to show another one.
/// Kernels stamp in steps of some milliseconds; FAT, the coarsest file system, in steps of two
/// seconds.
const COARSEST: SignedDuration = SignedDuration::from_secs(3);

/// What the file system says of a file at one moment. Two equal stamps mean the same content, once
/// the first [is settled](Self::is_settled).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Stamp {
    /// The stamp of the file that a path leads to.
    ///
    /// # Errors
    /// When the system cannot tell.
    pub fn of(path: &Path) -> io::Result<Self> {
        fs::metadata(path).map(|metadata| Self::from(&metadata))
    }

    /// Whether any change from now on is sure to give another stamp. Before that, a second write
    /// may leave the same one, so what was read must not be kept.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        // File times come from the wall clock, whichever clock a run goes by.
        self.is_settled_at(WallClock.now())
    }

    /// Whether any change after `now` is sure to give another stamp: this one is not so young that
    /// a second change could carry the same time.
    #[must_use]
    pub fn is_settled_at(&self, now: Timestamp) -> bool {
        let limit = now.checked_sub(COARSEST).unwrap_or(Timestamp::MIN);
        self.modified.0.max(self.changed.0) < limit.as_second()
    }

    /// Whether both are of the same file with the same content. The time of change is left out: a
    /// hard link moves it.
    #[must_use]
    pub fn same_content(&self, other: &Self) -> bool {
        Self { changed: (0, 0), ..*self } == Self { changed: (0, 0), ..*other }
    }
}

impl From<&Metadata> for Stamp {
    fn from(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.size(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

fn opened(path: &Path, limit: u64) -> io::Result<(File, Stamp)> {
    // Asked before opening, for opening a pipe would wait for its writer.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    let file = File::open(path)?;
    let stamp = Stamp::from(&file.metadata()?);
    if stamp.size > limit {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("larger than {limit} bytes")));
    }
    Ok((file, stamp))
}

/// Compares a file with bytes, and keeps nothing of it. Answers its stamp when they are the same.
///
/// # Errors
/// When it cannot be read, is no regular file, or is larger.
pub fn compare(path: &Path, bytes: &[u8], limit: u64) -> io::Result<Option<Stamp>> {
    let (mut file, stamp) = opened(path, limit)?;
    if u64::try_from(bytes.len()).ok() != Some(stamp.size) {
        return Ok(None);
    }
    let mut part = vec![0; 64 << 10];
    let mut rest = bytes;
    loop {
        let read = match file.read(&mut part) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read?,
        };
        match (part.get(..read), rest.split_at_checked(read)) {
            (Some([]), _) => break,
            (Some(read), Some((own, left))) if read == own => rest = left,
            _ => return Ok(None),
        }
    }
    let is_still = Stamp::from(&file.metadata()?) == stamp;
    Ok((is_still && rest.is_empty()).then_some(stamp))
}

/// Reads a regular file of at most `limit` bytes, with the stamp that goes with these bytes.
///
/// # Errors
/// When it cannot be read, is no regular file, is larger, or keeps changing while it is read.
pub fn read(path: &Path, limit: u64) -> io::Result<(Vec<u8>, Stamp)> {
    for _ in 0..8 {
        let (file, before) = opened(path, limit)?;
        let mut bytes = Vec::with_capacity(usize::try_from(before.size).unwrap_or(0).saturating_add(1));
        (&file).take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
        if Stamp::from(&file.metadata()?) == before && u64::try_from(bytes.len()).ok() == Some(before.size) {
            return Ok((bytes, before));
        }
    }
    Err(io::Error::new(io::ErrorKind::ResourceBusy, "it changes while it is read"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_changes_with_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "one").unwrap();
        let (bytes, stamp) = read(&path, 3).unwrap();
        assert_eq!((bytes.as_slice(), stamp), (b"one".as_slice(), Stamp::of(&path).unwrap()));
        assert!(!stamp.is_settled());
        super::super::replace(&path, b"two", None).unwrap();
        assert_ne!(Stamp::of(&path).unwrap(), stamp);
    }

    #[test]
    fn a_file_is_compared_to_its_last_byte() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let bytes = vec![7; 200_000];
        fs::write(&path, &bytes).unwrap();
        let limit = 1 << 20;
        assert_eq!(compare(&path, &bytes, limit).unwrap(), Some(Stamp::of(&path).unwrap()));
        assert_eq!(compare(&path, &bytes[1..], limit).unwrap(), None);
        for at in [0, 65_535, 65_536, 199_999] {
            let mut other = bytes.clone();
            other[at] = 8;
            assert_eq!(compare(&path, &other, limit).unwrap(), None, "{at}");
        }
        assert_eq!(compare(&path, &bytes, 10).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
    }

    #[test]
    fn what_is_no_file_or_too_large_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "four").unwrap();
        assert_eq!(read(&path, 3).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        assert_eq!(read(folder.path(), 3).unwrap_err().kind(), io::ErrorKind::InvalidInput);
    }
}
