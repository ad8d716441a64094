//! A start tag: its name, its attributes and the namespaces they are in.

use std::{ops::Range, rc::Rc};

use super::{
    DocumentFault, IdAttributes,
    character::{is_space, local_part, split_at_space, trim_start},
    limits::Limits,
    memory::reuse,
    namespace::Scope,
    text::append_value,
};

/// The element that began last, in memory that the next one uses again.
#[derive(Clone, Debug)]
pub(in crate::backend::xml_dsig) struct Element {
    /// Names and values, one after the other.
    text: String,
    name: Name,
    attributes: Vec<Record>,
    declarations: Vec<Declaration>,
}

#[derive(Clone, Debug)]
struct Declaration {
    /// Empty for the default namespace.
    prefix: Range<usize>,
    /// Empty for none.
    namespace: Rc<str>,
}

#[derive(Clone, Debug)]
struct Name {
    whole: Range<usize>,
    /// Where the local part begins.
    local: usize,
    namespace: Rc<str>,
}

#[derive(Clone, Debug)]
struct Record {
    name: Name,
    value: Range<usize>,
    is_id: bool,
}

/// A name as written and the namespace it is in.
#[derive(Clone, Copy, Debug)]
pub(in crate::backend::xml_dsig) struct QualifiedName<'a> {
    /// With its prefix.
    pub(in crate::backend::xml_dsig) whole: &'a str,
    /// Empty when there is none.
    pub(in crate::backend::xml_dsig) namespace: &'a Rc<str>,
    /// Where the local part begins in the whole.
    local: usize,
}

impl<'a> QualifiedName<'a> {
    /// Empty when there is none.
    pub(in crate::backend::xml_dsig) fn prefix(&self) -> &'a str {
        self.whole.get(..self.local.saturating_sub(1)).unwrap_or_default()
    }

    /// Without its prefix.
    pub(in crate::backend::xml_dsig) fn local(&self) -> &'a str {
        self.whole.get(self.local..).unwrap_or_default()
    }
}

impl Element {
    pub(super) fn new(scope: &Scope) -> Self {
        let name = Name { whole: 0..0, local: 0, namespace: scope.none() };
        Self { text: String::new(), name, attributes: Vec::new(), declarations: Vec::new() }
    }

