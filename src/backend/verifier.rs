//! The face of whatever tells with which accepted certificate a message verifies.

use std::fmt::Debug;
use std::io;

use crate::world::material::{Certificate, Fingerprint};

use super::{
    counts::Counts,
    receiver::{Judgement, Message, ReceiverError},
};

/// Verifies signed messages. It trusts nothing that a message says of itself: only the accepted
/// certificates count.
pub trait Verifier: Debug + Send {
    /// Finds the accepted certificate with whose key the message was signed.
    ///
    /// # Errors
    /// [`VerifierError::Rejected`] when there is none, [`VerifierError::Unreadable`] when the
    /// message could not be read to its end.
    fn verify(
        &self,
        message: &mut dyn Message,
        accepted: &[Certificate],
    ) -> Result<Fingerprint, VerifierError>;
}

/// Why a message was not verified.
#[derive(Debug, thiserror::Error)]
pub enum VerifierError {
    /// It does not verify with any accepted certificate.
    #[error("{reason}")]
    Rejected {
        /// Why, without any part of the message.
        reason: String,
        /// The certificate that the message names as its own, if it names one. A claim: good for
        /// counting, never for trust.
        claimed: Option<Fingerprint>,
    },
    /// It could not be read.
    #[error("the message cannot be read: {0}")]
    Unreadable(io::Error),
}

/// Judges one message against what is accepted, and counts the judgement.
///
/// # Errors
/// When the message cannot be read; nothing is counted then.
pub fn judge(
    verifier: &dyn Verifier,
    accepted: &[Certificate],
    message: &mut dyn Message,
    counts: &mut Counts,
) -> Result<Judgement, ReceiverError> {
    message.rewind().map_err(ReceiverError::Message)?;
    match verifier.verify(message, accepted) {
        Ok(key) if accepted.iter().any(|held| held.fingerprint() == key) => {
            counts.accepted(key);
            Ok(Judgement::Accepted(key))
        }
        Ok(key) => {
            counts.rejected(Some(key));
            Ok(Judgement::Rejected(format!("it verifies with {}, which is not accepted", key.short())))
        }
        Err(VerifierError::Rejected { reason, claimed }) => {
            counts.rejected(claimed);
            Ok(Judgement::Rejected(reason))
        }
        Err(VerifierError::Unreadable(cause)) => Err(ReceiverError::Message(cause)),
    }
}
