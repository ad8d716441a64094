//! The folder of messages under way. No symbolic link is followed in it and no file is overwritten.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::fs::{
    AtFlags, Dir, FileType, Mode, OFlags, RenameFlags, fstat, ftruncate, openat, renameat_with, statat,
    unlinkat,
};

use super::{spare::Spare, spooled::Spooled};

/// A message that its group made durable.
const SENT: &str = "xml";

/// A message that is not sent yet.
const PART: &str = "part";

/// What is left of a message that was delivered.
const FREE: &str = "free";

/// The largest file that is kept for another message, in bytes.
const SMALL: u64 = 64 << 10;

/// An open spool folder.
#[derive(Debug)]
pub(super) struct Spool {
    path: PathBuf,
    folder: OwnedFd,
    spare: Mutex<Spare>,
}

/// What a file in the spool is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A message under way.
    Sent(Spooled),
    /// A signed message whose group is not durable yet.
    Written(Spooled),
    /// A message being signed, or left by a crash while it was.
    Begun(String),
    /// The file of a message that was delivered, for another one.
    Free(String),
    /// Something that no flow put there.
    Stray(PathBuf),
}

impl Spool {
    /// Opens the folder, which is no symbolic link.
    pub(super) fn open(path: PathBuf) -> io::Result<Self> {
        let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let folder = rustix::fs::open(&path, flags, Mode::empty())?;
        Ok(Self { path, folder, spare: Mutex::default() })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Everything in it.
    pub(super) fn scan(&self) -> io::Result<Vec<Found>> {
        let mut found = Vec::new();
        for entry in Dir::read_from(&self.folder)? {
            let entry = entry?;
            let name = entry.file_name();
            if matches!(name.to_bytes(), b"." | b"..") {
                continue;
            }
            let kind = match entry.file_type() {
                FileType::Unknown => match statat(&self.folder, name, AtFlags::SYMLINK_NOFOLLOW) {
                    Ok(stat) => FileType::from_raw_mode(stat.st_mode),
                    Err(rustix::io::Errno::NOENT) => continue,
                    Err(error) => return Err(error.into()),
                },
                known => known,
            };
            let text = name.to_string_lossy();
            let read = (kind == FileType::RegularFile).then(|| classify(&text)).flatten();
            let path = || self.path.join(OsStr::from_bytes(name.to_bytes()));
            found.push(read.unwrap_or_else(|| Found::Stray(path())));
        }
        Ok(found)
    }

    /// Creates the file of a message that is about to be signed, or takes one that is free.
    pub(super) fn begin(&self, sequence: u64) -> io::Result<File> {
        while let Some(name) = self.take_spare() {
            match self.use_again(&name, sequence) {
                Ok(Some(file)) => return Ok(file),
                // Whatever is the matter with it, another file will do.
                Ok(None) | Err(_) => self.remove(&name).unwrap_or_default(),
            }
        }
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        Ok(openat(&self.folder, begun(sequence), flags, Mode::RUSR | Mode::WUSR)?.into())
    }

    /// Drops a message that could not be signed.
    pub(super) fn abandon(&self, sequence: u64) -> io::Result<()> {
        self.remove(&begun(sequence))
    }

    /// Names a message after it was signed.
    pub(super) fn written(&self, message: &Spooled) -> io::Result<()> {
        self.rename(&begun(message.sequence), &named(message, PART))
    }

    /// Makes the content of all files so far survive a power loss.
    pub(super) fn sync(&self, group: &[Spooled]) -> io::Result<()> {
        #[cfg(target_os = "linux")]
        if group.len() > 1 {
            return Ok(rustix::fs::syncfs(&self.folder)?);
        }
        for message in group {
            match self.read(&named(message, PART)) {
                // Renamed by an earlier try, after its content was safe.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                other => other?.sync_all()?,
            }
        }
        Ok(())
    }

    /// Makes the names survive a power loss.
    pub(super) fn sync_names(&self) -> io::Result<()> {
        let kept = self.spare().kept();
        rustix::fs::fsync(&self.folder)?;
        self.spare().settle(kept);
        Ok(())
    }

    /// Lets a written message count as sent. Again is harmless.
    pub(super) fn sent(&self, message: &Spooled) -> io::Result<()> {
        match self.rename(&named(message, PART), &named(message, SENT)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                statat(&self.folder, named(message, SENT), AtFlags::SYMLINK_NOFOLLOW)?;
                Ok(())
            }
            other => other,
        }
    }

