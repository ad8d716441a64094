//! Namespace declarations in scope (Namespaces in XML 1.0, third edition).

use std::rc::Rc;

use super::DocumentFault;

const XML: &str = "http://www.w3.org/XML/1998/namespace";
const XMLNS: &str = "http://www.w3.org/2000/xmlns/";

#[derive(Debug)]
struct Declaration {
    /// Empty for the default namespace.
    prefix: String,
    /// Empty for none.
    name: Rc<str>,
}

/// The declarations of all open elements, the outermost first.
#[derive(Debug)]
pub(super) struct Scope {
    declarations: Vec<Declaration>,
    /// For each open element, how many declarations there were before it.
    opened: Vec<usize>,
    xml: Rc<str>,
    none: Rc<str>,
    limit: usize,
}

impl Scope {
    pub(super) fn new(limit: usize) -> Self {
        Self { declarations: Vec::new(), opened: Vec::new(), xml: Rc::from(XML), none: Rc::from(""), limit }
    }

    /// No namespace.
    pub(super) fn none(&self) -> Rc<str> {
        Rc::clone(&self.none)
    }

    /// How many elements are open.
    pub(super) fn depth(&self) -> usize {
        self.opened.len()
    }

    /// Begins an element; its declarations follow.
    pub(super) fn open(&mut self) {
        self.opened.push(self.declarations.len());
    }

    /// Ends an element and forgets its declarations.
    pub(super) fn close(&mut self) {
        if let Some(before) = self.opened.pop() {
            self.declarations.truncate(before);
        }
    }

    /// Adds `xmlns:prefix="name"`, or `xmlns="name"` when the prefix is empty, to the element that
    /// was opened last.
    pub(super) fn declare(&mut self, prefix: &str, name: &str) -> Result<(), DocumentFault> {
        if prefix == "xmlns" || name == XMLNS || (prefix == "xml") != (name == XML) {
            return Err(DocumentFault::ReservedPrefix);
        }
        if name.is_empty() && !prefix.is_empty() {
            return Err(DocumentFault::UndeclaredAgain);
        }
        if !name.is_empty() && !has_scheme(name) {
            return Err(DocumentFault::RelativeNamespace);
        }
        let before = self.opened.last().copied().unwrap_or(0);
        if self.declarations.iter().skip(before).any(|declaration| declaration.prefix == prefix) {
            return Err(DocumentFault::DuplicateAttribute);
        }
        if self.declarations.len() >= self.limit {
            return Err(DocumentFault::TooManyNamespaces);
        }
        self.declarations.push(Declaration { prefix: prefix.to_owned(), name: Rc::from(name) });
        Ok(())
    }

    /// The namespace that a prefix stands for; an empty prefix asks for the default namespace.
    pub(super) fn resolve(&self, prefix: &str) -> Result<Rc<str>, DocumentFault> {
        if prefix == "xml" {
            return Ok(Rc::clone(&self.xml));
        }
        let declared = self.declarations.iter().rev().find(|declaration| declaration.prefix == prefix);
        match declared {
            Some(declaration) => Ok(Rc::clone(&declaration.name)),
            None if prefix.is_empty() => Ok(self.none()),
            None => Err(DocumentFault::UndeclaredPrefix),
        }
    }
}

/// Whether a URI is absolute (RFC 3986, 3.1).
fn has_scheme(uri: &str) -> bool {
    uri.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inner_declaration_shadows_until_its_element_ends() {
        let mut scope = Scope::new(9);
        scope.open();
        scope.declare("p", "urn:a").unwrap();
        scope.declare("", "urn:d").unwrap();
        scope.open();
        scope.declare("p", "urn:b").unwrap();
        scope.declare("", "").unwrap();
        assert_eq!((&*scope.resolve("p").unwrap(), &*scope.resolve("").unwrap()), ("urn:b", ""));
        scope.close();
        assert_eq!((&*scope.resolve("p").unwrap(), &*scope.resolve("").unwrap()), ("urn:a", "urn:d"));
        scope.close();
        assert_eq!(scope.resolve("p"), Err(DocumentFault::UndeclaredPrefix));
        assert_eq!(&*scope.resolve("").unwrap(), "");
    }

    #[test]
    fn what_is_reserved_undeclared_relative_or_twice_is_refused() {
        let mut scope = Scope::new(2);
        scope.open();
        for (prefix, name, fault) in [
            ("xmlns", "urn:a", DocumentFault::ReservedPrefix),
            ("xml", "urn:a", DocumentFault::ReservedPrefix),
            ("p", XML, DocumentFault::ReservedPrefix),
            ("", XML, DocumentFault::ReservedPrefix),
            ("p", XMLNS, DocumentFault::ReservedPrefix),
            ("p", "", DocumentFault::UndeclaredAgain),
            ("p", "../a", DocumentFault::RelativeNamespace),
            ("", "orders", DocumentFault::RelativeNamespace),
            ("", "9a:b", DocumentFault::RelativeNamespace),
        ] {
            assert_eq!(scope.declare(prefix, name), Err(fault), "{prefix}={name}");
        }
        scope.declare("xml", XML).unwrap();
        assert_eq!(scope.declare("xml", XML), Err(DocumentFault::DuplicateAttribute));
        scope.declare("p", "urn:a").unwrap();
        assert_eq!(scope.declare("q", "urn:a"), Err(DocumentFault::TooManyNamespaces));
    }
}
