//! Looking at a journal without writing anything, its own files beside it included.
//!
//! SQLite keeps files beside a journal in WAL mode even for readers. Where nobody is at work on one, all that it
//! holds is in its main file, and that can be read as one that does not change (`immutable`, sqlite.org/uri.html).
//! Whether it did change meanwhile is looked at afterwards.

use std::{
    fmt::Write as _,
    os::unix::{ffi::OsStrExt, fs::MetadataExt},
    path::{Path, PathBuf},
};

use rusqlite::{Connection, OpenFlags};

use crate::backend::file::atomic::resolve;

use super::{HostError, store::Store};

/// By what it is seen whether a file changed: its number, its length, and when it was written last.
type Mark = (u64, u64, i64, i64);

impl Store {
    /// Reads something of a journal that is there. Where another process works on it, it is opened as
    /// by everybody else.
    ///
    /// # Errors
    /// As [`Store::open`], and what the reading says.
    pub fn look<T>(path: &Path, read: impl Fn(Self) -> Result<T, HostError>) -> Result<T, HostError> {
        if let Some(before) = at_rest(path)
            && let Some(store) = unchanging(path)
        {
            let found = read(store);
            if at_rest(path) == Some(before) {
                return found;
            }
        }
        read(Self::open(path)?)
    }
}

/// By what it is seen that something came to a journal: its file and the one beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marks([Option<Mark>; 2]);

/// The marks of a journal now.
#[must_use]
pub fn marks(path: &Path) -> Marks {
    let mark = |path: &Path| {
        let found = path.metadata().ok()?;
        Some((found.ino(), found.len(), found.mtime(), found.mtime_nsec()))
    };
    Marks([mark(path), mark(&beside(path))])
}

/// The file in which SQLite keeps what is not in the main file yet.
#[must_use]
pub fn beside(path: &Path) -> PathBuf {
    let mut beside = path.as_os_str().to_owned();
    beside.push("-wal");
    beside.into()
}

/// What marks a journal of which nothing lies in the file beside it.
fn at_rest(path: &Path) -> Option<Mark> {
    let is_empty = beside(path).metadata().map_or(true, |beside| beside.len() == 0);
    let link = path.symlink_metadata().ok().filter(|link| link.is_file() && is_empty)?;
    Some((link.ino(), link.len(), link.mtime(), link.mtime_nsec()))
}

/// The journal as a file that does not change; nothing where it does not read as one of this version: then
/// opening it tells why.
fn unchanging(path: &Path) -> Option<Store> {
    let mut uri = "file:".to_owned();
    for byte in resolve(path).ok()?.as_os_str().as_bytes() {
        let _always = match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' => {
                write!(uri, "{}", char::from(*byte))
            }
            _ => write!(uri, "%{byte:02X}"),
        };
    }
    uri.push_str("?immutable=1");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NOFOLLOW
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(uri, flags).ok()?;
    let tables = "SELECT count(*) FROM sqlite_schema WHERE name IN ('meta', 'run', 'record', 'file')";
    let known: i64 = connection.query_row(tables, [], |row| row.get(0)).ok()?;
    let store = Store { path: path.to_owned(), connection };
    (known == 4 && store.versioned().is_ok()).then_some(store)
}
