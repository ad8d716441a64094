//! The face of whatever tells people that an act of theirs is due.

use std::fmt::Debug;

/// Tells a role what is asked of it. Telling twice is harmless: a notice has an id.
pub trait Notifier: Debug + Send {
    /// Sends a notice, once per id.
    ///
    /// # Errors
    /// When it could not be handed over; the run goes on and says so.
    fn send(&mut self, notice: &Notice) -> Result<(), NotifierError>;
}

/// What a role is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Run, step and role: the same notice has the same id.
    pub id: String,
    /// The role that is told.
    pub role: String,
    /// One sentence.
    pub text: String,
}

/// A notice that was not handed over.
#[derive(Debug, thiserror::Error)]
#[error("cannot hand over the notice: {0}")]
pub struct NotifierError(pub String);
