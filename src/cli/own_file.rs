//! What is written into a file is never written over something else.

use std::io::Read as _;
use std::path::Path;

/// Whether there is something with content that does not begin as what is to be written does, of
/// whatever version.
#[must_use]
pub fn is_something_else(path: &Path, begin: &str) -> bool {
    let found = std::fs::symlink_metadata(path).is_ok_and(|found| found.is_file());
    if !found {
        // What is no file is refused when it is written.
        return false;
    }
    let mut head = Vec::new();
    let read = std::fs::File::open(path)
        .and_then(|file| file.take(u64::try_from(begin.len()).unwrap_or(0)).read_to_end(&mut head));
    read.is_ok() && !head.is_empty() && head != begin.as_bytes()
}
