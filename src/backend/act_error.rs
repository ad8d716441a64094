//! Why an act was not done.

use super::{
    deployer::DeployerError, fact_keeper::FactError, keystore::KeystoreError, receiver::ReceiverError,
    signer::SignerError,
};

/// Why an act was not done.
#[derive(Debug, thiserror::Error)]
pub enum ActError {
    /// The keystore refused.
    #[error(transparent)]
    Keystore(#[from] KeystoreError),
    /// The receiver refused.
    #[error(transparent)]
    Receiver(#[from] ReceiverError),
    /// The flow refused.
    #[error(transparent)]
    Deployer(#[from] DeployerError),
    /// Whoever keeps the fact refused.
    #[error(transparent)]
    Fact(#[from] FactError),
    /// A person stands behind the name, so there is nothing to call.
    #[error("`{0}` is changed by hand")]
    Manual(String),
    /// The run does not know the certificate of a key yet.
    #[error("the certificate of `{0}` is not known yet")]
    UnknownKey(String),
    /// What was issued for a key was not named when that was confirmed.
    #[error("the certificate that was issued for `{0}` is not there: it is named when that is confirmed")]
    Unanswered(String),
    /// The pair of a key lies under no alias that the plan names.
    #[error("`{key}` lies under no alias of `{store}` that the plan names")]
    Absent {
        /// Which key.
        key: String,
        /// In which keystore.
        store: String,
    },
    /// The marked message could not be signed.
    #[error(transparent)]
    Signer(#[from] SignerError),
    /// The receiver did not verify the marked message.
    #[error("`{receiver}` rejects the marked message that is signed with `{key}`: {why}")]
    Rejected {
        /// Which receiver.
        receiver: String,
        /// With which key it was signed.
        key: String,
        /// Why.
        why: String,
    },
    /// Nothing says what to generate.
    #[error("nothing says what kind of key `{0}` is to be: name its key type and subject in the site")]
    Unspecified(String),
    /// The key is to be new, and is too weak.
    #[error("{0}")]
    Weak(String),
}
