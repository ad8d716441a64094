//! Ids: an element that two could mean is a way to wrap a signature.

use std::{
    collections::{HashSet, hash_map::RandomState},
    hash::BuildHasher,
};

use super::{DocumentFault, Element, character::local_part, limits::Limits};

/// Which attributes are ids: `Id`, `ID`, `id` and `xml:id`, and any that are named besides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IdAttributes {
    /// Namespace, empty for none, and local name.
    named: Vec<(String, String)>,
}

impl IdAttributes {
    /// The same with one more: `AssertionID`, or `{namespace}local` for an attribute that has a
    /// prefix.
    ///
    /// # Errors
    /// When that is no name of an attribute.
    pub fn with(mut self, name: &str) -> Result<Self, DocumentFault> {
        let (namespace, local) = match name.strip_prefix('{') {
            Some(rest) => rest.split_once('}').ok_or(DocumentFault::Name)?,
            None => ("", name),
        };
        if local_part(local)? != 0 {
            return Err(DocumentFault::Name);
        }
        self.named.push((namespace.to_owned(), local.to_owned()));
        Ok(self)
    }

    /// Whether an attribute with this namespace and local name is an id.
    pub(super) fn contains(&self, namespace: &str, local: &str) -> bool {
        let usual = local.eq_ignore_ascii_case("id") && matches!(namespace, "" | super::XML_NAMESPACE);
        usual || self.named.iter().any(|(known, name)| known == namespace && name == local)
    }
}

/// The ids met so far, each as two hashes that nobody outside can foresee, so that long ones cost
/// no more than short ones.
#[derive(Debug, Default)]
pub(super) struct Identifiers {
    met: HashSet<(u64, u64)>,
    keys: (RandomState, RandomState),
}

impl Identifiers {
    /// Notes the ids of an element and refuses one that was there before. The name of the attribute
    /// makes no difference.
    pub(super) fn note(&mut self, element: &Element, limits: &Limits) -> Result<(), DocumentFault> {
        for id in element.ids() {
            if !self.met.insert((self.keys.0.hash_one(id), self.keys.1.hash_one(id))) {
                return Err(DocumentFault::DuplicateId);
            }
            if self.met.len() > limits.ids {
                return Err(DocumentFault::TooManyIds);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_the_usual_ones_and_those_that_are_named() {
        let ids = IdAttributes::default().with("AssertionID").unwrap().with("{urn:wsu}Id").unwrap();
        for (namespace, local, is_id) in [
            ("", "Id", true),
            ("", "ID", true),
            ("", "id", true),
            (super::super::XML_NAMESPACE, "id", true),
            ("urn:other", "Id", false),
            ("", "AssertionID", true),
            ("", "assertionid", false),
            ("urn:wsu", "Id", true),
            ("urn:wsu", "AssertionID", false),
            ("", "identity", false),
        ] {
            assert_eq!(ids.contains(namespace, local), is_id, "{{{namespace}}}{local}");
        }
        for name in ["", "a:b", "{urn:a", "{urn:a}b:c", "{urn:a}", "1"] {
            assert_eq!(IdAttributes::default().with(name), Err(DocumentFault::Name), "{name}");
        }
    }
}
