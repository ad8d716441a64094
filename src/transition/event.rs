//! What may happen in a run.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{backend::Outcome, world::material::Fingerprint};

use super::snapshot::Snapshot;

/// An event and the time at which it was taken down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Record {
    /// When.
    pub at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub event: Event,
}

/// What may happen. Steps, roles and keys go by the names that the plan gives them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The run begins. The certificates of the keys that are in use are pinned.
    Started {
        /// Digest of the plan and its parameters.
        plan: Fingerprint,
        /// Digest of the site.
        site: Fingerprint,
        /// The certificates of the keys that exist already, as PEM.
        certificates: BTreeMap<String, String>,
    },
    /// A run goes on from where it stood, under another plan that was proved from there.
    Continued {
        /// Digest of that plan.
        plan: Fingerprint,
        /// Digest of the site.
        site: Fingerprint,
        /// Where it stood under the plan before, by the name of that part of the run.
        from: String,
        /// Where it is bound for.
        bound: Bound,
        /// Who has it so.
        by: Actor,
        /// Why.
        because: String,
        /// How the plan was proved, in words.
        proof: String,
        /// Digest of the world from which it was proved.
        start: Fingerprint,
        /// Where it stands, in the names of that plan.
        standing: Box<Snapshot>,
    },
    /// A run leaves its plan. Nothing more is taken down under it.
    Left {
        /// The part of the run in which it goes on; nothing where nothing is left to do.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<String>,
        /// Where it is bound for.
        bound: Bound,
        /// Who has it so.
        by: Actor,
        /// Why.
        because: String,
    },
    /// Somebody wanted the run called off at a moment from which there is no way back: it goes on to its end.
    NoWayBack {
        /// Who.
        by: Actor,
        /// Why.
        because: String,
    },
    /// A step that failed or was declined is to be tried again.
    Retried {
        /// Which step.
        step: String,
        /// Who has it so.
        by: Actor,
    },
    /// The run is handed over to another person.
    HandedOver {
        /// To whom.
        to: String,
        /// By whom.
        by: Actor,
    },
    /// A step is about to be performed through its backend.
    Begun {
        /// Which step.
        step: String,
        /// Which attempt, from one.
        attempt: u32,
    },
    /// A step was performed, and its effect was seen.
    Ended {
        /// Which step.
        step: String,
        /// Which attempt.
        attempt: u32,
        /// What it did.
        outcome: Outcome,
        /// The certificates that came to be known, as PEM.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        certificates: BTreeMap<String, String>,
    },
    /// An attempt failed.
    Failed {
        /// Which step.
        step: String,
        /// Which attempt.
        attempt: u32,
        /// Why, in the backend's words.
        cause: String,
    },
    /// A role did its step: an act of speech, or one that it does by hand.
    Confirmed {
        /// Which step.
        step: String,
        /// Who.
        by: Actor,
        /// When the window opens, where the step proposes one; otherwise it opens at once.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        opens: Option<Timestamp>,
        /// The certificate of the key that a step by hand created, as PEM.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        certificates: BTreeMap<String, String>,
    },
    /// A role has computed the fingerprint of the certificate that it comes to accept by its step. Where it is that of
    /// the one that is known, the two were compared; otherwise the certificate is another one, and the run stops.
    Compared {
        /// Which step.
        step: String,
        /// What was computed: SHA-256 of the certificate.
        named: Fingerprint,
        /// That of the certificate that the run knows.
        known: Fingerprint,
        /// Who.
        by: Actor,
    },
    /// Somebody has seen to a certificate that was another one: the run goes on, and the step is still to be done.
    Resolved {
        /// Which step.
        step: String,
        /// Who.
        by: Actor,
        /// Why.
        because: String,
    },
    /// One of the two people who stand behind a step agrees to it; nothing has taken effect yet.
    Agreed {
        /// Which step.
        step: String,
        /// Who.
        by: Actor,
    },
    /// A role refuses to do its step, or to believe a report; the run waits for it.
    Declined {
        /// Which step.
        step: String,
        /// Who.
        by: Actor,
        /// Why.
        because: String,
    },
    /// A role lets its step begin although its deadline has passed.
    Extended {
        /// Which step.
        step: String,
        /// Who.
        by: Actor,
        /// Why.
        because: String,
    },
    /// The other side answers a proposal.
    Answered {
        /// Which step.
        step: String,
        /// Who.
        by: Actor,
        /// Yes or no.
        yes: bool,
        /// Why not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        because: Option<String>,
    },
    /// A message between roles was received.
    Received {
        /// The step that sent it.
        step: String,
        /// Who received it.
        by: Actor,
    },
    /// An agreed window has begun.
    Opened {
        /// Which window.
        window: String,
    },
    /// No message that is signed with the key is under way any more.
    Drained {
        /// Which flow.
        flow: String,
        /// Which key.
        key: String,
        /// How that is known.
        how: Drain,
    },
    /// The run stands still until a moment, because somebody has it so.
    Paused {
        /// Until when.
        until: Timestamp,
        /// The role whose steps alone stand still; without one all do.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role: Option<String>,
        /// Who.
        by: Actor,
        /// Why.
        because: String,
    },
    /// What stands still goes on before its time; or somebody says that the clock is right.
    Resumed {
        /// The role whose steps go on; without one all do.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role: Option<String>,
        /// Who.
        by: Actor,
        /// Why.
        because: String,
    },
    /// A promise was broken in the world.
    Broken {
        /// What was seen.
        what: String,
    },
}

impl Event {
    /// The certificates that come with it, as PEM, by the names of their keys.
    #[must_use]
    pub const fn certificates(&self) -> Option<&BTreeMap<String, String>> {
        match self {
            Self::Started { certificates, .. }
            | Self::Ended { certificates, .. }
            | Self::Confirmed { certificates, .. } => Some(certificates),
            _ => None,
        }
    }
}

/// Where a run is bound for that left the plan with which it began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// Back to how it was at the start: it was called off.
    Back,
    /// To the end of a plan that took the place of the one before.
    Amended,
    /// To the end of its plan without one of its steps.
    Skipped,
    /// To the end of its plan without one of its partners.
    Waived,
}

/// How a drain is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Drain {
    /// The flow's backend sees none.
    Seen,
    /// The transit time has passed since signing with the key stopped.
    Waited,
}

impl Drain {
    /// The word for people.
    #[must_use]
    pub const fn shown(self) -> &'static str {
        match self {
            Self::Seen => "seen",
            Self::Waited => "waited",
        }
    }
}

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Actor {
    /// In which role.
    pub role: String,
    /// The person, as far as the command line was told; nothing for what the site does by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// Whether the site is bound to do this role's acts by itself.
    #[serde(default)]
    pub automatic: bool,
}
