//! Replacing a file in one act: a reader sees the old bytes or the new ones, never a mixture.

use super::{link, private};
use std::{
    ffi::{OsStr, OsString},
    fs::{self, File, OpenOptions, Permissions},
    io::{self, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown},
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU64, Ordering},
};

static NEXT: AtomicU64 = AtomicU64::new(0);

/// Writes `bytes` as the new content of `path`, or creates it. A symbolic link is followed, so the
/// link stays and the file behind it is replaced. The file gets `mode`, or keeps the one it has, or
/// is private (0600) when new; it keeps its owner and group. What an interrupted writer left in the
/// folder is removed first.
///
/// # Errors
/// When the system refuses any part of it, the keeping of the owner included. The old file is then
/// as it was, and nothing else is left; only when the folder cannot be synchronised at the very end
/// is the new file in place already, and may be lost with the power.
pub fn replace(path: &Path, bytes: &[u8], mode: Option<u32>) -> io::Result<()> {
    let mut draft = Draft::beside(path)?;
    draft.write_all(bytes)?;
    draft.place(mode)
}

/// As [`replace`] for what keyroll alone writes, such as a report: a symbolic link at the path is
/// refused, for it may have been put there to have another file overwritten.
///
/// # Errors
/// As [`replace`], and when there is a link.
pub fn replace_own(path: &Path, bytes: &[u8], mode: Option<u32>) -> io::Result<()> {
    let mut draft = Draft::own(path)?;
    draft.write_all(bytes)?;
    draft.place(mode)
}

/// Removes a file, with what an interrupted writer of it left. That it is gone already is no error.
///
/// # Errors
/// When the system refuses.
pub fn remove(path: &Path) -> io::Result<()> {
    let (folder, name) = parts(path)?;
    remove_leftovers(folder, name);
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => File::open(folder)?.sync_all(),
    }
}

/// The next content of a file, written beside it. Dropped without being placed, it is removed and
/// the file is as it was.
#[derive(Debug)]
pub struct Draft {
    file: File,
    path: PathBuf,
    target: PathBuf,
    old: Option<fs::Metadata>,
    placed: bool,
}

impl Draft {
    /// Begins the next content of `path`, as [`replace`] does.
    ///
    /// # Errors
    /// When there is something else than a file at `path`, or the system refuses.
    pub fn beside(path: &Path) -> io::Result<Self> {
        Self::of(resolve(path)?)
    }

    /// Begins the next content of `path`, as [`replace_own`] does.
    ///
    /// # Errors
    /// As [`Self::beside`], and when there is a symbolic link.
    pub fn own(path: &Path) -> io::Result<Self> {
        if fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink()) {
            let why = "it is a symbolic link, and none is followed";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
        }
        // A link that comes between now and then is itself replaced, and what it leads to stays.
        Self::of(resolve(path)?)
    }

    fn of(target: PathBuf) -> io::Result<Self> {
        let (folder, name) = parts(&target)?;
        let old = match fs::symlink_metadata(&target) {
            Ok(metadata) if !metadata.is_file() => {
                return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
            }
            Ok(metadata) => Some(metadata),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        remove_leftovers(folder, name);
        let (file, path) = draft(folder, name)?;
        Ok(Self { file, path, target, old, placed: false })
    }

    /// Brings what was written so far to the disk, so that [placing](Self::place) it takes no longer
    /// than it must.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn settle(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    /// The number that the file system knows the draft by, and the file that it becomes.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn inode(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.ino())
    }

    /// The file whose place it takes.
    #[must_use]
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Puts it in the place of the file, durably.
    ///
    /// # Errors
    /// As [`replace`].
    pub fn place(mut self, mode: Option<u32>) -> io::Result<()> {
        if let Some(old) = &self.old {
            let new = self.file.metadata()?;
            if (old.uid(), old.gid()) != (new.uid(), new.gid()) {
                fchown(&self.file, Some(old.uid()), Some(old.gid()))?;
            }
        }
        let mode = mode.or_else(|| self.old.as_ref().map(|old| old.mode() & 0o7777)).unwrap_or(0o600);
        self.file.set_permissions(Permissions::from_mode(mode))?;
        self.file.sync_all()?;
        fs::rename(&self.path, &self.target)?;
        self.placed = true;
        File::open(parts(&self.target)?.0)?.sync_all()
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.placed {
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn parts(path: &Path) -> io::Result<(&Path, &OsStr)> {
    let parts = path.parent().zip(path.file_name());
    parts.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "not a file name"))
}

/// The file that a path leads to, through symbolic links; the path itself in its real folder when
/// there is nothing yet.
///
/// # Errors
/// When the folder does not exist, the path is a link that leads nowhere, or another user put the
/// link into a folder that all share.
pub fn resolve(path: &Path) -> io::Result<PathBuf> {
    link::follow(path)
}

