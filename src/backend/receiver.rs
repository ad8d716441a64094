//! The face of a receiver.

use std::fmt::Debug;
use std::io::{Read, Seek};
use std::path::PathBuf;

use crate::world::material::{Certificate, Fingerprint};

use super::{Outcome, command::CommandError, keystore::KeySpec};

/// Verifies messages against a trusted set.
pub trait Receiver: Debug + Send {
    /// The certificates that are accepted now, those that no plan names included.
    ///
    /// # Errors
    /// When the trusted set cannot be read.
    fn accepted(&self) -> Result<Vec<Certificate>, ReceiverError>;

    /// Adds and removes in one act. Certificates that are not named stay as they are, and count
    /// toward the capacity.
    ///
    /// # Errors
    /// [`ReceiverError::Full`] when the receiver would hold more than it can.
    fn change(&mut self, add: &[Certificate], remove: &[Fingerprint]) -> Result<Outcome, ReceiverError>;

    /// Makes a credential that it accepts from then on: a pair whose private half stays here. One that it made
    /// before and that nobody knows, as where whoever asked was cut off, is that pair.
    ///
    /// # Errors
    /// [`ReceiverError::Full`] when the receiver would hold more than it can; [`ReceiverError::NoHand`]
    /// where it cannot do it.
    fn generate(
        &mut self,
        _spec: &KeySpec,
        _is_known: &dyn Fn(Fingerprint) -> bool,
    ) -> Result<Certificate, ReceiverError> {
        Err(ReceiverError::NoHand("generate a credential"))
    }

    /// Judges one message against what is accepted at this moment.
    ///
    /// # Errors
    /// When the trusted set or the message cannot be read; a message that does not verify is a
    /// [`Judgement::Rejected`], not an error.
    fn judge(&mut self, message: &mut dyn Message) -> Result<Judgement, ReceiverError>;

    /// How many certificates it can hold.
    fn capacity(&self) -> usize;
}

/// A message that can be read twice.
pub trait Message: Read + Seek {}
impl<T: Read + Seek> Message for T {}

/// What a receiver says of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// It verifies with this accepted certificate.
    Accepted(Fingerprint),
    /// It does not, for this reason (never a part of the message).
    Rejected(String),
}

/// Why a receiver did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum ReceiverError {
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
    /// A file in the trust folder is no certificate.
    #[error("{} holds no certificate", .0.display())]
    NoCertificate(PathBuf),
    /// The message that was to be judged could not be read.
    #[error("the message cannot be read: {0}")]
    Message(std::io::Error),
    /// The trusted set changed under the reader's hands again and again.
    #[error("{} does not come to rest: it changed while it was read, again and again", .0.display())]
    Restless(PathBuf),
    /// The receiver has no hand for this act.
    #[error("this receiver cannot {0}: bind it as `manual`")]
    NoHand(&'static str),
    /// No pair could be made.
    #[error("no pair could be made: {0}")]
    NoPair(String),
    /// The program that speaks for the receiver did not answer as it should.
    #[error(transparent)]
    Command(Box<CommandError>),
    /// It takes certificates, and this is none.
    #[error("the receiver takes X.509 certificates, and `{0}` is none")]
    NotX509(String),
    /// The receiver would hold more certificates than it can.
    #[error("the receiver holds at most {capacity} certificates, this would be {wanted}")]
    Full {
        /// How many it can hold.
        capacity: usize,
        /// How many it would hold.
        wanted: usize,
    },
}
