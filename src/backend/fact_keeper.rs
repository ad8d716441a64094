//! The face of whatever keeps a fact of the plan's own.

use std::{fmt::Debug, path::PathBuf};

use super::{Outcome, command::CommandError};

/// Knows whether one fact is so, and can make it so or not so.
pub trait FactKeeper: Debug + Send {
    /// Whether it is set.
    ///
    /// # Errors
    /// When nobody answers.
    fn is_set(&self) -> Result<Told, FactError>;

    /// Makes it so, or not so.
    ///
    /// # Errors
    /// When that is refused, or nobody answers.
    fn bring_to(&mut self, set: bool) -> Result<Outcome, FactError>;
}

/// What is said of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// It is set, or is not.
    Is(bool),
    /// Whoever keeps it cannot tell. Then nothing goes by it: it counts as neither.
    Unknown,
}

/// Why a fact could not be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum FactError {
    /// The operating system refused.
    #[error("{doing} {}: {cause}", path.display())]
    Io {
        /// What was attempted, as in `cannot read`.
        doing: &'static str,
        /// On which file.
        path: PathBuf,
        /// What the system answered.
        cause: std::io::Error,
    },
    /// The program that stands for the fact did not answer as it should.
    #[error(transparent)]
    Command(Box<CommandError>),
}

impl From<CommandError> for FactError {
    fn from(error: CommandError) -> Self {
        Self::Command(Box::new(error))
    }
}
