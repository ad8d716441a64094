//! Namespace declarations in scope (Namespaces in XML 1.0, third edition).

use std::rc::Rc;

use super::{Bindings, Context, DocumentFault, context::Inherited, limits::Limits};

/// The namespace of the prefix `xml`.
pub(in crate::backend::xml_dsig) const XML: &str = "http://www.w3.org/XML/1998/namespace";
const XMLNS: &str = "http://www.w3.org/2000/xmlns/";

/// The declarations and `xml:` attributes of all open elements, the outermost first.
#[derive(Debug)]
pub(in crate::backend::xml_dsig) struct Scope {
    bindings: Bindings,
    inherited: Vec<Inherited>,
    /// For each open element, how many `xml:` attributes and bytes there were before it.
    opened: Vec<(usize, u64)>,
    /// The bytes of all that is in scope.
    bytes: u64,
    xml: Rc<str>,
    none: Rc<str>,
    namespaces: usize,
    limit: u64,
}

impl Scope {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            bindings: Bindings::default(),
            inherited: Vec::new(),
            opened: Vec::new(),
            bytes: 0,
            xml: Rc::from(XML),
            none: Rc::from(""),
            namespaces: limits.namespaces,
            limit: limits.scope,
        }
    }

    /// The scope of what stands at a place in another document.
    pub(super) fn within(context: &Context, limits: &Limits) -> Self {
        let mut scope = Self::new(limits);
        for (prefix, name) in context.namespaces() {
            scope.bindings.push(prefix, Rc::clone(name));
        }
        scope.inherited.extend_from_slice(context.inherited());
        scope
    }

    /// No namespace.
    pub(super) fn none(&self) -> Rc<str> {
        Rc::clone(&self.none)
    }

    /// How many elements are open.
    pub(super) const fn depth(&self) -> usize {
        self.bindings.depth()
    }

    /// Begins an element; its declarations follow.
    pub(super) fn open(&mut self) {
        self.bindings.open();
        self.opened.push((self.inherited.len(), self.bytes));
    }

    /// Ends an element and forgets its declarations.
    pub(super) fn close(&mut self) {
        self.bindings.close();
        if let Some((before, bytes)) = self.opened.pop() {
            self.inherited.truncate(before);
            self.bytes = bytes;
        }
    }

    /// What an element would have from all that are open.
    pub(super) fn inside(&self) -> Context {
        Context::new(&self.bindings, self.bindings.len(), &self.inherited)
    }

    /// What the element that was opened last has from those around it.
    pub(super) fn around(&self) -> Context {
        let before = self.opened.last().map_or(0, |(before, _)| *before);
        Context::new(&self.bindings, self.bindings.above(), self.inherited.get(..before).unwrap_or_default())
    }

    /// Adds `xmlns:prefix="name"`, or `xmlns="name"` when the prefix is empty, to the element that
    /// was opened last. Answers the name as it is kept.
    pub(super) fn declare(&mut self, prefix: &str, name: &str) -> Result<Rc<str>, DocumentFault> {
        if prefix == "xmlns" || name == XMLNS || (prefix == "xml") != (name == XML) {
            return Err(DocumentFault::ReservedPrefix);
        }
        if name.is_empty() && !prefix.is_empty() {
            return Err(DocumentFault::UndeclaredAgain);
        }
        if !name.is_empty() && !has_scheme(name) {
            return Err(DocumentFault::RelativeNamespace);
        }
        if self.bindings.is_own(prefix) {
            return Err(DocumentFault::DuplicateAttribute);
        }
        if self.bindings.len() >= self.namespaces {
            return Err(DocumentFault::TooManyNamespaces);
        }
        self.count(prefix, name)?;
        // Most declarations repeat one that is in scope.
        let name = match self.bindings.find(prefix) {
            Some(known) if **known == *name => Rc::clone(known),
            _ => Rc::from(name),
        };
        self.bindings.push(prefix, Rc::clone(&name));
        Ok(name)
    }

    /// Adds an `xml:` attribute to the element that was opened last.
    pub(super) fn inherit(&mut self, local: &str, value: &str) -> Result<(), DocumentFault> {
        self.count(local, value)?;
        self.inherited.push((Box::from(local), Rc::from(value)));
        Ok(())
    }

    fn count(&mut self, name: &str, value: &str) -> Result<(), DocumentFault> {
        self.bytes += (name.len() + value.len()) as u64;
        if self.bytes > self.limit { Err(DocumentFault::TooMuchInScope) } else { Ok(()) }
    }

    /// The namespace that a prefix stands for; an empty prefix asks for the default namespace.
    pub(super) fn resolve(&self, prefix: &str) -> Result<Rc<str>, DocumentFault> {
        if prefix == "xml" {
            return Ok(Rc::clone(&self.xml));
        }
        match self.bindings.find(prefix) {
            Some(name) => Ok(Rc::clone(name)),
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
        let mut scope = Scope::new(&Limits::default());
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
        let mut scope = Scope::new(&Limits { namespaces: 2, ..Limits::default() });
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
            assert_eq!(scope.declare(prefix, name).map(drop), Err(fault), "{prefix}={name}");
        }
        scope.declare("xml", XML).unwrap();
        assert_eq!(scope.declare("xml", XML).map(drop), Err(DocumentFault::DuplicateAttribute));
        scope.declare("p", "urn:a").unwrap();
        assert_eq!(scope.declare("q", "urn:a").map(drop), Err(DocumentFault::TooManyNamespaces));
    }

    #[test]
    fn what_is_in_scope_may_not_grow_without_end() {
        let mut scope = Scope::new(&Limits { scope: 20, ..Limits::default() });
        scope.open();
        scope.declare("p", "urn:a").unwrap();
        scope.inherit("lang", "en-gb").unwrap();
        scope.open();
        assert_eq!(scope.inherit("base", "ab"), Err(DocumentFault::TooMuchInScope));
        scope.close();
        scope.open();
        scope.inherit("x", "yz").unwrap();
        assert_eq!(scope.declare("", "urn:b").map(drop), Err(DocumentFault::TooMuchInScope));
    }

    #[test]
    fn a_context_is_what_is_in_scope_around_or_inside_of_an_element() {
        let mut scope = Scope::new(&Limits::default());
        scope.open();
        scope.declare("p", "urn:a").unwrap();
        scope.declare("", "urn:d").unwrap();
        scope.inherit("lang", "en").unwrap();
        scope.open();
        scope.declare("", "").unwrap();
        scope.declare("p", "urn:b").unwrap();
        scope.inherit("lang", "de").unwrap();
        let shown = |context: &Context| {
            let namespaces = context.namespaces().map(|(prefix, name)| format!("{prefix}={name}"));
            namespaces
                .chain(context.attributes().map(|(local, value)| format!("{local}={value}")))
                .collect::<Vec<_>>()
        };
        assert_eq!(shown(&scope.around()), ["=urn:d", "p=urn:a", "lang=en"]);
        assert_eq!(shown(&scope.inside()), ["p=urn:b", "lang=en", "lang=de"]);
        let again = Scope::within(&scope.inside(), &Limits::default());
        assert_eq!(again.inside(), scope.inside());
    }
}
