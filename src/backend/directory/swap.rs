//! A folder that is changed in one act.
//!
//! The new folder is built beside the old one, out of hard links for what stays and new files for
//! what does not, made durable, and then both change places (`renameat2` with `RENAME_EXCHANGE`).
//! A reader who opens the folder finds the old set or the new one. A reader who had the old folder
//! open may still see its files go; [`Reading`](super::reading::Reading) notices that and reads again.
//!
//! A crash leaves the old set or the new one in place, and beside it a folder `.NAME.next`, which the
//! next change clears away.

use std::ffi::{OsStr, OsString};
use std::fs::{DirBuilder, File, Metadata, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};

use crate::backend::{file::private, receiver::ReceiverError};

use super::reading::failed;

/// The places beside a folder, and the right to change it.
#[derive(Debug)]
pub(super) struct Beside {
    folder: PathBuf,
    next: PathBuf,
    parent: PathBuf,
    /// Held until the change is over; the system lets go of it when the process ends.
    _lock: File,
}

/// A new folder being built.
#[derive(Debug)]
pub(super) struct Staged<'a> {
    beside: &'a Beside,
    meta: Metadata,
    linked: Vec<(OsString, u64)>,
}

impl Beside {
    /// Waits for the right to change `folder` (resolved already) and clears away what a crash left.
    pub(super) fn lock(folder: &Path) -> Result<Self, ReceiverError> {
        let (Some(parent), Some(name)) = (folder.parent(), folder.file_name()) else {
            return Err(failed("cannot change", folder)(io::ErrorKind::InvalidInput.into()));
        };
        let place = |suffix: &str| {
            let mut hidden = OsString::from(".");
            hidden.push(name);
            hidden.push(suffix);
            parent.join(hidden)
        };
        let at = place(".lock");
        let lock = private::open(&at)
            .and_then(|file| file.lock().map(|()| file))
            .map_err(failed("cannot lock", &at))?;
        let beside =
            Self { folder: folder.to_owned(), next: place(".next"), parent: parent.to_owned(), _lock: lock };
        beside.clear(None)?;
        Ok(beside)
    }

    /// Begins a new folder with everything that the old one holds, but for the files named.
    pub(super) fn stage(&self, but_for: &[&OsStr]) -> Result<Staged<'_>, ReceiverError> {
        let meta = self.folder.metadata().map_err(failed("cannot read", &self.folder))?;
        DirBuilder::new().mode(0o700).create(&self.next).map_err(failed("cannot create", &self.next))?;
        let mut staged = Staged { beside: self, meta, linked: Vec::new() };
        match staged.link(but_for) {
            Ok(()) => Ok(staged),
            Err(error) => {
                // The first error is the one to tell; the next change clears what is left.
                staged.discard().unwrap_or_default();
                Err(error)
            }
        }
    }

    /// Makes the folder's entry durable.
    pub(super) fn sync(&self) -> Result<(), ReceiverError> {
        sync(&self.parent)
    }

    /// Clears the folder beside away. What is in it and was neither linked nor replaced belongs to
    /// the live folder: subfolders, which cannot be linked, and files that somebody put there in the
    /// very moment of the change. What was linked is not known after a crash: then only subfolders.
    fn clear(&self, known: Option<&[(OsString, u64)]>) -> Result<(), ReceiverError> {
        let entries = match self.next.read_dir() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            other => other.map_err(failed("cannot read", &self.next))?,
        };
        for entry in entries {
            let name = entry.map_err(failed("cannot read", &self.next))?.file_name();
            let (old, live) = (self.next.join(&name), self.folder.join(&name));
            let meta = old.symlink_metadata().map_err(failed("cannot read", &old))?;
            let stranger = known.is_some_and(|known| !known.contains(&(name, meta.ino())));
            if meta.is_dir() || stranger {
                std::fs::rename(&old, &live).map_err(failed("cannot move back", &old))?;
            } else {
                std::fs::remove_file(&old).map_err(failed("cannot remove", &old))?;
            }
        }
        std::fs::remove_dir(&self.next).map_err(failed("cannot remove", &self.next))
    }
}

