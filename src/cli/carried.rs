//! The last line of `run`, for machines.

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    run::{difference::Difference, promised::Broken, wait::Waiting},
    transition::{compared::Substituted, event::Record},
};

use super::{
    json::Document,
    survey::Surveyed,
    tally::{Summary, Tally},
};

/// How a run ended, this time.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Carried {
    #[serde(flatten)]
    pub(super) summary: Summary,
    /// What it waits for, a sentence each.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) waits: Option<Vec<String>>,
    /// What it waits for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) waiting: Option<Vec<Waiting>>,
    /// What people are asked before it begins, where they are waited for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) survey: Option<Surveyed>,
    /// Where the world is not as recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) differences: Option<Vec<Difference>>,
    /// Promises that are broken in the world as it was seen.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) breaches: Vec<Broken>,
    /// Promises that were broken on the way.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) broken: Vec<String>,
    /// Certificates at partners that are other ones than were sent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) substituted: Vec<Substituted>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cause: Option<String>,
}

impl Document for Carried {
    const NAME: &'static str = "run";
}

/// An event and the time at which it was taken down.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct Told<'a> {
    #[serde(flatten)]
    pub(super) record: &'a Record,
    /// The run, where several are carried on at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) run: Option<&'a str>,
}

impl Document for Record {
    const NAME: &'static str = "event";
}

impl Document for Told<'_> {
    const NAME: &'static str = "event";
}

impl Carried {
    /// It did not begin: another run holds a keystore.
    #[must_use]
    pub fn held(run: &str, waits: Vec<String>) -> Self {
        Self { waits: Some(waits), ..Self::of("waiting", &Tally::default(), run) }
    }

    /// The word for it, with its figures.
    #[must_use]
    pub fn of(outcome: &'static str, tally: &Tally, run: &str) -> Self {
        Self {
            summary: Summary::of(outcome, tally, run),
            waits: None,
            waiting: None,
            survey: None,
            differences: None,
            breaches: Vec::new(),
            broken: Vec::new(),
            substituted: Vec::new(),
            cause: None,
        }
    }
}
