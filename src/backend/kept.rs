//! What was made of a file, kept only while the file is unchanged.

use std::io;
use std::path::Path;

use jiff::Timestamp;

use crate::world::material::Fingerprint;

use super::{
    clock::{Clock, WallClock},
    file::Stamp,
};

/// How often a file that changes under the reader's hands is read again.
const TRIES: usize = 20;

/// A value made of a file at some cost, such as a decrypted private key.
///
/// It is used again only while the file is certainly the same: while its stamp is the same and old
/// enough to have moved with any change, or else while its content has the same digest. It is
/// dropped as soon as the file is another, before the next one is made.
#[derive(Debug)]
pub struct Kept<T> {
    kept: Option<(Seen, T)>,
}

/// A file as it was read.
#[derive(Clone, Copy, Debug)]
struct Seen {
    stamp: Stamp,
    begun: Timestamp,
    digest: Fingerprint,
}

impl Seen {
    fn read(path: &Path) -> io::Result<Self> {
        // File times come from the wall clock, whichever clock a run goes by.
        let begun = WallClock.now();
        let stamp = Stamp::of(path)?;
        Ok(Self { stamp, begun, digest: Fingerprint::of(&std::fs::read(path)?) })
    }

    fn is_current(&self, path: &Path) -> io::Result<bool> {
        Ok(self.stamp.is_settled_at(self.begun) && Stamp::of(path)? == self.stamp)
    }
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self { kept: None }
    }
}

impl<T> Kept<T> {
    /// The value for what the file holds now; `make` reads the file and is called only when it is
    /// another file than before.
    ///
    /// # Errors
    /// What `make` answers, or when the file cannot be read or does not come to rest.
    pub fn fetch<E: From<io::Error>>(
        &mut self,
        path: &Path,
        make: &mut dyn FnMut() -> Result<T, E>,
    ) -> Result<&T, E> {
        let (seen, value) = match self.kept.take() {
            Some((seen, value)) if seen.is_current(path)? => (seen, value),
            other => remade(path, other, make)?,
        };
        Ok(&self.kept.insert((seen, value)).1)
    }
}

fn remade<T, E: From<io::Error>>(
    path: &Path,
    mut kept: Option<(Seen, T)>,
    make: &mut dyn FnMut() -> Result<T, E>,
) -> Result<(Seen, T), E> {
    for _ in 0..TRIES {
        let before = Seen::read(path)?;
        match kept.take() {
            Some((seen, value)) if seen.digest == before.digest => return Ok((before, value)),
            other => drop(other),
        }
        let value = make()?;
        if Seen::read(path)?.digest == before.digest {
            return Ok((before, value));
        }
    }
    Err(E::from(io::Error::other("the file changed while it was read, again and again")))
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    fn counted(kept: &mut Kept<String>, path: &Path, made: &mut u32) -> String {
        let mut make = || {
            *made += 1;
            std::fs::read_to_string(path)
        };
        kept.fetch(path, &mut make).unwrap().clone()
    }

    #[test]
    fn a_value_is_made_again_only_when_the_file_is_another() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        let (mut kept, mut made) = (Kept::default(), 0);
        // Same length, same tick of the file clock as often as not.
        for round in 0..200 {
            let text = format!("{:04}", round / 2);
            std::fs::write(&path, &text).unwrap();
            assert_eq!(counted(&mut kept, &path, &mut made), text);
        }
        assert_eq!(made, 100);
    }

    #[test]
    fn an_old_file_is_trusted_by_its_stamp_and_a_young_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        std::fs::write(&path, "a").unwrap();
        let seen = Seen::read(&path).unwrap();
        assert!(!seen.is_current(&path).unwrap());
        let later = seen.begun.saturating_add(SignedDuration::from_secs(10)).unwrap();
        assert!(Seen { begun: later, ..seen }.is_current(&path).unwrap());
        std::fs::write(&path, "ab").unwrap();
        assert!(!Seen { begun: later, ..seen }.is_current(&path).unwrap());
    }

    #[test]
    fn a_file_that_is_gone_keeps_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        std::fs::write(&path, "a").unwrap();
        let (mut kept, mut made) = (Kept::default(), 0);
        counted(&mut kept, &path, &mut made);
        std::fs::remove_file(&path).unwrap();
        let mut make = || -> io::Result<String> { panic!("nothing to make it of") };
        assert!(kept.fetch(&path, &mut make).is_err());
        assert!(kept.kept.is_none());
    }
}
