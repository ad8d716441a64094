//! The face of whatever starts and stops flows.

use std::fmt::Debug;
use std::path::PathBuf;

use jiff::Timestamp;

use crate::{name::Alias, world::material::Fingerprint};

use super::{Outcome, command::CommandError, receiver::Judgement};

/// Brings one flow up or down and knows what of it is under way.
pub trait Deployer: Debug + Send {
    /// Whether the flow is deployed.
    ///
    /// # Errors
    /// When its state cannot be read.
    fn state(&self) -> Result<FlowState, DeployerError>;

    /// Makes it so. A message that is being signed at that moment is finished first: after this
    /// returns `Undeployed`, nothing more is stamped.
    ///
    /// # Errors
    /// When its state cannot be written.
    fn bring_to(&mut self, state: FlowState, now: Timestamp) -> Result<Outcome, DeployerError>;

    /// How many messages signed with the key of this certificate are under way.
    ///
    /// # Errors
    /// When the spool cannot be read.
    fn in_flight(&self, key: &Fingerprint) -> Result<InFlight, DeployerError>;

    /// Whether a message that is signed with two keys counts for neither of them there. Otherwise it may count for
    /// both.
    fn tells_apart(&self) -> bool {
        false
    }

    /// Sends one marked message with the credential `key`, which lies under `alias`, and says what the
    /// receiver makes of it. Nothing of it is put under way.
    ///
    /// # Errors
    /// [`DeployerError::NoTest`] where the flow cannot do so.
    fn test(&mut self, _alias: &Alias, _key: &Fingerprint) -> Result<Judgement, DeployerError> {
        Err(DeployerError::NoTest)
    }
}

/// Whether a flow sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FlowState {
    /// It takes and sends messages.
    Deployed,
    /// It does not.
    Undeployed,
}

/// What a deployer knows of messages under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InFlight {
    /// So many.
    Seen(u64),
    /// It cannot tell; then time decides.
    Unknown,
}

/// Why a flow could not be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum DeployerError {
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
    /// The program that stands for the flow did not answer as it should.
    #[error(transparent)]
    Command(Box<CommandError>),
    /// It sends no marked messages.
    #[error("the flow sends no marked message by itself")]
    NoTest,
    /// The state file says something else than `deployed` or `undeployed`.
    #[error("{} does not say whether the flow is deployed", .0.display())]
    Damaged(PathBuf),
}