    /// The name of the element.
    pub(in crate::backend::xml_dsig) fn name(&self) -> QualifiedName<'_> {
        self.qualified(&self.name)
    }

    /// The attributes with their values, by namespace and then by local name, as canonical forms
    /// want them (Canonical XML 1.0, 2.2). Namespace declarations are none of them.
    pub(in crate::backend::xml_dsig) fn attributes(&self) -> impl Iterator<Item = (QualifiedName<'_>, &str)> {
        self.attributes.iter().map(|record| (self.qualified(&record.name), slice(&self.text, &record.value)))
    }

    /// The values of the attributes that are ids.
    pub(in crate::backend::xml_dsig) fn ids(&self) -> impl Iterator<Item = &str> {
        let ids = self.attributes.iter().filter(|record| record.is_id);
        ids.map(|record| slice(&self.text, &record.value))
    }

    /// Marks the attributes that are ids.
    pub(super) fn identify(&mut self, ids: &IdAttributes) {
        let text = &self.text;
        for record in &mut self.attributes {
            record.is_id = ids.contains(&record.name.namespace, local(text, &record.name));
        }
    }

    /// The namespaces that the element declares itself: prefix, empty for the default one, and name,
    /// empty for none.
    pub(in crate::backend::xml_dsig) fn declarations(&self) -> impl Iterator<Item = (&str, &Rc<str>)> {
        let declarations = self.declarations.iter();
        declarations.map(|declaration| (slice(&self.text, &declaration.prefix), &declaration.namespace))
    }

    /// Forgets the element, and keeps its memory for the next one.
    pub(super) fn clear(&mut self) {
        reuse(&mut self.text);
        self.attributes.clear();
        self.declarations.clear();
    }

    /// Reads what stands between `<` and `>` or `/>`, with `scope` already opened for it and the element before
    /// it forgotten.
    pub(super) fn read(
        &mut self,
        tag: &str,
        scope: &mut Scope,
        limits: &Limits,
    ) -> Result<(), DocumentFault> {
        let (name, mut rest) = split_at_space(tag);
        let (start, local) = self.keep(name, limits)?;
        self.name.whole = start..self.text.len();
        self.name.local = local;
        let mut count = 0;
        while let Some(attribute) = Written::next(&mut rest)? {
            count += 1;
            if count > limits.attributes {
                return Err(DocumentFault::TooManyAttributes);
            }
            self.add(&attribute, scope, limits)?;
        }
        self.resolve(scope)?;
        self.sort()
    }

    /// Keeps a name. Answers where it and its local part begin.
    fn keep(&mut self, name: &str, limits: &Limits) -> Result<(usize, usize), DocumentFault> {
        if name.len() > limits.name {
            return Err(DocumentFault::NameTooLong);
        }
        let local = local_part(name)?;
        let start = self.text.len();
        self.text.push_str(name);
        Ok((start, start + local))
    }

    fn add(
        &mut self,
        attribute: &Written<'_>,
        scope: &mut Scope,
        limits: &Limits,
    ) -> Result<(), DocumentFault> {
        let (start, local_start) = self.keep(attribute.name, limits)?;
        let name = Name { whole: start..self.text.len(), local: local_start, namespace: scope.none() };
        let start = self.text.len();
        append_value(attribute.value, &mut self.text)?;
        let value = start..self.text.len();
        let prefix = match attribute.name {
            "xmlns" => name.whole.end..name.whole.end,
            declared if declared.starts_with("xmlns:") => name.local..name.whole.end,
            other => {
                if other.starts_with("xml:") {
                    scope.inherit(local(&self.text, &name), slice(&self.text, &value))?;
                }
                self.attributes.push(Record { name, value, is_id: false });
                return Ok(());
            }
        };
        let namespace = scope.declare(slice(&self.text, &prefix), slice(&self.text, &value))?;
        self.declarations.push(Declaration { prefix, namespace });
        Ok(())
    }

    /// Finds the namespaces, after all declarations of the tag are known.
    fn resolve(&mut self, scope: &Scope) -> Result<(), DocumentFault> {
        if prefix(&self.text, &self.name) == "xmlns" {
            return Err(DocumentFault::ReservedPrefix);
        }
        self.name.namespace = scope.resolve(prefix(&self.text, &self.name))?;
        for record in &mut self.attributes {
            // The default namespace is not for attributes.
            let prefix = prefix(&self.text, &record.name);
            if !prefix.is_empty() {
                record.name.namespace = scope.resolve(prefix)?;
            }
        }
        Ok(())
    }

    /// Sorts, and finds equal names beside each other: no comparison of each with each.
    fn sort(&mut self) -> Result<(), DocumentFault> {
        if self.attributes.len() < 2 {
            return Ok(());
        }
        let text = &self.text;
        self.attributes.sort_unstable_by(|one, other| {
            let (one, other) = (&one.name, &other.name);
            (&one.namespace, local(text, one)).cmp(&(&other.namespace, local(text, other)))
        });
        let neighbours = self.attributes.iter().zip(self.attributes.iter().skip(1));
        let twice = neighbours
            .map(|(one, other)| (&one.name, &other.name))
            .any(|(one, other)| local(text, one) == local(text, other) && one.namespace == other.namespace);
        if twice { Err(DocumentFault::DuplicateAttribute) } else { Ok(()) }
    }

    fn qualified<'a>(&'a self, name: &'a Name) -> QualifiedName<'a> {
        let whole = slice(&self.text, &name.whole);
        QualifiedName { whole, namespace: &name.namespace, local: name.local - name.whole.start }
    }
}

/// An attribute as written: its name, and what stands between the quotes.
pub(super) struct Written<'a> {
    pub(super) name: &'a str,
    pub(super) value: &'a str,
}

