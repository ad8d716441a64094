//! A verifier of whole messages, for receivers.

use std::io;

use crate::{
    backend::{
        receiver::Message,
        verifier::{Verifier, VerifierError},
    },
    world::material::{Certificate, Fingerprint},
};

use super::{VerifyOptions, XmlError, verify, verify_either};

/// Verifies XML signatures. By default they must cover the whole document.
#[derive(Debug)]
pub struct XmlVerifier {
    options: VerifyOptions,
    /// Whether a message may carry two signatures, one of which is enough.
    either: bool,
}

impl XmlVerifier {
    /// A verifier that takes these.
    #[must_use]
    pub const fn new(options: VerifyOptions) -> Self {
        Self { options, either: false }
    }

    /// The same where a message may carry two signatures: one that is accepted is enough.
    #[must_use]
    pub fn of_either(self) -> Self {
        Self { either: true, ..self }
    }
}

impl Default for XmlVerifier {
    fn default() -> Self {
        Self::new(VerifyOptions::whole_documents())
    }
}

impl Verifier for XmlVerifier {
    fn verify(
        &self,
        message: &mut dyn Message,
        accepted: &[Certificate],
    ) -> Result<Fingerprint, VerifierError> {
        // A receiver counts; whoever works with the content gets the verified bytes from `verify`.
        let verified = if self.either {
            verify_either(message, accepted, &self.options)
        } else {
            verify(message, &mut io::sink(), accepted, &self.options)
        };
        match verified {
            Ok(verified) => Ok(verified.certificate.fingerprint()),
            Err(XmlError::Io(cause)) => Err(VerifierError::Unreadable(cause)),
            Err(error) => {
                let claimed = match &error {
                    XmlError::NotAccepted { claimed } => *claimed,
                    _ => None,
                };
                Err(VerifierError::Rejected { reason: format!("{}: {error}", error.code()), claimed })
            }
        }
    }
}
