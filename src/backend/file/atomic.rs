//! A file that is replaced in one act.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// Makes `path` hold `bytes`, durably: a reader sees all of the old content or all of the new one.
/// The mode is `mode`; without one, the mode of the file that was there, or 0600.
///
/// # Errors
/// When the folder cannot be written; the old content is then whole.
pub fn replace(path: &Path, bytes: &[u8], mode: Option<u32>) -> io::Result<()> {
    let mode = mode
        .or_else(|| path.metadata().ok().map(|found| found.permissions().mode() & 0o7777))
        .unwrap_or(0o600);
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut fresh = OsString::from(".");
    fresh.push(name);
    fresh.push(format!(".{}.new", std::process::id()));
    let fresh = folder.join(fresh);
    let written = write(&fresh, bytes, mode).and_then(|()| std::fs::rename(&fresh, path));
    if written.is_err() {
        // What failed is what the caller hears of, not that its remains could not be cleared.
        std::fs::remove_file(&fresh).unwrap_or_default();
    }
    written?;
    File::open(folder)?.sync_all()
}

fn write(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    let mut file = match options.open(path) {
        // Left by a process that had the same number and was killed.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            std::fs::remove_file(path)?;
            options.open(path)?
        }
        other => other?,
    };
    file.write_all(bytes)?;
    file.set_permissions(Permissions::from_mode(mode))?;
    file.sync_all()
}
