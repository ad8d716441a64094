//! Reading no more of a file than makes sense, whatever stands behind its name.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use zeroize::Zeroizing;

/// The largest file that is taken for a certificate, in bytes.
pub const CERTIFICATE_LIMIT: usize = 1 << 20;

/// The content of a file, but at most `limit` bytes and one more, by which its reader sees that
/// there is too much. A device that never ends does not fill the memory.
///
/// # Errors
/// When it cannot be read.
pub fn read(path: &Path, limit: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// As [`read`], for a password: the bytes are never moved while they are read, so that no copy of a
/// part is left behind, and are wiped when they are dropped.
///
/// # Errors
/// When it cannot be read.
pub fn read_secret(path: &Path, limit: usize) -> io::Result<Zeroizing<Vec<u8>>> {
    // Room for one byte more than is read, so that the end is seen without growing.
    let mut bytes = Zeroizing::new(Vec::with_capacity(limit.saturating_add(2)));
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_read_where_it_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("password");
        for length in [0, 1, 31, 32, 33, 63, 64, 65, 100, 1_000] {
            std::fs::write(&path, vec![b'x'; length]).unwrap();
            let bytes = read_secret(&path, 64).unwrap();
            assert_eq!(bytes.len(), length.min(65));
            assert_eq!(bytes.capacity(), 66, "it did not grow for {length}");
        }
    }

    #[test]
    fn a_file_is_read_whole_and_an_endless_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan");
        std::fs::write(&path, "12345").unwrap();
        assert_eq!(read(&path, 5).unwrap(), b"12345");
        assert_eq!(read(&path, 3).unwrap(), b"1234");
        assert_eq!(read(Path::new("/dev/zero"), 100).unwrap().len(), 101);
        assert!(read(folder.path(), 5).is_err());
    }
}
