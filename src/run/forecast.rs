//! What would become of one step, and the words for it.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{plan::Plan, transition::people::is_same, world::id::StepId};

use super::time::to_the_second;

/// What one step would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Forecast {
    /// The step.
    pub step: String,
    /// Its role.
    pub role: String,
    /// What would become of it.
    pub forecast: Word,
    /// In one sentence.
    pub detail: String,
}

/// What would become of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    /// The backend would change something.
    WouldDo,
    /// It is so already.
    AlreadySo,
    /// It cannot be done in this world.
    Blocked,
    /// A person does it.
    WaitsForPerson,
}

impl Word {
    /// The word for people.
    #[must_use]
    pub const fn shown(self) -> &'static str {
        match self {
            Self::WouldDo => "would do",
            Self::AlreadySo => "already so",
            Self::Blocked => "blocked",
            Self::WaitsForPerson => "waits for",
        }
    }
}

/// Says that two people stand behind a step, where they do.
pub(super) fn by_two(plan: &Plan, step: StepId) -> &'static str {
    if plan.steps[step].extra().two_people.is_some() { " (two people confirm it)" } else { "" }
}

/// A name that none of these people has.
pub(super) fn somebody_else(people: &[String]) -> String {
    let names = (1..=people.len() + 1).map(|number| format!("person {number}"));
    let mut free = names.filter(|name| people.iter().all(|other| !is_same(other, name)));
    free.next().unwrap_or_default()
}

/// From when on, at the earliest, where a step waits for a time; and until when, where it has a deadline.
pub(super) fn waited(plan: &Plan, step: StepId, at: Timestamp) -> String {
    let row = &plan.steps[step];
    let waits = !row.extra().waits.is_empty() || row.extra().not_before.is_some();
    let from = waits.then(|| format!("not before {}", to_the_second(at)));
    let until = row.extra().not_after.map(|deadline| format!("not after {}", to_the_second(deadline.at)));
    let times: Vec<String> = from.into_iter().chain(until).collect();
    if times.is_empty() { String::new() } else { format!(" ({})", times.join(", ")) }
}
