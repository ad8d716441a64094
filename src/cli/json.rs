//! Values for machines: one document, or one event a line. Each names its schema.

use schemars::JsonSchema;
use serde::Serialize;

use crate::source::is_hostile;

/// Text for people or JSON for machines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people
    #[default]
    Text,
    /// JSON by a published schema
    Json,
}

/// Text for people, JSON, or what code scanners read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Findings {
    /// For people
    #[default]
    Text,
    /// JSON by a published schema
    Json,
    /// SARIF 2.1.0
    Sarif,
    /// Workflow commands, which GitHub Actions shows beside the lines
    Github,
}

impl Findings {
    /// Whether findings are all that is told.
    #[must_use]
    pub const fn is_of_findings(self) -> bool {
        matches!(self, Self::Sarif | Self::Github)
    }
}

impl From<Format> for Findings {
    fn from(format: Format) -> Self {
        match format {
            Format::Text => Self::Text,
            Format::Json => Self::Json,
        }
    }
}

/// What is printed as JSON.
pub trait Document: Serialize + JsonSchema {
    /// What its schema is called.
    const NAME: &'static str;
    /// The version of that.
    const VERSION: u32 = super::schema::VERSION;
}

/// A document that says by which schema it is written.
#[derive(Serialize)]
struct Marked<'a, T> {
    schema: String,
    #[serde(flatten)]
    document: &'a T,
}

/// A document on one line.
#[must_use]
pub fn line<T: Document>(document: &T) -> String {
    inert(&serde_json::to_string(&Marked { schema: mark(T::NAME, T::VERSION), document }).unwrap_or_default())
}

/// What a document says of its schema: its name and version.
#[must_use]
pub fn mark(name: &str, version: u32) -> String {
    format!("keyroll/{name}/{version}")
}

/// JSON in which no character can steer a terminal: those that could stand within strings only, and
/// are written as escapes there.
#[must_use]
pub fn inert(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if is_hostile(c) {
            let mut units = [0; 2];
            out.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_escaped_and_stays_what_it_is() {
        let hostile = "a\u{202e}\u{9b}1m\u{7f}\u{e0041}\u{1b}\n\"é";
        let json = serde_json::to_string(hostile).unwrap();
        let shown = inert(&json);
        assert!(!shown.chars().any(is_hostile), "{shown}");
        assert!(shown.contains("\\u202e") && shown.contains('é'), "{shown}");
        assert_eq!(serde_json::from_str::<String>(&shown).unwrap(), hostile);
    }
}
