//! Files that are keyroll's own: for their owner alone, and never behind a symbolic link that somebody
//! else may have put there.

use std::{
    fs::{File, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use rustix::fs::OFlags;

/// Opens a file to write, or makes it (0600). Nothing in it is touched.
///
/// # Errors
/// When the system refuses, or the path is a symbolic link: it is not followed, wherever it leads.
pub fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false).mode(0o600);
    unlinked(&mut options, path)
}

/// Opens what exists, without following a link and without waiting for the other end of a pipe.
///
/// # Errors
/// As [`open`].
pub fn existing(path: &Path) -> io::Result<File> {
    unlinked(OpenOptions::new().write(true), path)
}

fn unlinked(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    options.custom_flags(i32::try_from(flags.bits()).unwrap_or_default());
    options.open(path).map_err(|error| {
        let is_link = path.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink());
        if is_link {
            io::Error::new(error.kind(), "it is a symbolic link, and none is followed")
        } else {
            error
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn a_new_file_is_private_and_an_old_one_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        open(&path).unwrap();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o7777, 0o600);
        std::fs::write(&path, "content").unwrap();
        open(&path).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"content");
    }

    #[test]
    fn no_link_is_followed_wherever_it_leads() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("theirs"), "").unwrap();
        symlink("theirs", at("to-a-file")).unwrap();
        symlink("nothing", at("to-nothing")).unwrap();
        for name in ["to-a-file", "to-nothing"] {
            for refused in [open(&at(name)), existing(&at(name))] {
                assert!(refused.unwrap_err().to_string().contains("symbolic link"), "{name}");
            }
        }
        assert!(!at("nothing").exists(), "nothing is made behind a link");
    }
}
