//! Whether somebody has looked at what a site executes, and said that it may be.
//!
//! The word lies beside the site, in `SITE.trust`, and nowhere else. It is bound to the bindings of the site and
//! to the bytes of each program. A site that comes from elsewhere may bring such a file along; so it is
//! believed only if it is the caller's own, is for the caller alone, and lies where it was written: it
//! holds the real path of its folder and its own number in the file system, which nobody knows beforehand.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use rustix::{fs::OFlags, process::geteuid};
use serde::{Deserialize, Serialize};

use crate::{backend::file::atomic::Draft, source::shown, world::material::Fingerprint};

use super::{
    notices::contact::sends,
    programs::{Executed, Unseen, executed},
    site::Site,
    time::to_the_second,
};

/// The largest word of trust that is read, in bytes.
const LIMIT: u64 = 1 << 20;

/// What is to be trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Digest of the site's bindings.
    pub site: Fingerprint,
    /// What is executed for it.
    pub programs: Vec<Executed>,
    /// To whom it sends what by which server, a line each.
    pub sends: Vec<String>,
}

/// Whether it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The site has nothing started and sends nothing out, so there is nothing to trust.
    Needless,
    /// Somebody said so, at this time.
    Trusted(Timestamp),
    /// Nobody has said so yet.
    Untrusted,
    /// Somebody may have said so, and it is not believed, for this reason.
    Unbelieved(String),
    /// Somebody said so of something else: what has changed since, a line each.
    Moved(Vec<String>),
}

/// The file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Word {
    /// The version of the format: 1.
    trust: u32,
    /// Digest of all that is trusted.
    digest: Fingerprint,
    /// Digest of the site's bindings.
    site: Fingerprint,
    /// What is executed for it.
    programs: Vec<Executed>,
    /// To whom it sends what.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    sends: Vec<String>,
    /// The real path of the folder in which it was written.
    folder: String,
    /// Its own number in the file system.
    file: u64,
    /// When it was written.
    at: Timestamp,
}

impl Subject {
    /// What a site executes.
    ///
    /// # Errors
    /// When a program is not there, or cannot be read.
    pub fn of(site: &Site, folder: &Path) -> Result<Self, Unseen> {
        Ok(Self { site: site.digest(), programs: executed(site, folder)?, sends: sends(site) })
    }

    /// Identifies it.
    #[must_use]
    pub fn digest(&self) -> Fingerprint {
        // Texts and digests: none of them fails to be written.
        let text = if self.sends.is_empty() {
            serde_json::to_string(&(&self.site, &self.programs))
        } else {
            serde_json::to_string(&(&self.site, &self.programs, &self.sends))
        };
        Fingerprint::of(text.unwrap_or_default().as_bytes())
    }

    /// Whether there is nothing to trust.
    #[must_use]
    pub const fn is_needless(&self) -> bool {
        self.programs.is_empty() && self.sends.is_empty()
    }

    /// Whether it is trusted, by the word beside the site.
    #[must_use]
    pub fn standing(&self, site: &Path) -> Standing {
        if self.is_needless() {
            return Standing::Needless;
        }
        match read(&path(site)) {
            Ok(Some(word)) if word.digest == self.digest() => Standing::Trusted(word.at),
            Ok(Some(word)) => Standing::Moved(self.moved(&word)),
            Ok(None) => Standing::Untrusted,
            Err(why) => Standing::Unbelieved(why),
        }
    }

