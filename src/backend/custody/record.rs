//! The record of changes by hand: one JSON object a line, each with the digest of the line before.

use std::{
    collections::BTreeMap,
    fs::{File, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CustodyError, person};
use crate::{
    backend::{
        clock::{Clock, WallClock},
        file::bounded,
    },
    name::Alias,
    world::material::Fingerprint,
};

/// The largest record that is read, in bytes.
const LIMIT: usize = 64 << 20;

/// How far a change has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// It is about to be made.
    Intent,
    /// It was made.
    Done,
    /// It was refused; nothing was changed.
    Failed,
    /// It was cut off. Whoever came next wrote down what the aliases name now.
    CutOff,
}

/// What is to be written down. Fingerprints are of certificates, or of the whole file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Note {
    /// The command, as in `exchange`.
    pub command: String,
    /// How far it has come.
    pub stage: Stage,
    /// What each alias names at this moment; nothing when it is free or names a key without a
    /// certificate.
    #[schemars(with = "BTreeMap<String, Option<Fingerprint>>")]
    pub aliases: BTreeMap<Alias, Option<Fingerprint>>,
    /// The digest of the keystore's file at this moment; nothing while there is no file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store: Option<Fingerprint>,
    /// The run that was released.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// Why, in the words of whoever did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
}

/// A line of the record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Line {
    /// When.
    pub at: Timestamp,
    /// The user, by the list of local users.
    pub user: String,
    /// What.
    #[serde(flatten)]
    pub note: Note,
    /// The digest of the line before, without its line end.
    pub before: Fingerprint,
}

/// A line as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// What it says; nothing when it was cut off or is no line of a record.
    pub line: Option<Line>,
    /// Whether it carries the digest of the line before.
    pub follows: bool,
}

/// All lines of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// In their order.
    pub lines: Vec<Kept>,
}

impl Record {
    /// Where the record of a keystore lies.
    #[must_use]
    pub fn path(store: &Path) -> PathBuf {
        let mut name = store.as_os_str().to_owned();
        name.push(".record");
        name.into()
    }

    /// Reads the record of a keystore; nobody has changed one by hand that has none.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(store: &Path) -> Result<Self, CustodyError> {
        let bytes = bytes(store)?;
        let (mut lines, mut last) = (Vec::new(), origin());
        for text in bytes.split(|byte| *byte == b'\n').filter(|text| !text.is_empty()) {
            let line: Option<Line> = serde_json::from_slice(text).ok();
            let follows = line.as_ref().is_none_or(|line| line.before == last);
            lines.push(Kept { line, follows });
            last = Fingerprint::of(text);
        }
        Ok(Self { lines })
    }

    /// The last change, if it was cut off before its outcome was written down.
    #[must_use]
    pub fn open(&self) -> Option<&Line> {
        let last = self.lines.iter().rev().find_map(|kept| kept.line.as_ref())?;
        (last.note.stage == Stage::Intent).then_some(last)
    }
}

/// What the first line carries in the place of a digest.
fn origin() -> Fingerprint {
    Fingerprint::of(b"keyroll record")
}

fn bytes(store: &Path) -> Result<Vec<u8>, CustodyError> {
    let path = Record::path(store);
    let too_large = || io::Error::new(io::ErrorKind::FileTooLarge, format!("larger than {LIMIT} bytes"));
    match bounded::read(&path, LIMIT) {
        Ok(bytes) if bytes.len() <= LIMIT => Ok(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        other => {
            let cause = other.err().unwrap_or_else(too_large);
            Err(CustodyError::Io { doing: "cannot read the record", path, cause })
        }
    }
}

/// Adds a line, and returns once it is durable. What another left unfinished is ended with a line
/// end and stays.
pub(super) fn append(store: &Path, note: Note) -> Result<(), CustodyError> {
    let found = bytes(store)?;
    let last = found.split(|byte| *byte == b'\n').rfind(|text| !text.is_empty());
    let before = last.map_or_else(origin, Fingerprint::of);
    let line = Line { at: WallClock.now(), user: person::user(), note, before };
    let path = Record::path(store);
    let write = || -> io::Result<()> {
        let mut text = serde_json::to_vec(&line)?;
        text.push(b'\n');
        if found.last().is_some_and(|byte| *byte != b'\n') {
            text.insert(0, b'\n');
        }
        let no_link = i32::try_from(rustix::fs::OFlags::NOFOLLOW.bits()).map_err(io::Error::other)?;
        let mut options = OpenOptions::new();
        let mut file = options.append(true).create(true).mode(0o600).custom_flags(no_link).open(&path)?;
        file.write_all(&text)?;
        file.sync_all()?;
        match path.parent().filter(|_| found.is_empty()) {
            Some(folder) => File::open(folder)?.sync_all(),
            None => Ok(()),
        }
    };
    write().map_err(|cause| CustodyError::Io { doing: "cannot write the record", path: path.clone(), cause })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(stage: Stage) -> Note {
        let aliases = BTreeMap::from([(Alias::new("a\"b").unwrap(), Some(Fingerprint::of(b"x")))]);
        let because = Some("two\nlines".to_owned());
        Note { command: "exchange".to_owned(), stage, aliases, store: None, run: None, because }
    }

    #[test]
    fn lines_follow_each_other_and_a_change_shows() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("a.p12");
        assert_eq!(Record::read(&store).unwrap(), Record::default());
        for stage in [Stage::Intent, Stage::Done, Stage::Intent] {
            append(&store, note(stage)).unwrap();
        }
        let record = Record::read(&store).unwrap();
        assert!(record.lines.iter().all(|kept| kept.follows && kept.line.is_some()));
        assert_eq!(record.open().unwrap().note, note(Stage::Intent));
        let path = Record::path(&store);
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.lines().count(), 3);
        let without: String = text
            .lines()
            .take(1)
            .chain(text.lines().skip(2))
            .fold(String::new(), |all, line| all + line + "\n");
        for changed in [
            without,
            text.replacen("exchange", "remove", 1),
            text.lines().rev().collect::<Vec<_>>().join("\n"),
        ] {
            std::fs::write(&path, changed).unwrap();
            assert!(Record::read(&store).unwrap().lines.iter().any(|kept| !kept.follows));
        }
    }

    #[test]
    fn a_line_that_was_cut_off_stays_and_the_next_one_follows_it() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("a.p12");
        append(&store, note(Stage::Intent)).unwrap();
        append(&store, note(Stage::Done)).unwrap();
        let path = Record::path(&store);
        let text = std::fs::read(&path).unwrap();
        // Somewhere in the second line.
        let second = text.iter().position(|byte| *byte == b'\n').unwrap() + 2;
        for end in second..text.len() {
            std::fs::write(&path, &text[..end]).unwrap();
            append(&store, note(Stage::CutOff)).unwrap();
            let record = Record::read(&store).unwrap();
            assert_eq!(record.lines.len(), 3, "{end}");
            assert!(record.lines.iter().all(|kept| kept.follows), "{end}");
            assert!(record.open().is_none(), "{end}");
        }
    }

    #[test]
    fn a_link_in_the_place_of_a_record_is_not_written_through() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("a.p12");
        std::fs::write(folder.path().join("other"), "").unwrap();
        std::os::unix::fs::symlink(folder.path().join("other"), Record::path(&store)).unwrap();
        assert!(append(&store, note(Stage::Intent)).is_err());
        assert_eq!(std::fs::read(folder.path().join("other")).unwrap(), b"");
    }
}
