//! What an element has from the elements around it.

use std::rc::Rc;

use super::Bindings;

/// The namespaces in scope and the `xml:` attributes at a place in a document, kept beyond it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::backend::xml_dsig) struct Context {
    /// Prefix and name, by prefix. None is empty.
    namespaces: Vec<(Box<str>, Rc<str>)>,
    attributes: Vec<Inherited>,
}

/// An attribute in the namespace `xml`: its local name and its value.
pub(super) type Inherited = (Box<str>, Rc<str>);

impl Context {
    /// What the first `count` of some bindings leave in scope, with these attributes.
    pub(super) fn new(bindings: &Bindings, count: usize, attributes: &[Inherited]) -> Self {
        let first = bindings.iter().take(count).collect::<Vec<_>>();
        let mut namespaces: Vec<(&str, &Rc<str>)> = first.into_iter().rev().collect();
        // The innermost of a prefix comes first, and stays.
        namespaces.sort_by_key(|(prefix, _)| *prefix);
        namespaces.dedup_by_key(|(prefix, _)| *prefix);
        namespaces.retain(|(_, name)| !name.is_empty());
        let kept = namespaces.into_iter().map(|(prefix, name)| (Box::from(prefix), Rc::clone(name)));
        Self { namespaces: kept.collect(), attributes: attributes.to_vec() }
    }

    /// The namespaces in scope: prefix, empty for the default one, and name.
    pub(in crate::backend::xml_dsig) fn namespaces(&self) -> impl Iterator<Item = (&str, &Rc<str>)> {
        self.namespaces.iter().map(|(prefix, name)| (&**prefix, name))
    }

    /// The attributes in the namespace `xml`, local name and value, the outermost first.
    pub(in crate::backend::xml_dsig) fn attributes(&self) -> impl DoubleEndedIterator<Item = (&str, &str)> {
        self.attributes.iter().map(|(local, value)| (&**local, &**value))
    }

    pub(super) fn inherited(&self) -> &[Inherited] {
        &self.attributes
    }
}
