//! What may be done with a path, asked of the system without doing it.

use std::{
    io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use rustix::{
    fs::{Access, access},
    process::{getegid, geteuid, getgroups},
};

use crate::backend::file::{Lock, atomic};

use super::{
    complaint::Kind,
    sheet::{Row, Sheet},
};

/// Whether this process may write to what is there.
pub(super) fn may_write(path: &Path) -> bool {
    access(path, Access::WRITE_OK).is_ok()
}

/// Whether this process may make, rename and remove files in a folder.
pub(super) fn may_fill(folder: &Path) -> bool {
    access(folder, Access::WRITE_OK | Access::EXEC_OK).is_ok()
}

/// The folder in which a path lies.
pub(super) fn parent(path: &Path) -> PathBuf {
    let parent = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    parent.unwrap_or(Path::new(".")).to_owned()
}

/// Why a file could not be replaced whole, or made where it is not there.
pub(super) fn not_replaceable(path: &Path) -> Option<String> {
    let real = match atomic::resolve(path) {
        Ok(real) => real,
        Err(error) => return Some(format!("{} cannot be reached: {error}", path.display())),
    };
    if !may_fill(&parent(&real)) {
        return Some(format!("no file can be put beside {}", path.display()));
    }
    let lock = Lock::sidecar(&real);
    if lock.symlink_metadata().is_ok() && !may_write(&lock) {
        return Some(format!("the lock of {} cannot be written", path.display()));
    }
    // The new file is given to the owner of the old one, which only root can do for others.
    let metadata = real.metadata().ok()?;
    let is_own = metadata.uid() == geteuid().as_raw() && is_of_group(metadata.gid());
    (!is_own && !geteuid().is_root())
        .then(|| format!("{} belongs to another user or group, and would not stay theirs", path.display()))
}

fn is_of_group(group: u32) -> bool {
    let others = getgroups().unwrap_or_default();
    group == getegid().as_raw() || others.iter().any(|other| other.as_raw() == group)
}

/// Why a folder could not be put in the place of this one.
pub(super) fn not_exchangeable(folder: &Path) -> Option<String> {
    let real = match folder.canonicalize() {
        Ok(real) => real,
        Err(error) => return Some(format!("{} cannot be reached: {error}", folder.display())),
    };
    let beside = parent(&real);
    if !may_fill(&beside) {
        return Some(format!("no folder can be put beside {}", folder.display()));
    }
    if !may_fill(&real) {
        return Some(format!("no file can be put into {}", folder.display()));
    }
    let (own, other) = (real.metadata().ok()?, beside.metadata().ok()?);
    (own.dev() != other.dev())
        .then(|| format!("{} is a mount point, and no folder takes its place", folder.display()))
}

/// Why nothing could be made at a path of which the folders may be missing.
pub(super) fn not_makeable(path: &Path) -> Option<String> {
    let there = path.ancestors().find(|part| part.as_os_str().is_empty() || part.exists());
    let there = there.filter(|part| !part.as_os_str().is_empty()).unwrap_or(Path::new("."));
    (!may_fill(there)).then(|| format!("no file can be put into {}", there.display()))
}

/// What others than its owner may do with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Others {
    mode: u32,
}

impl Others {
    /// # Errors
    /// When the file cannot be looked at.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        Ok(Self { mode: path.metadata()?.mode() & 0o7777 })
    }

    /// Whether somebody else may write it.
    pub(super) const fn may_write(self) -> bool {
        self.mode & 0o022 != 0
    }

    /// Complains of what others may do with a file of which `what` is said, as in "the password file p".
    pub(super) fn judge(self, sheet: &mut Sheet<'_>, row: Row, (what, is_secret): (&str, bool)) {
        let (mode, sticky) = (self.mode & 0o777, self.mode & 0o1000 != 0);
        let (everybody, group) = (mode & 0o007, mode >> 3 & 0o007);
        let verb = |rights: u32| match (rights & 0o2 != 0 && !sticky, rights & 0o4 != 0 && is_secret) {
            (true, _) => Some("write"),
            (false, true) => Some("read"),
            (false, false) => None,
        };
        if let Some(verb) = verb(everybody) {
            let help = "take the rights of all others away, as by `chmod o-rw`";
            sheet.refuse(row, Kind::Open, format!("everybody may {verb} {what} ({mode:03o})"), help);
        } else if let Some(verb) = verb(group) {
            let help =
                "take the rights of its group away, as by `chmod g-rw`, unless each of them may have it";
            sheet.advise(row, Kind::Open, format!("its group may {verb} {what} ({mode:03o})"), help);
        }
    }
}
