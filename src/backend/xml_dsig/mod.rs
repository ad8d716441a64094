//! A narrow profile of XML Signature (W3C XML Signature Syntax and Processing 1.1).
//!
//! Enveloped, enveloping and detached signatures in one document, exclusive and inclusive
//! canonicalization, RSA (PKCS#1 v1.5 and PSS) and ECDSA with SHA-2. Both directions stream: neither
//! holds more than the current piece of the document. What the profile does not know it refuses by
//! name; it passes over nothing.
//!
//! ```text
//! bytes --document::Document--> pieces --canonical::Canonical--> canonical bytes --> digest
//! ```

mod algorithm;
mod canonical;
mod canonicalize;
mod digest;
mod distinguished_name;
mod document;
mod key;
mod option;
mod sign;
mod signature;
mod signature_value;
mod signer;
mod verifier;
mod verify;
mod witness;
mod xml_error;

pub use algorithm::{Algorithm, algorithm_for};
pub use canonical::{CanonicalForm, Canonicalization};
pub use canonicalize::{ElementId, canonicalize, canonicalize_element};
pub use digest::Digest;
pub use document::{DocumentFault, Encoding, IdAttributes, Limits};
pub use key::{KeyFault, SigningKey};
pub use option::{
    KeyInfo, KeyInfoPart, NameTest, NoName, NoPlainName, NoSelector, PathStep, Place, PlainName, Position,
    Prefix, ProfileFault, Selector, Shape, SignatureProfile, UnknownChoice, VerifyOptions,
};
pub use sign::{Signed, sign, sign_seekable};
pub use signature::SignatureFault;
pub use signer::XmlSigner;
pub use verifier::XmlVerifier;
pub use verify::{Validity, Verified, VerifiedReference, verify, verify_either};
pub use xml_error::XmlError;
