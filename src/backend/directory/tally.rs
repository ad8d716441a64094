//! Counts that outlive the process and are read by others: one JSON file.

use std::ffi::OsString;
use std::io;
use std::path::Path;

use crate::backend::{counts::Counts, file};

/// Adds `more` to what the file counts, in one act among several processes, and returns the sum.
pub(super) fn add_to(path: &Path, more: &Counts) -> io::Result<Counts> {
    let mut beside = path.file_name().map(OsString::from).ok_or(io::ErrorKind::InvalidInput)?;
    beside.push(".lock");
    let lock = file::private::open(&path.with_file_name(beside))?;
    lock.lock()?;
    let mut sum = match std::fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|_| io::ErrorKind::InvalidData)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Counts::default(),
        Err(error) => return Err(error),
    };
    sum.add(more);
    file::replace_own(path, serde_json::to_string(&sum)?.as_bytes(), None)?;
    Ok(sum)
}
