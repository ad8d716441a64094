//! A folder from which something else sends: each mail is a file there, whole from the first moment on, for its
//! owner alone.

use std::{io, path::Path};

use crate::backend::file::atomic;

use super::fault::Undelivered;

/// Lays a mail into a folder, which must be there. Its name is made of an id of keyroll's own, so that nothing in it
/// leads anywhere else; what is there under that name already is replaced.
///
/// # Errors
/// Why it could not.
pub fn lay(folder: &Path, id: &str, mail: &[u8]) -> Result<(), Undelivered> {
    let unusable = |why: &str| Undelivered::Unusable(format!("the folder {} {why}", folder.display()));
    if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(unusable("gets no file of that name"));
    }
    if !folder.is_dir() {
        return Err(unusable("is not there"));
    }
    let path = folder.join(format!("{id}.eml"));
    atomic::replace_own(&path, mail, Some(0o600)).map_err(|error| match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => unusable("cannot be written"),
        io::ErrorKind::StorageFull => unusable("has no space left"),
        io::ErrorKind::InvalidInput => unusable("holds something else under the name of the file"),
        _ => unusable("does not take the file"),
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn a_mail_lies_there_whole_and_private_and_leads_nowhere_else() {
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path().join("out");
        assert!(lay(&folder, "0a", b"x").is_err(), "no folder is made");
        std::fs::create_dir(&folder).unwrap();
        lay(&folder, "0a", b"one").unwrap();
        lay(&folder, "0a", b"two").unwrap();
        let file = folder.join("0a.eml");
        assert_eq!(std::fs::read(&file).unwrap(), b"two");
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o7777, 0o600);
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
        for id in ["", "../0b", "a/b", "/etc/x", "0b\n", "..", "0b.eml"] {
            assert!(lay(&folder, id, b"x").is_err(), "{id:?}");
        }
        symlink("../theirs", folder.join("0c.eml")).unwrap();
        assert!(lay(&folder, "0c", b"x").is_err());
        assert!(!scratch.path().join("theirs").exists());
    }
}
