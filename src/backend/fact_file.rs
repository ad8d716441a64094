//! A fact of the plan's own in a file.

use std::{
    io,
    path::{Path, PathBuf},
};

use super::{
    Outcome,
    fact_keeper::{FactError, FactKeeper, Told},
    file::{self, bounded},
};

/// The longest text that is looked at: more is neither word.
const MOST: usize = 16;

/// A file that says `set` or `clear`, for scripts and people to read. No file says `clear`; another text
/// says nothing that anybody could go by.
#[derive(Debug)]
pub struct FactFile {
    path: PathBuf,
}

impl FactFile {
    /// The fact in this file, which need not be there.
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }
}

fn failed(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> FactError {
    let path = path.to_owned();
    move |cause| FactError::Io { doing, path, cause }
}

impl FactKeeper for FactFile {
    fn is_set(&self) -> Result<Told, FactError> {
        let text = match bounded::read(&self.path, MOST) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Told::Is(false)),
            Err(cause) => return Err(failed("cannot read", &self.path)(cause)),
        };
        Ok(match text.trim_ascii() {
            // Behind what was read there may stand anything.
            _ if text.len() > MOST => Told::Unknown,
            b"set" => Told::Is(true),
            b"clear" => Told::Is(false),
            _ => Told::Unknown,
        })
    }

    fn bring_to(&mut self, set: bool) -> Result<Outcome, FactError> {
        if self.is_set()? == Told::Is(set) {
            return Ok(Outcome::AlreadySo);
        }
        let word: &[u8] = if set { b"set\n" } else { b"clear\n" };
        file::replace(&self.path, word, None).map_err(failed("cannot write", &self.path))?;
        Ok(Outcome::Changed)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_says_set_or_clear_and_another_text_says_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("change");
        let mut fact = FactFile::at(&path);
        assert_eq!(fact.is_set().unwrap(), Told::Is(false), "there is no file");
        assert_eq!(fact.bring_to(false).unwrap(), Outcome::AlreadySo);
        assert!(!path.exists());
        assert_eq!(fact.bring_to(true).unwrap(), Outcome::Changed);
        assert_eq!(fact.bring_to(true).unwrap(), Outcome::AlreadySo);
        assert_eq!(fs::read_to_string(&path).unwrap(), "set\n");
        assert_eq!(fact.bring_to(false).unwrap(), Outcome::Changed);
        assert_eq!(fs::read_to_string(&path).unwrap(), "clear\n");
        let hidden = format!("set{}but not this one", " ".repeat(MOST));
        for text in ["", "SET", "set clear", "set and many more words than there may be", &hidden] {
            fs::write(&path, text).unwrap();
            assert_eq!(fact.is_set().unwrap(), Told::Unknown, "{text}");
        }
        assert_eq!(fact.bring_to(false).unwrap(), Outcome::Changed);
        assert!(FactFile::at(folder.path()).is_set().is_err(), "a folder is no file");
    }
}
