//! A card: one thing that somebody is told of a run.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What somebody is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// That something is asked of them; until it is done, or asked no more.
    Asked,
    /// That it is asked no more.
    Withdrawn,
    /// That a window is agreed.
    Agreed,
    /// That the run has stopped.
    Stopped,
    /// That the run is done.
    Done,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Asked, Self::Withdrawn, Self::Agreed, Self::Stopped, Self::Done];

    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Withdrawn => "withdrawn",
            Self::Agreed => "agreed",
            Self::Stopped => "stopped",
            Self::Done => "done",
        }
    }

    /// The one with this word.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Which letters it comes into: an address gets one a day of each. That a run has stopped, or is done, does not
    /// wait for the next day.
    #[must_use]
    pub const fn letter(self) -> &'static str {
        match self {
            Self::Asked | Self::Withdrawn | Self::Agreed => "daily",
            Self::Stopped => "stopped",
            Self::Done => "done",
        }
    }
}

/// When a window opens and closes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Window {
    /// What the plan calls it.
    pub name: String,
    /// When it opens.
    pub opens: Timestamp,
    /// When it closes, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closes: Option<Timestamp>,
    /// Whether it is agreed, and not only proposed.
    pub agreed: bool,
    /// Which proposal of it this is, from one.
    pub proposal: u32,
}

/// One thing that somebody is told. Texts of others in it are tame: no character steers anything, and each is cut to
/// 300 characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Card {
    /// What is told.
    pub kind: Kind,
    /// The run.
    pub run: String,
    /// The plan's name.
    pub plan: String,
    /// The step that it is about; nothing where it is about a question or the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// The question that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// The role that is told; nothing for whoever looks after the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// What, in a sentence.
    pub what: String,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Since when it is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// By when, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Timestamp>,
    /// The window that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
    /// The command that answers, where keyroll runs the plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// When it was taken down, by the clock of the run.
    pub at: Timestamp,
}

impl Card {
    /// The step or the question that it is about.
    #[must_use]
    pub fn about(&self) -> Option<&str> {
        self.step.as_deref().or(self.question.as_deref())
    }

    /// Its written form, as the journal keeps it.
    #[must_use]
    pub fn body(&self) -> String {
        // Texts and times: none of them fails to be written.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads a written one.
    #[must_use]
    pub fn read(body: &str) -> Option<Self> {
        serde_json::from_str(body).ok()
    }
}

/// What is posted to a webhook.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Posted {
    /// The same in every attempt; also in the header `webhook-id`.
    pub id: String,
    /// `keyroll.asked`, `keyroll.withdrawn`, `keyroll.agreed`, `keyroll.stopped` or `keyroll.done`.
    #[serde(rename = "type")]
    pub kind: String,
    /// When it was taken down.
    pub timestamp: Timestamp,
    /// What is told.
    pub data: Card,
}

impl Posted {
    /// The name of its schema.
    pub const NAME: &'static str = "notice";
    /// The version of that.
    pub const VERSION: u32 = 1;

    /// Its bytes, which say by which schema they are written.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut whole = serde_json::Map::new();
        whole.insert("schema".to_owned(), format!("keyroll/{}/{}", Self::NAME, Self::VERSION).into());
        if let Ok(serde_json::Value::Object(own)) = serde_json::to_value(self) {
            whole.extend(own);
        }
        serde_json::Value::Object(whole).to_string().into_bytes()
    }
}
