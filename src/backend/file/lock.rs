//! A lock beside a file. A lock on the file itself would not survive its replacement.

use std::{
    fs::{File, TryLockError},
    io,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use super::private;

const PAUSE: Duration = Duration::from_millis(10);

/// How long it is waited for a lock that nobody seems to hold: between fork and exec a program that is being started holds
/// whatever this process held then, also what this process has let go of since.
pub const MOMENT: Duration = Duration::from_millis(200);

/// Locks a file, waiting at most so long for whoever holds it; whether it is locked.
///
/// # Errors
/// When the system refuses.
pub fn locked(file: &File, patience: Duration) -> io::Result<bool> {
    let deadline = Instant::now() + patience;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(true),
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) if Instant::now() >= deadline => return Ok(false),
            Err(TryLockError::WouldBlock) => thread::sleep(PAUSE),
        }
    }
}

/// The right to change a file, held until it is dropped or the process ends. The sidecar
/// (`<file>.lock`) stays behind: removing it would let two processes lock two different files.
#[derive(Debug)]
pub struct Lock {
    _sidecar: File,
}

impl Lock {
    /// Takes the lock of `path`, waiting at most `patience`; `None` when another holds it all the
    /// while.
    ///
    /// # Errors
    /// When the sidecar cannot be made or locked.
    pub fn take(path: &Path, patience: Duration) -> io::Result<Option<Self>> {
        let sidecar = private::open(&Self::sidecar(path))?;
        Ok(locked(&sidecar, patience)?.then_some(Self { _sidecar: sidecar }))
    }

    /// Where the lock of a file lies.
    #[must_use]
    pub fn sidecar(path: &Path) -> PathBuf {
        let mut name = path.as_os_str().to_owned();
        name.push(".lock");
        name.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_held_by_one_until_it_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let first = Lock::take(&path, Duration::ZERO).unwrap().unwrap();
        assert!(Lock::take(&path, Duration::from_millis(30)).unwrap().is_none());
        drop(first);
        assert!(Lock::take(&path, Duration::ZERO).unwrap().is_some());
    }
}
