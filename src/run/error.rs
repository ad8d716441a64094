//! The world failed: which step, whose, through what, and why; still pointing at the plan's line.

use crate::{
    backend::bench::ActError,
    journal::HostError,
    source::{Finding, Span},
};

use super::{fallout::Fallout, opening::XML_KEYS};

/// Why a run could not go on.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The journal.
    #[error(transparent)]
    Host(#[from] HostError),
    /// A backend could not be read.
    #[error("cannot look at the world: {0}")]
    Observe(ActError),
    /// A step failed; it can be tried again by running again.
    #[error("step `{step}` of {role} failed (attempt {attempt}): {cause}")]
    Step {
        /// Which step.
        step: String,
        /// Whose.
        role: String,
        /// Which attempt.
        attempt: u32,
        /// What the backend said.
        cause: String,
        /// The step's line in the plan.
        at: Span,
    },
    /// Steps of partners went wrong, and nothing else is begun now.
    #[error("{0}")]
    Partners(Box<Fallout>),
    /// A stop was not begun because its window has not time enough left. Nothing was changed.
    #[error("step `{step}` was not begun: {why}")]
    TooLate {
        /// Which step.
        step: String,
        /// Why.
        why: String,
        /// The step's line in the plan.
        at: Span,
    },
    /// The clock says a time that is not believed. Nothing was changed.
    #[error("{0}")]
    Clock(String),
    /// The world at the start is not the one that the plan starts from.
    #[error("the certificate of `{key}` is not known: {why}")]
    Start {
        /// Which key.
        key: String,
        /// Why.
        why: String,
    },
    /// A key in use that the flow cannot sign with.
    #[error("`{flow}` signs xml, and cannot do so with `{key}` ({kind}): it takes {XML_KEYS}")]
    Unfit {
        /// Which flow.
        flow: String,
        /// Which key.
        key: String,
        /// What kind it is.
        kind: String,
    },
    /// A key that would be made is too weak. Nothing has begun.
    #[error("{0}")]
    Weak(Finding),
    /// An event that this program made itself was refused: a fault of its own.
    #[error("the run refused its own event: {0}")]
    Inner(String),
}
