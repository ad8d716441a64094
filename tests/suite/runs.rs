//! Runs through the program: people, approvals, worlds that move, faults of sites and machines,
//! secrets, rehearsals.
#![cfg(test)]

mod approvals;
mod asked;
pub(crate) mod canaries;
pub(crate) mod faults;
mod likenesses;
mod lines;
mod persons;
mod rehearsals;
mod sites;
mod stand_ins;
mod tables;
mod words;
mod worlds;

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::{Command, Output},
    time::Duration,
};

use keyroll::{
    backend::clock::{Clock, WallClock},
    check,
    plan::given::Given,
    run::sandbox::{Props, Sandbox},
    source::Source,
    world::material::KeyType,
};

/// The text of a stock plan.
pub(crate) fn plan(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("plans/xml-signature").join(name);
    fs::read_to_string(path).unwrap()
}

/// A stock plan whose last certificate change does not wait for the messages under way.
fn without_drain(name: &str) -> String {
    let text = plan(name);
    let line = text.lines().find(|line| line.contains("needs orders drained of old")).unwrap();
    text.replace(&format!("{line}\n"), "")
}

/// A world with a plan, in a folder of its own.
pub(crate) struct Place {
    _scratch: tempfile::TempDir,
    pub(crate) folder: PathBuf,
}

/// What a command said, and how it ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) exit: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Said {
    pub(crate) fn of(output: Output) -> Self {
        Self {
            exit: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The same, having made sure that it ended so.
    #[track_caller]
    pub(crate) fn ends(self, exit: i32) -> Self {
        assert_eq!(self.exit, exit, "{}\n{}", self.out, self.err);
        assert!(!self.err.contains("panicked"), "{}", self.err);
        self
    }

    #[track_caller]
    pub(crate) fn says(self, words: &str) -> Self {
        assert!(self.out.contains(words) || self.err.contains(words), "{words}:\n{}\n{}", self.out, self.err);
        self
    }
}

impl Place {
    pub(crate) fn of(text: &str) -> Self {
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path().join("place");
        let checked = check::read(&Source::new("plan.renewal", text), &Given::default()).unwrap();
        let props = Props { key_type: KeyType::EcP256, start: WallClock.now(), pause: Duration::ZERO };
        Sandbox::build(checked.plan(), &folder, &props).unwrap();
        Self { _scratch: scratch, folder }
    }

    pub(crate) fn two_keys() -> Self {
        Self::of(&plan("two-keys.renewal"))
    }

    pub(crate) fn one_key() -> Self {
        Self::of(&plan("one-key.renewal"))
    }

    /// The program in this folder.
    pub(crate) fn program(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_keyroll"));
        command.args(words).current_dir(&self.folder).env("TZ", "UTC").env_remove("NO_COLOR");
        command
    }

    pub(crate) fn keyroll(&self, line: &str) -> Said {
        let words: Vec<&str> = line.split_whitespace().collect();
        Said::of(self.program(&words).output().unwrap())
    }

    pub(crate) fn run(&self) -> Said {
        self.keyroll("run plan.renewal")
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.join(name)).unwrap()
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.folder.join(name), text).unwrap();
    }

    /// Changes a text that must be there.
    #[track_caller]
    pub(crate) fn edit(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "{from} is not in\n{text}");
        self.write(name, text.replace(from, to));
    }

    /// Lets a person play a role.
    pub(crate) fn played_by_a_person(&self, role: &str) {
        let from = format!("[roles.{role}]\nautomatic = true\n");
        self.edit("site.toml", &from, &format!("[roles.{role}]\nautomatic = false\n"));
    }

    /// Every file that is there, with its bytes and when it was changed; the journal's own left out.
    pub(crate) fn files(&self) -> BTreeMap<PathBuf, (Vec<u8>, (i64, i64))> {
        let mut files = BTreeMap::new();
        gather(&self.folder, &mut files);
        files.retain(|path, _| !path.to_string_lossy().contains("keyroll.db"));
        files
    }

    /// The only file in the trust folder.
    fn trusted(&self) -> PathBuf {
        let mut files = fs::read_dir(self.folder.join("partner-trust")).unwrap();
        let file = files.next().unwrap().unwrap().path();
        assert!(files.next().is_none());
        file
    }

    pub(crate) fn tool(&self, program: &str, words: &[&str]) -> Said {
        let output = Command::new(program).args(words).current_dir(&self.folder).output();
        let said = Said::of(output.unwrap_or_else(|e| panic!("these tests need `{program}`: {e}")));
        said.ends(0)
    }
}

fn gather(folder: &Path, files: &mut BTreeMap<PathBuf, (Vec<u8>, (i64, i64))>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let meta = path.symlink_metadata().unwrap();
        let changed = (meta.mtime(), meta.mtime_nsec());
        if meta.is_dir() {
            files.insert(path.clone(), (Vec::new(), changed));
            gather(&path, files);
        } else {
            files.insert(path.clone(), (fs::read(&path).unwrap(), changed));
        }
    }
}

/// A text without what differs from run to run: times, names of runs, short fingerprints.
fn steady(text: &str) -> String {
    // `2026-11-23 11:06:42 UTC` is one time, as people read it.
    let mut words: Vec<String> = Vec::new();
    for word in text.split(' ') {
        let joined = words.len().checked_sub(2).map(|at| words[at..].join("T"));
        let time = joined.filter(|_| word.starts_with("UTC")).map(|time| format!("{time}Z"));
        match time.filter(|time| time.parse::<jiff::Timestamp>().is_ok()) {
            Some(time) => {
                words.truncate(words.len() - 2);
                words.push(word.replacen("UTC", &time, 1));
            }
            None => words.push(word.to_owned()),
        }
    }
    steady_words(&words.join(" "))
}

fn steady_words(text: &str) -> String {
    let part_of_word = |c: char| c.is_ascii_alphanumeric() || "-:._".contains(c);
    let mut steady = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = rest.find(|c| !part_of_word(c)).unwrap_or(rest.len());
        let (word, _) = rest.split_at(length.max(first.len_utf8()));
        let bare = word.trim_end_matches([':', '.']);
        let word = if bare.is_empty() { word } else { bare };
        let (_, after) = rest.split_at(word.len());
        let run = word.starts_with("xml-signature-") && word.len() > 30;
        let hex = word.len() == 8 && word.chars().all(|c| c.is_ascii_hexdigit());
        steady.push_str(match word.parse::<jiff::Timestamp>() {
            Ok(_) => "TIME",
            Err(_) if run => "RUN",
            Err(_) if hex => "DIGEST",
            Err(_) => word,
        });
        rest = after;
    }
    steady
}

/// Ctrl-C.
fn interrupt(child: &std::process::Child) {
    let id = rustix::process::Pid::from_child(child);
    rustix::process::kill_process(id, rustix::process::Signal::INT).unwrap();
}
