//! What is said on standard error: lines for people, or JSON lines for whoever collects logs.

use std::collections::BTreeMap;
use std::io::Write as _;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    backend::clock::{Clock, WallClock},
    cli::json::{Document, line},
    page::findings::{Entry, Findings, Severity},
    source::shown,
};

/// How talk is written on standard error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For people
    #[default]
    Text,
    /// JSON by a published schema, an object a line
    Json,
}

/// How much a line of talk weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// What must be heard: why something is refused, or what failed.
    Error,
    /// Advice, which refuses nothing.
    Warning,
    /// What happens.
    Info,
    /// What --verbose tells.
    Debug,
}

/// A line of talk, as it is written under --log-format json.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Talk {
    /// When it was said.
    at: Timestamp,
    /// How much it weighs.
    level: Level,
    /// What was said.
    message: String,
    /// The run that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<String>,
    /// The step that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<String>,
    /// What else is known, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    fields: BTreeMap<String, String>,
}

impl Document for Talk {
    const NAME: &'static str = "log";
}

impl Talk {
    /// A line, said now.
    #[must_use]
    pub fn now(level: Level, message: impl Into<String>) -> Self {
        let (run, step, fields) = (None, None, BTreeMap::new());
        Self { at: WallClock.now(), level, message: message.into(), run, step, fields }
    }

    /// The same about a step; about none where the name is empty.
    #[must_use]
    pub fn of_step(self, step: &str) -> Self {
        Self { step: Some(step.to_owned()).filter(|step| !step.is_empty()), ..self }
    }

    /// The same with one thing more, unless it is empty.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        let value = value.into();
        if !value.is_empty() {
            self.fields.insert(name.to_owned(), value);
        }
        self
    }

    /// What a finding says.
    fn of(entry: &Entry) -> Self {
        let level = match entry.severity {
            Severity::Error => Level::Error,
            Severity::Advice => Level::Warning,
        };
        let said = Self::now(level, entry.message.clone())
            .with("code", entry.code.as_deref().unwrap_or_default())
            .with("help", entry.help.as_deref().unwrap_or_default());
        match entry.spans.first() {
            Some(place) => said
                .with("file", place.file.clone())
                .with("line", place.line.to_string())
                .with("column", place.column.to_string()),
            None => said,
        }
    }
}

/// Where talk goes, and how it is written. A copy of it talks to the same place.
#[derive(Clone, Debug, Default)]
pub struct Log {
    format: LogFormat,
    run: Option<String>,
    /// What each line for people begins with.
    head: String,
}

impl Log {
    /// Talk in this format.
    #[must_use]
    pub const fn of(format: LogFormat) -> Self {
        Self { format, run: None, head: String::new() }
    }

    /// From here on all that is said is about this run.
    pub fn about(&mut self, run: &str) {
        self.run = Some(run.to_owned());
    }

    /// From here on each line tells which of several runs it is about.
    pub fn beside(&mut self, run: &str) {
        self.about(run);
        self.head = format!("{}: ", shown(run));
    }

    /// What each line for people begins with.
    #[must_use]
    pub fn head(&self) -> &str {
        &self.head
    }

    /// Whether it is for machines.
    #[must_use]
    pub fn is_json(&self) -> bool {
        self.format == LogFormat::Json
    }

    /// Says one thing: `text` to people, `said` to machines. That nobody listens is no failure.
    pub fn say(&self, text: &str, said: impl FnOnce() -> Talk) {
        let mut out = std::io::stderr().lock();
        let _unheard = if self.is_json() {
            writeln!(out, "{}", line(&Talk { run: self.run.clone(), ..said() }))
        } else {
            writeln!(out, "{}{text}", self.head)
        };
    }

    /// Tells machines of findings, a line each; of advice only where it is wanted.
    pub(super) fn findings(&self, found: &Findings, with_advice: bool) {
        for entry in found.findings.iter().filter(|e| with_advice || e.severity == Severity::Error) {
            let said = Talk::of(entry);
            self.say(&shown(&entry.message), || said);
        }
    }
}
