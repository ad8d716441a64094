//! Ids: an element that two could mean is a way to wrap a signature.

use std::collections::HashSet;

use super::{DocumentFault, Element, limits::Limits};

/// The ids met so far, each as half of its SHA-256, so that long ones cost no more than short ones.
#[derive(Debug, Default)]
pub(super) struct Identifiers(HashSet<[u8; 16]>);

impl Identifiers {
    /// Notes the ids of an element and refuses one that was there before. The spelling of the
    /// attribute (`Id`, `ID`, `id`, `xml:id`) makes no difference.
    pub(super) fn note(&mut self, element: &Element, limits: &Limits) -> Result<(), DocumentFault> {
        for (name, value) in element.attributes() {
            if !name.local.eq_ignore_ascii_case("id") || !matches!(name.prefix, "" | "xml") {
                continue;
            }
            let digest = openssl::sha::sha256(value.as_bytes());
            let short = digest.first_chunk().copied().unwrap_or_default();
            if !self.0.insert(short) {
                return Err(DocumentFault::DuplicateId);
            }
            if self.0.len() > limits.ids {
                return Err(DocumentFault::TooManyIds);
            }
        }
        Ok(())
    }
}
