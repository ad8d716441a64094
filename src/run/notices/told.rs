//! How it stands with what people were told of a run.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{journal::letter::Delivery, run::time::to_the_second, source::shown};

use super::card::Kind;

/// How it stands with one thing that somebody was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Told {
    /// What was told.
    pub kind: Kind,
    /// The step that it is about; nothing where it is about the run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// The role; nothing for whoever looks after the run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// By which channel of the site.
    pub channel: String,
    /// When it was handed over the last time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent: Option<Timestamp>,
    /// How often its last letter was tried.
    pub attempts: u32,
    /// Why it was not handed over, the last time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// When it is tried again, at the next call of `run` after that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
}

impl Told {
    /// What a journal tells.
    #[must_use]
    pub fn of(deliveries: Vec<Delivery>) -> Vec<Self> {
        let told = deliveries.into_iter().filter_map(|one| {
            let given = |text: String| Some(text).filter(|text| !text.is_empty());
            let letter = one.letter.as_ref();
            let is_open = letter.is_some_and(|letter| letter.sent.is_none());
            Some(Self {
                kind: Kind::of(&one.kind)?,
                step: given(one.step),
                role: given(one.role),
                channel: one.channel,
                sent: letter.and_then(|letter| letter.sent),
                attempts: letter.map_or(0, |letter| letter.attempts),
                fault: letter.and_then(|letter| letter.fault.clone()),
                due: letter.filter(|_| is_open).map(|letter| letter.due),
            })
        });
        told.collect()
    }

    /// In words.
    #[must_use]
    pub fn line(&self) -> String {
        let whom = self.role.as_deref().unwrap_or("whoever looks after the run");
        let state = match (self.sent, &self.fault) {
            (Some(at), _) => format!("sent {}", to_the_second(at)),
            (None, None) if self.attempts == 0 => "not sent yet".to_owned(),
            (None, fault) => {
                let attempts =
                    if self.attempts == 1 { "1 attempt" } else { &format!("{} attempts", self.attempts) };
                format!("not delivered, {attempts}, {}", fault.as_deref().unwrap_or("cut off"))
            }
        };
        let (whom, channel, state) = (shown(whom), shown(&self.channel), shown(&state));
        format!("notice ({}) to {whom} by {channel}: {state}", self.kind.word())
    }
}
