//! A verifier of whole messages, for receivers.

use std::io;

use crate::{
    backend::{
        receiver::Message,
        verifier::{Verifier, VerifierError},
    },
    world::material::{Certificate, Fingerprint},
};

use super::{Limits, XmlError, verify};

/// Verifies enveloped XML signatures.
#[derive(Debug, Default)]
pub struct XmlVerifier {
    limits: Limits,
}

impl XmlVerifier {
    /// A verifier with these limits.
    #[must_use]
    pub const fn new(limits: Limits) -> Self {
        Self { limits }
    }
}

impl Verifier for XmlVerifier {
    fn verify(
        &self,
        message: &mut dyn Message,
        accepted: &[Certificate],
    ) -> Result<Fingerprint, VerifierError> {
        // A receiver counts; whoever works with the content gets the verified bytes from `verify`.
        match verify(message, &mut io::sink(), accepted, &self.limits) {
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
