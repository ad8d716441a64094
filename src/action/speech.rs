//! Acts of speech: what one role says to others.

use crate::world::id::{KeyId, RoleId, WindowId};

/// An act of speech.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Speech {
    /// What kind.
    pub kind: SpeechKind,
    /// To whom.
    pub to: Vec<RoleId>,
}

/// The kinds of speech. Only a report says that something is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpeechKind {
    /// Conveys everything that its sender knows then.
    Report,
    /// Hands over the public half of a key.
    Provision(KeyId),
    /// Asks for something.
    Request,
    /// Allows something.
    Permission,
    /// Proposes a window; it is agreed when the other side answers.
    Proposal(WindowId),
}
