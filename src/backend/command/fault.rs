//! What goes wrong with a program that is asked.

use std::fmt;
use std::time::Duration;

use crate::{source::shown, syntax::spelt};

use super::process::ANSWER_LIMIT;

/// So many characters of what a program said are told, where the site wants them told.
const TOLD: usize = 2_000;

/// A question to a program that was not answered as the protocol says. It tells what the program
/// itself said only where the site declares so: that may hold anything, secrets included.
#[derive(Debug)]
pub struct CommandError {
    /// What the plan calls the thing that the program stands for.
    pub name: String,
    /// What it was asked for.
    pub act: &'static str,
    /// What went wrong.
    pub fault: Fault,
    /// What the program said, escaped and bounded; nothing unless the site keeps its output.
    pub said: Option<String>,
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The system did not start it, for this reason.
    NotStarted(String),
    /// The system could not wait for it, for this reason.
    Lost(String),
    /// It did not answer and end in this time. It was ended.
    TimedOut(Duration),
    /// It ended, and something that it started, out of reach, holds its output open.
    Held,
    /// It answered with more than [`ANSWER_LIMIT`]. It was ended.
    TooLong,
    /// It ended with this exit code.
    Exited(i32),
    /// It was ended by this signal, not by keyroll.
    Signalled(i32),
    /// It ended without an answer.
    Silent,
    /// It wrote a line that is no JSON object.
    NoJson,
    /// It speaks another version of the protocol.
    Version,
    /// Its answer is not what the act asks for, in this respect.
    Misfit(&'static str),
    /// It said more after its answer.
    More,
    /// It answered that it did not do what was asked.
    Refused(Code),
}

/// Why a program did not do what was asked, in its own words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// Something else is under the alias.
    Occupied,
    /// Something else is there than was expected.
    Moved,
    /// What is asked about is not there at all.
    Missing,
    /// It can hold no more.
    Full,
    /// It cannot do what was asked.
    Unsupported,
    /// It failed.
    Failed,
}

impl Code {
    /// Every code, as the protocol spells it.
    pub const ALL: [(&str, Self); 6] = [
        ("occupied", Self::Occupied),
        ("moved", Self::Moved),
        ("missing", Self::Missing),
        ("full", Self::Full),
        ("unsupported", Self::Unsupported),
        ("failed", Self::Failed),
    ];

    /// The code of a word.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == word).map(|(_, code)| code)
    }

    /// The word of a code.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL.into_iter().find(|(_, code)| *code == self).map_or("failed", |(word, _)| word)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotStarted(why) => write!(f, "cannot be started: {}", shown(why)),
            Self::Lost(why) => write!(f, "cannot be waited for: {}", shown(why)),
            Self::TimedOut(limit) => write!(f, "was not through within {} and was ended", spelt(*limit)),
            Self::Held => f.write_str("ended, and left something running that holds its output open"),
            Self::TooLong => {
                write!(f, "answered with more than {} MiB and was ended", ANSWER_LIMIT >> 20)
            }
            Self::Exited(code) => write!(f, "ended with exit code {code}"),
            Self::Signalled(signal) => write!(f, "was ended by signal {signal}"),
            Self::Silent => f.write_str("ended without an answer"),
            Self::NoJson => f.write_str("wrote a line that is no JSON object"),
            Self::Version => write!(f, "answered in another version of the protocol than {}", super::VERSION),
            Self::Misfit(what) => write!(f, "gave an answer that does not fit: {what}"),
            Self::More => f.write_str("said more after its answer"),
            Self::Refused(code) => write!(f, "answered `{}`", code.word()),
        }
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, act, fault, said } = self;
        write!(f, "the program of `{}`, asked for `{act}`, {fault}", shown(name))?;
        said.as_ref().map_or(Ok(()), |said| write!(f, "; it said: {said}"))
    }
}

impl std::error::Error for CommandError {}

/// What a program said as it may be told: escaped, and no more than so much of it.
pub(super) fn told(text: &str) -> Option<String> {
    let text = text.trim();
    let mut told = shown(&text.chars().take(TOLD).collect::<String>());
    if text.chars().count() > TOLD {
        told.push_str(" ...");
    }
    Some(told).filter(|told| !told.is_empty())
}
