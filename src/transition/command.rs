//! What a host carries out after an event is durable. Delivered at least once, under a stable id.

use serde::{Deserialize, Serialize};

/// A command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// Perform a step through its backend.
    Perform {
        /// Which step.
        step: String,
        /// Which attempt.
        attempt: u32,
    },
    /// Hand a message over to a role.
    Tell {
        /// The step that sends it.
        step: String,
        /// To whom.
        role: String,
    },
    /// Ask a role for its answer to a proposal.
    Ask {
        /// The step that proposes.
        step: String,
        /// Whom.
        role: String,
        /// Which proposal of the step, from one.
        attempt: u32,
    },
}

impl Command {
    /// The stable id: the same command has the same id.
    #[must_use]
    pub fn id(&self) -> String {
        match self {
            Self::Perform { step, attempt } => format!("perform/{step}/{attempt}"),
            Self::Tell { step, role } => format!("tell/{step}/{role}"),
            Self::Ask { step, role, attempt } => format!("ask/{step}/{role}/{attempt}"),
        }
    }
}
