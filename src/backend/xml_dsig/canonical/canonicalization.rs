//! The canonicalizations and their identifiers (XML Signature 1.1, 6.5).

use crate::backend::xml_dsig::document::is_plain_name;

/// What an element takes over from those around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CanonicalForm {
    /// Exclusive XML Canonicalization 1.0: the namespaces that it visibly uses.
    Exclusive,
    /// Canonical XML 1.0: every namespace in scope and every `xml:` attribute.
    Inclusive,
    /// Canonical XML 1.1: every namespace in scope, `xml:lang`, `xml:space` and a joined `xml:base`.
    Inclusive11,
}

impl CanonicalForm {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Exclusive, Self::Inclusive, Self::Inclusive11];
}

/// A canonicalization: its form, whether comments stay, and the prefixes that an exclusive one
/// treats as an inclusive one does.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Canonicalization {
    form: CanonicalForm,
    comments: bool,
    /// Empty for the default namespace.
    prefixes: Vec<String>,
}

impl Canonicalization {
    /// Any of the forms, without comments.
    #[must_use]
    pub const fn new(form: CanonicalForm) -> Self {
        Self { form, comments: false, prefixes: Vec::new() }
    }

    /// Exclusive 1.0 without comments, which most receivers ask for.
    #[must_use]
    pub const fn exclusive() -> Self {
        Self::new(CanonicalForm::Exclusive)
    }

    /// The same with comments.
    #[must_use]
    pub fn with_comments(self) -> Self {
        Self { comments: true, ..self }
    }

    /// The same with an `InclusiveNamespaces PrefixList` (Exclusive XML Canonicalization 1.0, 4):
    /// prefixes parted by white space, `#default` for the default namespace. `None` when the form
    /// is not the exclusive one, or a prefix is no name.
    #[must_use]
    pub fn with_prefix_list(self, list: &str) -> Option<Self> {
        let mut prefixes = Vec::new();
        for prefix in list.split([' ', '\t', '\r', '\n']).filter(|prefix| !prefix.is_empty()) {
            match prefix {
                "#default" => prefixes.push(String::new()),
                name if is_plain_name(name) => prefixes.push(name.to_owned()),
                _ => return None,
            }
        }
        prefixes.sort_unstable();
        prefixes.dedup();
        (self.form == CanonicalForm::Exclusive).then_some(Self { prefixes, ..self })
    }

    /// Which of the forms it is.
    #[must_use]
    pub const fn form(&self) -> CanonicalForm {
        self.form
    }

    /// Whether comments stay.
    #[must_use]
    pub const fn keeps_comments(&self) -> bool {
        self.comments
    }

    /// Its `PrefixList`, sorted; `None` when there is none to write.
    #[must_use]
    pub fn prefix_list(&self) -> Option<String> {
        let names: Vec<&str> =
            self.prefixes.iter().map(|prefix| if prefix.is_empty() { "#default" } else { prefix }).collect();
        if names.is_empty() { None } else { Some(names.join(" ")) }
    }

    /// Its identifier, in a `ds:CanonicalizationMethod` or a `ds:Transform`.
    #[must_use]
    pub const fn uri(&self) -> &'static str {
        match (self.form, self.comments) {
            (CanonicalForm::Exclusive, false) => "http://www.w3.org/2001/10/xml-exc-c14n#",
            (CanonicalForm::Exclusive, true) => "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
            (CanonicalForm::Inclusive, false) => "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
            (CanonicalForm::Inclusive, true) => {
                "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments"
            }
            (CanonicalForm::Inclusive11, false) => "http://www.w3.org/2006/12/xml-c14n11",
            (CanonicalForm::Inclusive11, true) => "http://www.w3.org/2006/12/xml-c14n11#WithComments",
        }
    }

    /// Reads an identifier; `None` for any other. A `PrefixList` is not part of it.
    #[must_use]
    pub fn named(uri: &str) -> Option<Self> {
        let all = CanonicalForm::ALL.into_iter().map(Self::new);
        all.flat_map(|plain| [plain.clone(), plain.with_comments()]).find(|known| known.uri() == uri)
    }

    /// Whether a prefix, empty for the default namespace, is to be written wherever it is in scope.
    pub(super) fn includes(&self, prefix: &str) -> bool {
        !self.is_exclusive() || self.prefixes.iter().any(|known| known == prefix)
    }

    pub(super) const fn is_exclusive(&self) -> bool {
        matches!(self.form, CanonicalForm::Exclusive)
    }

    /// Whether anything is written of what is in scope and not used.
    pub(super) const fn includes_any(&self) -> bool {
        !self.is_exclusive() || !self.prefixes.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_found_by_its_identifier_and_by_no_other() {
        for form in CanonicalForm::ALL {
            for one in [Canonicalization::new(form), Canonicalization::new(form).with_comments()] {
                assert_eq!(Canonicalization::named(one.uri()), Some(one.clone()), "{}", one.uri());
                for uri in [format!("{}#", one.uri()), format!(" {}", one.uri()), one.uri().to_uppercase()] {
                    assert_eq!(Canonicalization::named(&uri), None, "{uri}");
                }
            }
        }
        for uri in ["", "WithComments", "#WithComments", "http://www.w3.org/2001/10/xml-exc-c14n"] {
            assert_eq!(Canonicalization::named(uri), None, "{uri}");
        }
    }

    #[test]
    fn a_prefix_list_is_a_set_of_names_for_the_exclusive_form() {
        let listed = |list| Canonicalization::exclusive().with_prefix_list(list);
        assert_eq!(listed(" b\ta #default b\n").unwrap().prefix_list().unwrap(), "#default a b");
        assert_eq!(listed(" ").unwrap().prefix_list(), None);
        for list in ["a:b", "#other", "1", "a #Default"] {
            assert_eq!(listed(list), None, "{list}");
        }
        assert_eq!(Canonicalization::new(CanonicalForm::Inclusive11).with_prefix_list("a"), None);
    }
}