    /// Takes down that it is trusted.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn trust(&self, site: &Path, now: Timestamp) -> io::Result<()> {
        let path = path(site);
        let mut draft = Draft::own(&path)?;
        let folder = folder(&path)?.display().to_string();
        let (digest, file) = (self.digest(), draft.inode()?);
        let (site, programs, sends) = (self.site, self.programs.clone(), self.sends.clone());
        let word = Word { trust: 1, digest, site, programs, sends, folder, file, at: now };
        let text = serde_json::to_string_pretty(&word).map_err(io::Error::from)? + "\n";
        draft.write_all(text.as_bytes())?;
        draft.place(Some(0o600))
    }

    /// What is otherwise than it was trusted, a line each.
    fn moved(&self, word: &Word) -> Vec<String> {
        let mut lines = Vec::new();
        let since = to_the_second(word.at);
        if word.site != self.site {
            let (was, is) = (word.site.short(), self.site.short());
            lines.push(format!("what the site binds: trusted on {since} was {was}, there is {is}"));
        }
        for one in &self.programs {
            let path = shown(&one.path);
            match word.programs.iter().find(|other| other.path == one.path) {
                None => lines.push(format!("{path} is started, and was not when the site was trusted")),
                Some(other) if other.digest != one.digest => {
                    let (was, is) = (other.digest.short(), one.digest.short());
                    lines.push(format!("{path}: trusted on {since} was {was}, there is {is}"));
                }
                Some(_) => {}
            }
        }
        let new = self.sends.iter().filter(|one| !word.sends.contains(one));
        lines.extend(new.map(|one| format!("{} is new since {since}", shown(one))));
        let gone = word.sends.iter().filter(|one| !self.sends.contains(one));
        lines.extend(gone.map(|one| format!("{} was so on {since}, and is no more", shown(one))));
        let gone = word.programs.iter().filter(|old| self.programs.iter().all(|one| one.path != old.path));
        lines.extend(gone.map(|old| format!("{} was trusted, and is started no more", shown(&old.path))));
        lines
    }
}

/// Where the word about a site lies: beside it, `.trust` behind its name.
#[must_use]
pub fn path(site: &Path) -> PathBuf {
    let mut name = site.as_os_str().to_owned();
    name.push(".trust");
    name.into()
}

/// The real path of the folder of a file.
fn folder(path: &Path) -> io::Result<PathBuf> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new(".")).canonicalize()
}

/// Reads a word; nothing where there is none.
///
/// # Errors
/// Why it is not believed.
fn read(path: &Path) -> Result<Option<Word>, String> {
    let name = || shown(&path.display().to_string());
    let refused = |why: &str| format!("{} is not believed: {why}", name());
    let mut options = OpenOptions::new();
    // Whatever stands behind the name: it is not waited for, and no link is followed.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let flags = i32::try_from(flags.bits()).unwrap_or_default();
    let file: File = match options.read(true).custom_flags(flags).open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(refused(&error.to_string())),
        Ok(file) => file,
    };
    let metadata = file.metadata().map_err(|error| refused(&error.to_string()))?;
    if !metadata.is_file() {
        return Err(refused("it is no file"));
    }
    if metadata.uid() != geteuid().as_raw() {
        return Err(refused("it belongs to another user"));
    }
    if metadata.mode() & 0o077 != 0 {
        return Err(refused("others may read or write it"));
    }
    let mut text = Vec::new();
    file.take(LIMIT).read_to_end(&mut text).map_err(|error| refused(&error.to_string()))?;
    let word: Word = serde_json::from_slice(&text).map_err(|_| refused("it does not read as one"))?;
    if word.trust != 1 {
        return Err(refused("it is of another version"));
    }
    let here = folder(path).map_err(|error| refused(&error.to_string()))?;
    if word.file != metadata.ino() || word.folder != here.display().to_string() {
        return Err(refused("it was not written here, but copied or unpacked"));
    }
    let (programs, sends) = (word.programs.clone(), word.sends.clone());
    let own = Subject { site: word.site, programs, sends };
    if own.digest() != word.digest {
        return Err(refused("it was changed by hand"));
    }
    Ok(Some(word))
}

#[cfg(test)]
mod tests {
    use std::{
        fs,
        os::unix::fs::{PermissionsExt, symlink},
    };

    use super::*;