impl<'a> Written<'a> {
    /// Takes the next attribute off the front; `None` when only white space is left.
    pub(super) fn next(rest: &mut &'a str) -> Result<Option<Self>, DocumentFault> {
        let text = trim_start(rest);
        if text.is_empty() {
            return Ok(None);
        }
        if text.len() == rest.len() {
            return Err(DocumentFault::Tag);
        }
        let equals = text.bytes().position(|byte| byte == b'=').ok_or(DocumentFault::Tag)?;
        let (name, after) =
            (text.get(..equals).unwrap_or_default(), text.get(equals + 1..).unwrap_or_default());
        let after = trim_start(after);
        let quote = after.chars().next().filter(|c| matches!(c, '"' | '\'')).ok_or(DocumentFault::Tag)?;
        let quoted = after.strip_prefix(quote).ok_or(DocumentFault::Tag)?;
        let (value, after) = quoted.split_once(quote).ok_or(DocumentFault::Tag)?;
        *rest = after;
        Ok(Some(Self { name: name.trim_end_matches(is_space), value }))
    }
}

fn slice<'a>(text: &'a str, range: &Range<usize>) -> &'a str {
    text.get(range.clone()).unwrap_or_default()
}

fn local<'a>(text: &'a str, name: &Name) -> &'a str {
    slice(text, &(name.local..name.whole.end))
}

fn prefix<'a>(text: &'a str, name: &Name) -> &'a str {
    slice(text, &(name.whole.start..name.local.saturating_sub(1).max(name.whole.start)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(tag: &str) -> Result<Vec<String>, DocumentFault> {
        let mut scope = Scope::new(&Limits::default());
        let mut element = Element::new(&scope);
        scope.open();
        element.read(tag, &mut scope, &Limits::default())?;
        Ok(element
            .attributes()
            .map(|(name, value)| format!("{{{}}}{}={value}", name.namespace, name.local()))
            .collect())
    }

    #[test]
    fn attributes_come_by_namespace_and_then_by_local_name() {
        let tag = "e b='1' z:a='2' a = \"3\" y:b='4' y:a='5' xmlns:z='urn:1' xmlns:y='urn:2' xml:lang='en'";
        assert_eq!(
            read(tag).unwrap(),
            [
                "{}a=3",
                "{}b=1",
                "{http://www.w3.org/XML/1998/namespace}lang=en",
                "{urn:1}a=2",
                "{urn:2}a=5",
                "{urn:2}b=4"
            ]
        );
    }

    #[test]
    fn malformed_tags_are_refused() {
        for (tag, fault) in [
            ("e a", DocumentFault::Tag),
            ("e a=", DocumentFault::Tag),
            ("e a=b", DocumentFault::Tag),
            ("e a='b", DocumentFault::Tag),
            ("e a='b'c='d'", DocumentFault::Tag),
            ("e a='<'", DocumentFault::Tag),
            ("e /", DocumentFault::Tag),
            ("e =''", DocumentFault::Name),
            ("e a b='c'", DocumentFault::Name),
            ("e/", DocumentFault::Name),
            ("", DocumentFault::Name),
            (" e", DocumentFault::Name),
            ("e a='1' a='1'", DocumentFault::DuplicateAttribute),
            ("e xmlns:p='urn:a' xmlns:q='urn:a' p:x='' q:x=''", DocumentFault::DuplicateAttribute),
            ("e xmlns='urn:a' xmlns='urn:b'", DocumentFault::DuplicateAttribute),
            ("e p:a=''", DocumentFault::UndeclaredPrefix),
            ("p:e", DocumentFault::UndeclaredPrefix),
            ("xmlns:e", DocumentFault::ReservedPrefix),
            ("e xmlns:p=''", DocumentFault::UndeclaredAgain),
            ("e xmlns:='urn:a'", DocumentFault::Name),
            ("e a:b:c='1'", DocumentFault::Name),
        ] {
            assert_eq!(read(tag), Err(fault), "{tag}");
        }
        assert!(read("e xmlns='urn:a' xmlns:p='urn:a' x='' p:x=''").is_ok());
    }
}