/// A new private file beside the target. It is locked while its writer lives, so that others can
/// tell it from a leftover.
fn draft(folder: &Path, name: &OsStr) -> io::Result<(File, PathBuf)> {
    loop {
        let mut own = draft_prefix(name);
        own.push(format!("{}-{}.new", process::id(), NEXT.fetch_add(1, Ordering::Relaxed)));
        let path = folder.join(own);
        let file = match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            opened => opened?,
        };
        // Between the creation and the lock somebody may have taken it for a leftover.
        if file.try_lock().is_ok() && file.metadata()?.nlink() == 1 {
            return Ok((file, path));
        }
    }
}

fn draft_prefix(name: &OsStr) -> OsString {
    let mut prefix = OsString::from(".");
    prefix.push(name);
    prefix.push(".");
    prefix
}

/// Removes drafts whose writer is gone. It is no error when that fails: they harm nobody.
fn remove_leftovers(folder: &Path, name: &OsStr) {
    let prefix = draft_prefix(name);
    let Ok(files) = fs::read_dir(folder) else { return };
    for file in files.flatten() {
        let (name, path) = (file.file_name(), file.path());
        let bytes = name.as_encoded_bytes();
        let is_draft = bytes.strip_prefix(prefix.as_encoded_bytes()).is_some_and(is_draft_number);
        if is_draft
            && file.file_type().is_ok_and(|kind| kind.is_file())
            && let Ok(leftover) = private::existing(&path)
            && leftover.try_lock().is_ok()
        {
            let _ = fs::remove_file(&path);
        }
    }
}

/// Whether a file name ends as a draft's does, so that nobody else's file is taken for one.
fn is_draft_number(rest: &[u8]) -> bool {
    rest.strip_suffix(b".new").is_some_and(|number| {
        let mut halves = number.split(|byte| *byte == b'-');
        let is_number = |half: Option<&[u8]>| {
            half.is_some_and(|half| !half.is_empty() && half.iter().all(u8::is_ascii_digit))
        };
        is_number(halves.next()) && is_number(halves.next()) && halves.next().is_none()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|f| f.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_link_and_a_mode_stay() {
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        fs::write(&real, "old").unwrap();
        fs::set_permissions(&real, Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink("real", &link).unwrap();
        replace(&link, b"new", None).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&real).unwrap(), b"new");
        assert_eq!(fs::metadata(&real).unwrap().mode() & 0o7777, 0o640);
        assert_eq!(names(folder.path()), ["link", "real"]);
    }

    #[test]
    fn an_own_file_is_written_through_no_link() {
        let folder = tempfile::tempdir().unwrap();
        let (theirs, link) = (folder.path().join("theirs"), folder.path().join("report.html"));
        fs::write(&theirs, "theirs").unwrap();
        for target in ["theirs", "nothing"] {
            std::os::unix::fs::symlink(target, &link).unwrap();
            let refused = replace_own(&link, b"report", None).unwrap_err();
            assert!(refused.to_string().contains("symbolic link"), "{refused}");
            fs::remove_file(&link).unwrap();
        }
        assert_eq!(fs::read(&theirs).unwrap(), b"theirs");
        replace_own(&link, b"report", None).unwrap();
        assert_eq!(names(folder.path()), ["report.html", "theirs"]);
    }

    #[test]
    fn a_new_file_is_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        replace(&path, b"x", None).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, 0o600);
    }

    #[test]
    fn leftovers_go_and_drafts_in_use_stay() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        for name in [".a.77-1.new", ".a.77.new", ".a.b-1.new", ".b.77-1.new"] {
            fs::write(folder.path().join(name), "left").unwrap();
        }
        let in_use = folder.path().join(".a.78-1.new");
        let writer = File::create(&in_use).unwrap();
        writer.try_lock().unwrap();
        replace(&path, b"x", None).unwrap();
        assert_eq!(names(folder.path()), [".a.77.new", ".a.78-1.new", ".a.b-1.new", ".b.77-1.new", "a"]);
    }

    #[test]
    fn a_draft_that_is_not_placed_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "old").unwrap();
        let mut draft = Draft::beside(&path).unwrap();
        draft.write_all(b"half").unwrap();
        assert_eq!(names(folder.path()).len(), 2);
        drop(draft);
        assert_eq!(fs::read(&path).unwrap(), b"old");
        fs::write(folder.path().join(".a.77-1.new"), "left").unwrap();
        remove(&path).unwrap();
        remove(&path).unwrap();
        assert_eq!(names(folder.path()), [""; 0]);
    }

    #[test]
    fn what_is_no_file_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let device = folder.path().join("full");
        std::os::unix::fs::symlink("/dev/full", &device).unwrap();
        assert_eq!(replace(&device, b"x", None).unwrap_err().kind(), io::ErrorKind::InvalidInput);
        assert_eq!(replace(folder.path(), b"x", None).unwrap_err().kind(), io::ErrorKind::InvalidInput);
        let nowhere = folder.path().join("nowhere");
        std::os::unix::fs::symlink("gone", &nowhere).unwrap();
        assert_eq!(replace(&nowhere, b"x", None).unwrap_err().kind(), io::ErrorKind::NotFound);
        assert_eq!(names(folder.path()), ["full", "nowhere"]);
    }
}
