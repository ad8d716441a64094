//! One event a line, for machines.

use serde::Serialize;
use serde_json::{Value, json};

use super::tally::Tally;

/// Text for people or JSON lines for machines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people
    #[default]
    Text,
    /// One JSON object a line
    Json,
}

/// A line.
#[must_use]
pub fn line(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "{}".to_owned())
}

/// The last line of a rehearsal or run.
#[must_use]
pub fn summary(outcome: &str, tally: &Tally, run: &str, more: Value) -> String {
    let mut line = json!({
        "event": "summary",
        "outcome": outcome,
        "messages": { "sent": tally.sent, "accepted": tally.accepted, "rejected": tally.rejected },
        "interrupted_ms": tally.interrupted_ms,
        "run": run,
    });
    if let (Some(line), Value::Object(more)) = (line.as_object_mut(), more) {
        line.extend(more);
    }
    line.to_string()
}