    fn subject(programs: &[(&str, &str)]) -> Subject {
        let one = |(path, bytes): &(&str, &str)| Executed {
            path: (*path).to_owned(),
            digest: Fingerprint::of(bytes.as_bytes()),
        };
        let programs = programs.iter().map(one).collect();
        Subject { site: Fingerprint::of(b"site"), programs, sends: Vec::new() }
    }

    #[test]
    fn what_is_trusted_is_the_site_with_the_bytes_of_its_programs() {
        let folder = tempfile::tempdir().unwrap();
        let site = folder.path().join("site.toml");
        let first = subject(&[("/a", "1"), ("/b", "2")]);
        assert_eq!(subject(&[]).standing(&site), Standing::Needless);
        assert_eq!(first.standing(&site), Standing::Untrusted);
        first.trust(&site, Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(first.standing(&site), Standing::Trusted(Timestamp::UNIX_EPOCH));
        assert_eq!(path(&site).metadata().unwrap().permissions().mode() & 0o777, 0o600);
        let moved = |other: &Subject| match other.standing(&site) {
            Standing::Moved(lines) => lines.join("\n"),
            other => panic!("{other:?}"),
        };
        assert!(moved(&subject(&[("/a", "1"), ("/b", "3")])).starts_with("/b: trusted on 1970-01-01"));
        assert!(moved(&subject(&[("/a", "1"), ("/b", "2"), ("/c", "")])).starts_with("/c is started"));
        assert!(moved(&subject(&[("/a", "1")])).starts_with("/b was trusted"));
        let other = Subject { site: Fingerprint::of(b"other"), ..first.clone() };
        assert!(moved(&other).starts_with("what the site binds"));
    }

    #[test]
    fn a_word_that_was_not_written_here_by_the_caller_is_not_believed() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("other")).unwrap();
        let (site, first) = (at("site.toml"), subject(&[("/a", "1")]));
        let why = |site: &Path| match first.standing(site) {
            Standing::Unbelieved(why) => why,
            other => panic!("{other:?}"),
        };
        first.trust(&site, Timestamp::UNIX_EPOCH).unwrap();
        let word = path(&site);
        // Another folder, with the same bytes and mode: as a copy or an archive brings it.
        let brought = at("other/site.toml");
        fs::copy(&word, path(&brought)).unwrap();
        assert!(why(&brought).contains("copied or unpacked"));
        // Moved, so that even its number is the same.
        fs::rename(&word, path(&brought)).unwrap();
        assert!(why(&brought).contains("copied or unpacked"));
        // In the same folder, written anew.
        let text = fs::read(path(&brought)).unwrap();
        fs::write(&word, &text).unwrap();
        fs::set_permissions(&word, fs::Permissions::from_mode(0o600)).unwrap();
        assert!(why(&site).contains("copied or unpacked"));
        fs::remove_file(&word).unwrap();
        first.trust(&site, Timestamp::UNIX_EPOCH).unwrap();
        for mode in [0o640, 0o604, 0o620] {
            fs::set_permissions(&word, fs::Permissions::from_mode(mode)).unwrap();
            assert!(why(&site).contains("others may read or write it"), "{mode:o}");
        }
        fs::set_permissions(&word, fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(first.standing(&site), Standing::Trusted(Timestamp::UNIX_EPOCH));
        // Written over in place, so that its number stays.
        let text = fs::read_to_string(&word).unwrap();
        fs::write(&word, text.replace("\"/a\"", "\"/b\"")).unwrap();
        assert!(why(&site).contains("changed by hand"));
        fs::write(&word, text.replace("\"trust\": 1", "\"trust\": 2")).unwrap();
        assert!(why(&site).contains("another version"));
        fs::write(&word, "{}").unwrap();
        assert!(why(&site).contains("does not read"));
        fs::rename(&word, at("moved")).unwrap();
        symlink(at("moved"), &word).unwrap();
        assert!(why(&site).contains("not believed"));
    }
}
