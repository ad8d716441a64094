//! A verifier of whole messages, for receivers.

use std::io;

use crate::{
    backend::{
        receiver::Message,
        verifier::{Verifier, VerifierError},
    },
    world::material::{Certificate, Fingerprint},
};

use super::{VerifyOptions, XmlError, verify};

/// Verifies XML signatures. By default they must cover the whole document.
#[derive(Debug)]
pub struct XmlVerifier {
    options: VerifyOptions,
}

impl XmlVerifier {
    /// A verifier that takes these.
    #[must_use]
    pub const fn new(options: VerifyOptions) -> Self {
        Self { options }
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
        match verify(message, &mut io::sink(), accepted, &self.options) {
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
