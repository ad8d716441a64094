//! Why a document was not signed, or why its signature does not hold.

use std::io;

use miette::Diagnostic;

use super::{DocumentFault, KeyFault, ProfileFault, SignatureFault};
use crate::world::material::Fingerprint;

/// The reason for a refusal, with a stable code. No text of it repeats a part of the document.
#[derive(Debug, thiserror::Error)]
pub enum XmlError {
    /// The bytes are no document of the profile.
    #[error("{fault} (byte {at})")]
    Document {
        /// What is wrong.
        fault: DocumentFault,
        /// Where the piece begins that is wrong, in bytes.
        at: u64,
    },
    /// The signature is not one of the profile, or does not stand where it must.
    #[error("{fault} (byte {at})")]
    Signature {
        /// What is wrong.
        fault: SignatureFault,
        /// Where the `ds:Signature` begins, or the piece that should not be there, in bytes.
        at: u64,
    },
    /// The document cannot be signed as it is asked for.
    #[error(transparent)]
    Profile(#[from] ProfileFault),
    /// The key or its certificate cannot be used.
    #[error(transparent)]
    Key(#[from] KeyFault),
    /// No accepted certificate verifies the signature value.
    #[error("no accepted certificate verifies the signature{}", named(.claimed.as_ref()))]
    NotAccepted {
        /// The certificate that the message names: its claim, proved by nothing.
        claimed: Option<Fingerprint>,
    },
    /// The signature value holds, but the document is not the one that was signed.
    #[error("the document was changed after it was signed")]
    Digest,
    /// The input gave other bytes at the second reading.
    #[error("the document changed while it was read")]
    Changed,
    /// The document could not be read, or the result not be written.
    #[error("cannot read or write: {0}")]
    Io(#[from] io::Error),
}

impl XmlError {
    /// The stable code, as in `xml_doctype`.
    #[must_use]
    pub fn code(&self) -> String {
        let code = match self {
            Self::Document { fault, .. } => fault.code(),
            Self::Signature { fault, .. } => fault.code(),
            Self::Profile(fault) => fault.code(),
            Self::Key(fault) => fault.code(),
            Self::NotAccepted { .. } => return "xml_not_accepted".to_owned(),
            Self::Digest => return "xml_digest".to_owned(),
            Self::Changed => return "xml_changed_meanwhile".to_owned(),
            Self::Io(_) => return "xml_io".to_owned(),
        };
        let code = code.map(|code| code.to_string()).unwrap_or_default();
        code.strip_prefix("keyroll::").unwrap_or(&code).to_owned()
    }

    /// What to do next, where that is known.
    #[must_use]
    pub fn advice(&self) -> Option<String> {
        let help = match self {
            Self::Document { fault, .. } => fault.help(),
            Self::Signature { fault, .. } => fault.help(),
            Self::Profile(fault) => fault.help(),
            Self::Key(fault) => fault.help(),
            Self::NotAccepted { .. } | Self::Digest | Self::Changed | Self::Io(_) => None,
        };
        help.map(|help| help.to_string())
    }

    /// The place in the document, in bytes, where there is one.
    #[must_use]
    pub const fn position(&self) -> Option<u64> {
        match self {
            Self::Document { at, .. } | Self::Signature { at, .. } => Some(*at),
            _ => None,
        }
    }
}

fn named(claimed: Option<&Fingerprint>) -> String {
    claimed.map(|claimed| format!(", which names certificate {}", claimed.short())).unwrap_or_default()
}
