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

    /// Under which alias the key lies with which it signs; a flow that can tell nothing of it says so.
    ///
    /// # Errors
    /// When that cannot be read.
    fn signs_with(&self) -> Result<SignsWith, DeployerError> {
        Ok(self.repointed()?.map_or(SignsWith::Unknown, SignsWith::Alias))
    }

    /// The alias to which it was repointed, as far as it is told here, without asking anybody else.
    ///
    /// # Errors
    /// When that cannot be read.
    fn repointed(&self) -> Result<Option<Alias>, DeployerError> {
        Ok(None)
    }

    /// Lets it sign with what lies under another alias of its keystore. A message that is being signed at that
    /// moment is finished first.
    ///
    /// # Errors
    /// [`DeployerError::NoRepoint`] where the flow cannot do so.
    fn repoint(&mut self, _alias: &Alias, _now: Timestamp) -> Result<Outcome, DeployerError> {
        Err(DeployerError::NoRepoint)
    }

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

/// Under which alias a flow finds its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignsWith {
    /// Under the one that was declared for it: it was never repointed.
    Declared,
    /// Under this one.
    Alias(Alias),
    /// It cannot tell; then it is as recorded.
    Unknown,
}

impl From<Option<Alias>> for SignsWith {
    fn from(alias: Option<Alias>) -> Self {
        alias.map_or(Self::Declared, Self::Alias)
    }
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
    /// It signs with the key under one alias, always.
    #[error("the flow cannot be repointed to another alias")]
    NoRepoint,
    /// The file that tells to which alias a flow was repointed is none.
    #[error("{} does not say with which alias the flow signs", .0.display())]
    Astray(PathBuf),
    /// The state file says something else than `deployed` or `undeployed`.
    #[error("{} does not say whether the flow is deployed", .0.display())]
    Damaged(PathBuf),
}
