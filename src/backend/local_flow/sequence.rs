//! Numbers that are given out once, over all lives of a flow.

use std::io;
use std::path::PathBuf;

use crate::backend::file;

/// How many numbers are set aside with one write. A crash skips what is left of them.
const BLOCK: u64 = 4096;

/// Gives out numbers from 1.
#[derive(Debug)]
pub(super) struct Sequence {
    path: PathBuf,
    next: u64,
    limit: u64,
}

impl Sequence {
    /// Goes on where the file says, and above `used` in any case.
    pub(super) fn open(path: PathBuf, used: u64) -> io::Result<Self> {
        let limit = match std::fs::read_to_string(&path) {
            Ok(text) => text.trim().parse().map_err(|_| io::ErrorKind::InvalidData)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => 1,
            Err(error) => return Err(error),
        };
        let next = used.saturating_add(1).max(limit);
        Ok(Self { path, next, limit: next })
    }

    /// The next number.
    pub(super) fn take(&mut self) -> io::Result<u64> {
        if self.next >= self.limit {
            let limit = self.next.checked_add(BLOCK).ok_or(io::ErrorKind::QuotaExceeded)?;
            file::replace_own(&self.path, limit.to_string().as_bytes(), Some(0o600))?;
            self.limit = limit;
        }
        let number = self.next;
        self.next = self.next.saturating_add(1);
        Ok(number)
    }
}