impl Staged<'_> {
    /// Links what stays. `linked` names everything that the old folder held, replaced or not.
    fn link(&mut self, but_for: &[&OsStr]) -> Result<(), ReceiverError> {
        let folder = &self.beside.folder;
        for entry in folder.read_dir().map_err(failed("cannot read", folder))? {
            let name = entry.map_err(failed("cannot read", folder))?.file_name();
            let (from, to) = (folder.join(&name), self.beside.next.join(&name));
            let meta = from.symlink_metadata().map_err(failed("cannot read", &from))?;
            if meta.is_dir() {
                continue;
            }
            if !but_for.contains(&name.as_os_str()) {
                // The system may forbid a link to somebody else's file (`fs.protected_hardlinks`).
                std::fs::hard_link(&from, &to)
                    .or_else(|_| copy(&from, &to, &meta))
                    .map_err(failed("cannot copy", &from))?;
            }
            self.linked.push((name, meta.ino()));
        }
        Ok(())
    }

    /// Writes a file that replaces one of the old folder and keeps its mode and owner.
    pub(super) fn replace(&self, name: &OsStr, now: &OsStr, bytes: &[u8]) -> Result<(), ReceiverError> {
        let old = self.beside.folder.join(name);
        let meta = old.metadata().map_err(failed("cannot read", &old))?;
        let path = self.beside.next.join(now);
        write(&path, bytes, &meta, meta.mode() & 0o7777).map_err(failed("cannot write", &path))
    }

    /// Writes a new file under the first of these names that is free. Whoever may read the folder
    /// may read it: it has the folder's mode without the right to execute.
    pub(super) fn add(&self, names: &[String], bytes: &[u8]) -> Result<(), ReceiverError> {
        let mut paths = names.iter().map(|name| self.beside.next.join(name));
        let free = paths.find(|path| path.symlink_metadata().is_err());
        let path = free.ok_or_else(|| {
            failed("cannot add a file to", &self.beside.folder)(io::ErrorKind::AlreadyExists.into())
        })?;
        write(&path, bytes, &self.meta, self.meta.mode() & 0o666).map_err(failed("cannot write", &path))
    }

    /// Puts the new folder in the old one's place.
    pub(super) fn swap(self) -> Result<(), ReceiverError> {
        let Beside { folder, next, .. } = self.beside;
        own(next, &self.meta, self.meta.mode() & 0o7777).map_err(failed("cannot set the mode of", next))?;
        sync(next)?;
        renameat_with(CWD, next, CWD, folder, RenameFlags::EXCHANGE)
            .map_err(|error| failed("cannot swap in the new state of", folder)(error.into()))?;
        sync(&self.beside.parent)?;
        self.beside.clear(Some(&self.linked))
    }

    /// Gives the change up.
    pub(super) fn discard(self) -> Result<(), ReceiverError> {
        self.beside.clear(None)
    }
}

fn sync(folder: &Path) -> Result<(), ReceiverError> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed("cannot sync", folder))
}

fn write(path: &Path, bytes: &[u8], owner: &Metadata, mode: u32) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    own(path, owner, mode)?;
    file.sync_all()
}

fn copy(from: &Path, to: &Path, meta: &Metadata) -> io::Result<()> {
    if meta.is_symlink() {
        return symlink(std::fs::read_link(from)?, to);
    }
    write(to, &std::fs::read(from)?, meta, meta.mode() & 0o7777)?;
    File::options().write(true).open(to)?.set_modified(meta.modified()?)
}

/// Gives a new file the owner and mode of another. Only root can give files away; who is not root
/// and not the owner keeps the group at least where the system allows it.
fn own(path: &Path, owner: &Metadata, mode: u32) -> io::Result<()> {
    let made = path.metadata()?;
    if (made.uid(), made.gid()) != (owner.uid(), owner.gid())
        && chown(path, Some(owner.uid()), Some(owner.gid())).is_err()
        && made.gid() != owner.gid()
    {
        chown(path, None, Some(owner.gid()))?;
    }
    std::fs::set_permissions(path, Permissions::from_mode(mode))
}
