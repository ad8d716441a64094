//! Symbolic links, followed only where nobody else could have put them.

use std::{
    fs::Metadata,
    io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

/// As many links as Linux follows on one way.
const MOST: usize = 40;

/// A folder in which everybody may create and nobody may remove what belongs to others.
const SHARED: u32 = 0o1002;

/// The file that a path leads to; the path itself in its real folder when there is nothing yet.
///
/// A link in a shared folder such as `/tmp` is followed only when it belongs to this user or to the
/// owner of the folder: the rule of Linux (`fs.protected_symlinks`), kept on every system.
///
/// # Errors
/// When a folder on the way does not exist, the path is a link that leads nowhere, or a link was put
/// there by another.
pub(super) fn follow(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MOST {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        // Lets the system judge the links among the folders: resolving them by name asks it nothing.
        folder.metadata()?;
        let folder = folder.canonicalize()?;
        let Some(name) = path.file_name() else { return path.canonicalize() };
        let at = folder.join(name);
        match at.symlink_metadata() {
            Ok(link) if link.is_symlink() => {
                if !is_trusted(&link, &folder.metadata()?, rustix::process::geteuid().as_raw()) {
                    let why = "another user put a symbolic link there, and it is not followed";
                    return Err(io::Error::new(io::ErrorKind::PermissionDenied, why));
                }
                path = folder.join(at.read_link()?);
                // Where a link leads, there must be something.
                path.metadata()?;
            }
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => return Ok(at),
        }
    }
    Err(rustix::io::Errno::LOOP.into())
}

fn is_trusted(link: &Metadata, folder: &Metadata, user: u32) -> bool {
    folder.mode() & SHARED != SHARED || link.uid() == user || link.uid() == folder.uid()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn links_lead_from_folder_to_folder() {
        let top = tempfile::tempdir().unwrap();
        let real = top.path().canonicalize().unwrap();
        fs::create_dir_all(real.join("a/b")).unwrap();
        fs::write(real.join("a/b/file"), "").unwrap();
        symlink("b/file", real.join("a/near")).unwrap();
        symlink("a/near", real.join("far")).unwrap();
        symlink("a", real.join("folder")).unwrap();
        symlink("nothing", real.join("nowhere")).unwrap();
        symlink("round", real.join("round")).unwrap();
        for path in ["far", "a/near", "folder/near", "a/../far", "a/b/file"] {
            assert_eq!(follow(&real.join(path)).unwrap(), real.join("a/b/file"), "{path}");
        }
        assert_eq!(follow(&real.join("folder/new")).unwrap(), real.join("a/new"));
        for path in ["nowhere", "round", "gone/new"] {
            assert!(follow(&real.join(path)).is_err(), "{path}");
        }
    }

    #[test]
    fn a_link_in_a_shared_folder_is_trusted_by_its_owner() {
        let top = tempfile::tempdir().unwrap();
        let shared = top.path().canonicalize().unwrap().join("shared");
        fs::create_dir(&shared).unwrap();
        fs::write(top.path().join("file"), "").unwrap();
        symlink("../file", shared.join("link")).unwrap();
        let link = shared.join("link").symlink_metadata().unwrap();
        let (own, other) = (link.uid(), link.uid() + 1);
        let mode = |mode: u32| {
            fs::set_permissions(&shared, Permissions::from_mode(mode)).unwrap();
            shared.metadata().unwrap()
        };
        assert!(is_trusted(&link, &mode(0o755), other));
        assert!(is_trusted(&link, &mode(0o1777), own));
        // The folder is of the link's owner, as `/tmp` is of root.
        assert!(is_trusted(&link, &mode(0o1777), other));
        if rustix::process::geteuid().is_root() {
            std::os::unix::fs::chown(&shared, Some(12_345), None).unwrap();
            assert!(!is_trusted(&link, &mode(0o1777), other));
            assert!(follow(&shared.join("link")).is_ok(), "root put it there itself");
            std::os::unix::fs::lchown(shared.join("link"), Some(23_456), None).unwrap();
            let refused = follow(&shared.join("link")).unwrap_err();
            assert_eq!(refused.kind(), io::ErrorKind::PermissionDenied);
            assert!(refused.to_string().contains("another user"), "{refused}");
        } else {
            let (tmp, root) = (fs::metadata("/tmp").unwrap(), fs::metadata("/").unwrap());
            assert_eq!(tmp.mode() & SHARED, SHARED);
            assert!(!is_trusted(&link, &tmp, other));
            assert!(is_trusted(&root, &tmp, own));
        }
    }
}