    /// Opens a sent message.
    pub(super) fn open_sent(&self, message: &Spooled) -> io::Result<File> {
        self.read(&named(message, SENT))
    }

    /// Opens a written message.
    pub(super) fn open_written(&self, message: &Spooled) -> io::Result<File> {
        self.read(&named(message, PART))
    }

    /// Takes a sent message out. The file of a small one is kept for another, and its content until
    /// then.
    pub(super) fn remove_sent(&self, message: &Spooled) -> io::Result<()> {
        let name = named(message, SENT);
        let found = statat(&self.folder, &name, AtFlags::SYMLINK_NOFOLLOW)?;
        let mut spare = self.spare();
        if !spare.has_room() || !u64::try_from(found.st_size).is_ok_and(|size| size <= SMALL) {
            return self.remove(&name);
        }
        let free = format!("{:010}.{FREE}", message.sequence);
        match self.rename(&name, &free) {
            // Somebody put a file there. The message is judged, and must not come again.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => self.remove(&name),
            renamed => renamed.map(|()| spare.keep(free)),
        }
    }

    /// Removes a written message.
    pub(super) fn remove_written(&self, message: &Spooled) -> io::Result<()> {
        self.remove(&named(message, PART))
    }

    /// Removes what a crash left: a message that is not finished, or a file that is free.
    pub(super) fn remove_left(&self, name: &str) -> io::Result<()> {
        self.remove(name)
    }

    fn spare(&self) -> MutexGuard<'_, Spare> {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_spare(&self) -> Option<String> {
        self.spare().take()
    }

    /// Empties a free file for another message; `None` when it has another name somewhere, or is not
    /// what it was.
    fn use_again(&self, name: &str, sequence: u64) -> io::Result<Option<File>> {
        let flags = OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = openat(&self.folder, name, flags, Mode::empty())?;
        let found = fstat(&file)?;
        let own = Mode::RUSR | Mode::WUSR;
        let as_made = FileType::from_raw_mode(found.st_mode) == FileType::RegularFile
            && Mode::from_raw_mode(found.st_mode) == own;
        if found.st_nlink != 1 || !as_made {
            return Ok(None);
        }
        ftruncate(&file, 0)?;
        self.rename(name, &begun(sequence))?;
        Ok(Some(file.into()))
    }

    fn read(&self, name: &str) -> io::Result<File> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        Ok(openat(&self.folder, name, flags, Mode::empty())?.into())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        Ok(unlinkat(&self.folder, name, AtFlags::empty())?)
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        Ok(renameat_with(&self.folder, from, &self.folder, to, RenameFlags::NOREPLACE)?)
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        let names: Vec<String> = self.spare().drain().collect();
        // What stays is removed by whoever opens the flow next.
        names.iter().for_each(|name| self.remove(name).unwrap_or_default());
    }
}

fn begun(sequence: u64) -> String {
    format!("{sequence:010}.{PART}")
}

fn named(message: &Spooled, ending: &str) -> String {
    format!("{message}.{ending}")
}

fn classify(name: &str) -> Option<Found> {
    let (stem, ending) = name.rsplit_once('.')?;
    match (Spooled::parse(stem), ending) {
        (Some(message), SENT) => Some(Found::Sent(message)),
        (Some(message), PART) => Some(Found::Written(message)),
        (None, FREE) if stem.parse().is_ok_and(|number: u64| format!("{number:010}.{FREE}") == name) => {
            Some(Found::Free(name.to_owned()))
        }
        (None, PART) if stem.parse().is_ok_and(|number: u64| begun(number) == name) => {
            Some(Found::Begun(name.to_owned()))
        }
        _ => None,
    }
}
