//! The face of whatever starts and stops flows.

use std::fmt::Debug;
use std::path::PathBuf;

use jiff::Timestamp;

use crate::world::material::Fingerprint;

use super::Outcome;

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
    /// The state file says something else than `deployed` or `undeployed`.
    #[error("{} does not say whether the flow is deployed", .0.display())]
    Damaged(PathBuf),
}
