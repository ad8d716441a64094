//! A program that a site binds a name to.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    backend::command::{Program, ProgramError, Start, TIME_LIMITS, is_variable},
    source::shown,
    syntax::spelt,
};

use super::site::Length;

/// How long a program may take where the site says nothing.
const TIME: Duration = Duration::from_secs(30);

/// A program, and what it is given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommandBinding {
    /// The program and its arguments.
    pub command: Vec<String>,
    /// How long it may take for one act: `"30s"`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Length>,
    /// The variables of keyroll's environment that are passed on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub environment: Vec<String>,
    /// Whether what it says may be told, and kept in the journal, when it fails.
    #[serde(default)]
    pub keep_output: bool,
}

impl CommandBinding {
    /// What is wrong with it, and what to do.
    #[must_use]
    pub fn fault(&self, name: &str) -> Option<(String, String)> {
        let name = shown(name);
        if self.command.first().is_none_or(String::is_empty) {
            let help =
                "write the program and its arguments as a list: `command = [\"./vault.sh\", \"--all\"]`";
            return Some((format!("the command of `{name}` names no program"), help.to_owned()));
        }
        if self.command.iter().any(|word| word.contains('\0')) {
            let help = "no program can be given such an argument: leave it out".to_owned();
            return Some((format!("the command of `{name}` holds a NUL"), help));
        }
        // It is not repeated: somebody may have written a value there.
        if !self.environment.iter().all(|variable| is_variable(variable)) {
            let help = "name variables only, as in `environment = [\"API_URL\"]`: letters, digits and `_`, no digit first";
            return Some((format!("`{name}` is to be given a variable whose name is none"), help.to_owned()));
        }
        let time = self.timeout()?;
        let help =
            format!("write a time from {} to {}", spelt(*TIME_LIMITS.start()), spelt(*TIME_LIMITS.end()));
        Some((format!("the timeout of `{name}` is {}", spelt(time)), help))
    }

    /// The time that is out of bounds, if it is.
    fn timeout(&self) -> Option<Duration> {
        self.timeout.map(|time| time.0).filter(|time| !TIME_LIMITS.contains(time))
    }

    /// Finds the program.
    ///
    /// # Errors
    /// When it is not there, or a variable that it is to be given.
    pub fn program(&self, folder: &Path) -> Result<Program, ProgramError> {
        Program::find(&self.start(folder))
    }

    /// Where the program is, without its being started.
    ///
    /// # Errors
    /// As [`Self::program`].
    pub fn located(&self, folder: &Path) -> Result<PathBuf, ProgramError> {
        Program::locate(&self.start(folder))
    }

    fn start<'a>(&'a self, folder: &'a Path) -> Start<'a> {
        Start {
            command: &self.command,
            folder,
            timeout: self.timeout.map_or(TIME, |time| time.0),
            environment: &self.environment,
            keep_output: self.keep_output,
        }
    }
}

/// A program that speaks for a receiver.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommandReceiverBinding {
    /// The program and its arguments.
    pub command: Vec<String>,
    /// How many credentials the receiver can hold.
    pub capacity: usize,
    /// How long it may take for one act: `"30s"`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Length>,
    /// The variables of keyroll's environment that are passed on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub environment: Vec<String>,
    /// Whether what it says may be told, and kept in the journal, when it fails.
    #[serde(default)]
    pub keep_output: bool,
}

impl CommandReceiverBinding {
    /// The same without the capacity.
    #[must_use]
    pub fn binding(&self) -> CommandBinding {
        CommandBinding {
            command: self.command.clone(),
            timeout: self.timeout,
            environment: self.environment.clone(),
            keep_output: self.keep_output,
        }
    }
}
