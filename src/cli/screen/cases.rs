//! What a command was asked, as test cases in a file, for build servers.

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;

use crate::{
    backend::{
        clock::{Clock, WallClock},
        file,
    },
    cli::{
        at_site::shown_path,
        exit::{EXITS, Exit},
        own_file::is_something_else,
        screen::Screen,
    },
    page::{
        findings::{Findings, Severity},
        junit::{Case, Cause, HEAD, Outcome, Results, lines},
    },
};

/// Where test cases go.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Junit {
    /// Write the results as test cases to this file too, as build servers read them from JUnit
    #[arg(long = "junit", value_name = "FILE")]
    file: Option<PathBuf>,
}

impl Junit {
    /// Begins to gather them, if they are wanted.
    ///
    /// # Errors
    /// The exit: the file is there and is something else.
    pub fn begin(&self, command: &'static str, screen: &mut Screen) -> Result<(), Exit> {
        let Some(path) = &self.file else { return Ok(()) };
        if is_something_else(path, HEAD) {
            let name = shown_path(path);
            screen.talk(format_args!(
                "{name} is there and holds no results of keyroll: name another file, or take it away"
            ));
            return Err(Exit::Usage);
        }
        screen.gather(Sheet::of(command, path));
        Ok(())
    }
}

/// The test cases of a command.
#[derive(Clone, Debug)]
pub struct Sheet {
    command: &'static str,
    path: PathBuf,
    began: Timestamp,
    cases: Vec<Case>,
    advice: String,
}

impl Sheet {
    fn of(command: &'static str, path: &Path) -> Self {
        let (began, cases) = (WallClock.now(), Vec::new());
        Self { command, path: path.to_owned(), began, cases, advice: String::new() }
    }

    /// Adds one.
    pub fn add(&mut self, case: Case) {
        self.cases.push(case);
    }

    /// Adds what was found: a case for each error, and advice beside them.
    pub(super) fn found(&mut self, found: &Findings) {
        self.cases.extend(Case::errors(found));
        let advice = found.findings.iter().filter(|entry| entry.severity == Severity::Advice);
        self.advice.extend(advice.map(|entry| format!("advice: {}", lines(entry))));
    }

    /// Writes the file. A command that did not end well has a case that says so at least.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub(super) fn write(mut self, exit: Exit, said: &[String], took: Duration) -> Result<(), String> {
        let is_told = self.cases.iter().any(|case| case.outcome != Outcome::Passed);
        if exit != Exit::Done && !is_told {
            let message = format!("it ended with {}: {}", exit as u8, meaning(exit));
            let cause = Cause { kind: format!("exit {}", exit as u8), message, text: said.join("\n") };
            self.cases.push(Case { outcome: Outcome::Broke(cause), ..Case::passed("keyroll", self.command) });
        }
        if self.cases.is_empty() {
            self.cases.push(Case::passed("keyroll", self.command));
        }
        let results = Results {
            command: self.command,
            began: self.began.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
            took,
            cases: &self.cases,
            beside: &self.advice,
        };
        let written = file::replace_own(&self.path, results.to_string().as_bytes(), None);
        written.map_err(|error| format!("cannot write {}: {error}", shown_path(&self.path)))
    }
}

/// What an exit means, as the help says it.
fn meaning(exit: Exit) -> &'static str {
    let number = (exit as u8).to_string();
    let line = EXITS.lines().find_map(|line| line.trim_start().strip_prefix(&number)?.strip_prefix("  "));
    line.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_exit_has_its_meaning() {
        assert_eq!(meaning(Exit::Done), "done");
        assert_eq!(meaning(Exit::Backend), "a backend failed");
        assert!(meaning(Exit::Terminated).starts_with("ended by the system"));
        for exit in [Exit::Refused, Exit::Usage, Exit::Waiting, Exit::Broken, Exit::Stale, Exit::NotProved] {
            assert!(!meaning(exit).is_empty(), "{exit:?}");
        }
    }
}
