//! Canonical forms of documents and of elements in them, over pieces as they come.
//!
//! Exclusive XML Canonicalization 1.0 (W3C Recommendation, 18 July 2002), Canonical XML 1.0
//! (15 March 2001) and 1.1 (2 May 2008), each with and without comments.

mod base;
mod canonicalization;
mod escape;
mod inheritance;
mod writer;

pub use canonicalization::{CanonicalForm, Canonicalization};
pub(super) use writer::Canonical;
