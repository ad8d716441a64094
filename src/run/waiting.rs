//! What a run waits for, for machines.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

/// One thing that a run waits for, by the names that the plan gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Waiting {
    /// The step that waits, or whose message waits.
    pub step: String,
    /// For what.
    pub what: What,
    /// The role whose person is waited for; nothing for a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// What the step does.
    pub act: String,
    /// Who has confirmed it, where two people do.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub confirmed: Vec<String>,
    /// Since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Until when at the latest, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// When it is due, where the site says how long its role has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// Whether that has passed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub overdue: bool,
    /// When the window would open that is to be agreed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opens: Option<Timestamp>,
    /// When it would close.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closes: Option<Timestamp>,
    /// The last second in which the step may begin, where its plan says one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_after: Option<Timestamp>,
}

/// For what is waited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// An act by hand.
    Act,
    /// That another person confirms what two people do.
    Approval,
    /// That a message is taken.
    Message,
    /// The answer to a proposal.
    Answer,
    /// A time.
    Time,
    /// The turn of a partner, by the pace of the site.
    Pace,
    /// That somebody lets a step begin whose deadline has passed.
    Deadline,
}

impl What {
    /// The word for people.
    #[must_use]
    pub const fn shown(self) -> &'static str {
        match self {
            Self::Act => "act",
            Self::Approval => "approval",
            Self::Message => "message",
            Self::Answer => "answer",
            Self::Time => "time",
            Self::Pace => "pace",
            Self::Deadline => "deadline",
        }
    }
}
