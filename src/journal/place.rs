//! Where a journal may lie: on a disk of this machine. What several programs of one machine share of it lies in memory
//! (<https://www.sqlite.org/wal.html>), and a file system of the network keeps no order between machines.

use std::{io, path::Path};

use crate::backend::file::private;

use super::HostError;

/// Makes the file of a journal where there is none (0600): SQLite would make it with the mode of the umask.
///
/// One that is there is not opened. The system drops every lock that this process has on a file as soon as it closes it
/// once (<https://www.sqlite.org/howtocorrupt.html>, section 2.2): then another process would take itself for the last one
/// at work, and do away with the log into which this one writes.
///
/// # Errors
/// When it cannot be made, or is a symbolic link or no file.
pub(super) fn made(path: &Path) -> io::Result<()> {
    match path.symlink_metadata() {
        Ok(found) if found.is_file() => Ok(()),
        Ok(found) if !found.is_symlink() => Err(io::Error::other("it is no file")),
        _ => private::open(path).map(drop),
    }
}

/// Refuses a file that lies on a file system of the network.
///
/// # Errors
/// When it does.
pub(super) fn here(path: &Path) -> Result<(), HostError> {
    kind(path).map_or(Ok(()), |kind| Err(elsewhere(path, kind)))
}

fn elsewhere(path: &Path, kind: &str) -> HostError {
    let cause = format!(
        "it lies on a file system of the network ({kind}), where nothing keeps two programs apart: --journal names a \
         place on a disk of this machine"
    );
    HostError::Journal { path: path.to_owned(), cause }
}

/// The file system of the network that a file lies on, if it does.
#[cfg(target_os = "linux")]
fn kind(path: &Path) -> Option<&'static str> {
    // The number is one of 32 bits, whatever it is kept in.
    rustix::fs::statfs(path).ok().and_then(|found| named(found.f_type as u32))
}

#[cfg(not(target_os = "linux"))]
const fn kind(_path: &Path) -> Option<&'static str> {
    None
}

/// By the numbers of statfs(2), <https://man7.org/linux/man-pages/man2/statfs.2.html>.
#[cfg(target_os = "linux")]
const fn named(number: u32) -> Option<&'static str> {
    match number {
        0x6969 => Some("nfs"),
        0x517B => Some("smb"),
        0xFF53_4D42 => Some("cifs"),
        0xFE53_4D42 => Some("smb2"),
        0x5346_414F | 0x6B41_4653 => Some("afs"),
        0x7375_7245 => Some("coda"),
        0x564C => Some("ncp"),
        0x00C3_6400 => Some("ceph"),
        0x0BD0_0BD0 => Some("lustre"),
        _ => None,
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn file_systems_of_the_network_are_refused_and_others_are_not() {
        // ext2 to ext4, xfs, btrfs, tmpfs and overlayfs lie on this machine.
        for number in [0xEF53, 0x5846_5342, 0x9123_683E, 0x0102_1994, 0x794C_7630] {
            assert_eq!(named(number), None);
        }
        for (number, kind) in [(0x6969, "nfs"), (0xFF53_4D42, "cifs"), (0xFE53_4D42, "smb2")] {
            assert_eq!(named(number), Some(kind));
            let said = elsewhere(Path::new("/mnt/keyroll.db"), kind).to_string();
            assert!(said.contains(kind) && said.contains("--journal"), "{said}");
        }
        let folder = tempfile::tempdir().unwrap();
        here(folder.path()).unwrap();
    }
}
