//! A narrow profile of XML Signature (W3C XML Signature Syntax and Processing 1.1).
//!
//! Enveloped signatures over a whole document, exclusive canonicalization 1.0 without comments,
//! RSA PKCS#1 v1.5 and ECDSA with SHA-2. Both directions stream: neither holds more than the
//! current piece of the document. What the profile does not know it refuses by name; it passes over
//! nothing.
//!
//! ```text
//! bytes --document::Document--> pieces --canonical::Canonical--> canonical bytes --> digest
//! ```

mod algorithm;
mod canonical;
mod canonicalize;
mod document;
mod key;
mod sign;
mod signature;
mod signer;
mod verifier;
mod verify;
mod xml_error;

pub use algorithm::{Algorithm, Digest, algorithm_for};
pub use canonical::{CanonicalForm, Canonicalization};
pub use canonicalize::{ElementId, canonicalize, canonicalize_element};
pub use document::{DocumentFault, Encoding, IdAttributes, Limits};
pub use key::{KeyFault, SigningKey};
pub use sign::{Signed, sign};
pub use signature::SignatureFault;
pub use signer::XmlSigner;
pub use verifier::XmlVerifier;
pub use verify::{Verified, verify};
pub use xml_error::XmlError;
