//! Writes canonical forms.

use std::{
    io::{self, Write},
    rc::Rc,
};

use super::{Canonicalization, escape, inheritance};
use crate::backend::xml_dsig::document::{Bindings, Context, Element, Piece};

/// Writes the canonical form of a document, or of one element of it, to `out`.
///
/// It takes the pieces of that and no others. A comment is written only when the canonicalization
/// keeps comments **and** it is handed in: the references `""` and `#id` leave comments out, with
/// every canonicalization (XML Signature 1.1, 4.4.3.3).
#[derive(Debug)]
pub(in crate::backend::xml_dsig) struct Canonical<W> {
    out: W,
    method: Canonicalization,
    /// What is around the element that comes first, until it comes.
    context: Option<Context>,
    /// The namespace nodes that were written for the open elements.
    rendered: Bindings,
    after_root: bool,
}

impl<W: Write> Canonical<W> {
    /// Writes a whole document.
    pub(in crate::backend::xml_dsig) fn new(method: &Canonicalization, out: W) -> Self {
        Self { out, method: method.clone(), context: None, rendered: Bindings::default(), after_root: false }
    }

    /// Writes one element of a document with all that is in it, given what is around it: see
    /// [`Step::context`](crate::backend::xml_dsig::document::Step::context).
    pub(in crate::backend::xml_dsig) fn within(context: &Context, method: &Canonicalization, out: W) -> Self {
        let context = Some(context.clone()).filter(|_| method.includes_any());
        Self { context, ..Self::new(method, out) }
    }

    /// Hands back what it wrote to.
    pub(in crate::backend::xml_dsig) fn into_inner(self) -> W {
        self.out
    }

    /// Writes one piece.
    pub(in crate::backend::xml_dsig) fn write(&mut self, piece: &Piece<'_>) -> io::Result<()> {
        match piece {
            Piece::Start(element) => self.start(element),
            Piece::End(name) => self.end(name),
            Piece::Text(text) => escape::text(&mut self.out, text),
            Piece::Instruction(target, data) => {
                let space = if data.is_empty() { "" } else { " " };
                self.beside(&["<?", target, space, data, "?>"])
            }
            Piece::Comment(text) if self.method.keeps_comments() => self.beside(&["<!--", text, "-->"]),
            Piece::Comment(_) | Piece::Outside => Ok(()),
        }
    }

    fn start(&mut self, element: &Element) -> io::Result<()> {
        let context = self.context.take();
        self.rendered.open();
        self.out.write_all(b"<")?;
        self.out.write_all(element.name().whole.as_bytes())?;
        self.namespaces(element, context.as_ref())?;
        match &context {
            Some(context) if context.attributes().next().is_some() => {
                for (name, value) in inheritance::attributes(self.method.form(), context, element) {
                    self.attribute(&[&name], &value)?;
                }
            }
            _ => {
                for (name, value) in element.attributes() {
                    self.attribute(&[name.whole], value)?;
                }
            }
        }
        self.out.write_all(b">")
    }

    fn attribute(&mut self, name: &[&str], value: &str) -> io::Result<()> {
        self.out.write_all(b" ")?;
        name.iter().try_for_each(|part| self.out.write_all(part.as_bytes()))?;
        self.out.write_all(b"=\"")?;
        escape::value(&mut self.out, value)?;
        self.out.write_all(b"\"")
    }

    /// The namespace nodes of an element, by prefix: what it visibly uses (Exclusive XML
    /// Canonicalization 1.0, 3), or what is in scope (Canonical XML 1.0, 2.3).
    fn namespaces(&mut self, element: &Element, context: Option<&Context>) -> io::Result<()> {
        // Most elements have nothing to sort.
        let nothing_new = context.is_none() && element.declarations().next().is_none();
        if nothing_new && !self.method.is_exclusive() {
            return Ok(());
        }
        if nothing_new || !self.method.includes_any() {
            let is_used = |prefix: &str| !matches!(prefix, "" | "xml");
            if !element.attributes().any(|(name, _)| is_used(name.prefix())) {
                return self.namespace(element.name().prefix(), element.name().namespace);
            }
        }
        let mut nodes: Vec<(&str, &Rc<str>)> = Vec::new();
        if self.method.is_exclusive() {
            let (name, used) = (element.name(), element.attributes());
            nodes.push((name.prefix(), name.namespace));
            nodes.extend(
                used.filter(|(name, _)| !name.prefix().is_empty())
                    .map(|(name, _)| (name.prefix(), name.namespace)),
            );
        }
        if self.method.includes_any() {
            let around = context.into_iter().flat_map(Context::namespaces);
            nodes.extend(
                element.declarations().chain(around).filter(|(prefix, _)| self.method.includes(prefix)),
            );
        }
        // What the element itself says comes before what is around it, and stays so.
        nodes.sort_by_key(|(prefix, _)| *prefix);
        nodes.dedup_by_key(|(prefix, _)| *prefix);
        nodes.into_iter().try_for_each(|(prefix, namespace)| self.namespace(prefix, namespace))
    }

    /// One namespace node, unless the output has it already.
    fn namespace(&mut self, prefix: &str, namespace: &Rc<str>) -> io::Result<()> {
        // No default namespace above is the same as an empty one, and `xml` needs no declaration.
        let is_known = match self.rendered.find(prefix) {
            Some(known) => Rc::ptr_eq(known, namespace) || known == namespace,
            None => namespace.is_empty(),
        };
        if is_known || prefix == "xml" {
            return Ok(());
        }
        self.attribute(&["xmlns", if prefix.is_empty() { "" } else { ":" }, prefix], namespace)?;
        self.rendered.push(prefix, Rc::clone(namespace));
        Ok(())
    }

    fn end(&mut self, name: &str) -> io::Result<()> {
        self.rendered.close();
        self.after_root = self.rendered.depth() == 0;
        self.out.write_all(b"</")?;
        self.out.write_all(name.as_bytes())?;
        self.out.write_all(b">")
    }

    /// An instruction or a comment: outside of the root it gets a line of its own.
    fn beside(&mut self, parts: &[&str]) -> io::Result<()> {
        let outside = self.rendered.depth() == 0;
        if outside && self.after_root {
            self.out.write_all(b"\n")?;
        }
        parts.iter().try_for_each(|part| self.out.write_all(part.as_bytes()))?;
        if outside && !self.after_root {
            self.out.write_all(b"\n")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::xml_dsig::{Limits, document::Document};

    fn canonical(text: &str) -> String {
        let limits = Limits::default();
        let mut document = Document::new(text.as_bytes(), &limits);
        let mut canonical = Canonical::new(&Canonicalization::exclusive(), Vec::new());
        while let Some(step) = document.next().unwrap() {
            canonical.write(&step.piece).unwrap();
        }
        String::from_utf8(canonical.into_inner()).unwrap()
    }

    #[test]
    fn only_visibly_used_namespaces_are_written_where_they_are_used() {
        assert_eq!(
            canonical("<a xmlns:p='urn:p' xmlns:q='urn:q'><p:b q:x='1'/><p:c/></a>"),
            "<a><p:b xmlns:p=\"urn:p\" xmlns:q=\"urn:q\" q:x=\"1\"></p:b><p:c xmlns:p=\"urn:p\"></p:c></a>"
        );
    }

    #[test]
    fn a_default_namespace_is_undeclared_only_below_one_that_was_written() {
        assert_eq!(
            canonical(
                "<p:a xmlns='urn:d' xmlns:p='urn:p'><b xmlns=''><c xmlns='urn:d'><d xmlns=''/></c></b></p:a>"
            ),
            "<p:a xmlns:p=\"urn:p\"><b><c xmlns=\"urn:d\"><d xmlns=\"\"></d></c></b></p:a>"
        );
    }

    #[test]
    fn instructions_outside_of_the_root_get_lines_of_their_own() {
        assert_eq!(
            canonical(
                "<?xml version='1.0'?>\n<!-- c --><?a  b ?>\n<r><?c?><!-- d --></r>\n<?e f?> <!-- g -->"
            ),
            "<?a b ?>\n<r><?c?></r>\n<?e f?>"
        );
    }

    #[test]
    fn text_and_values_are_escaped_each_in_its_way() {
        assert_eq!(
            canonical(
                "<r a='&#9;&#10;&#13;&quot;&apos;&gt;&lt;&amp;'>&#9;&#13;\r\n\"'&gt;&lt;&amp;<![CDATA[<&>]]></r>"
            ),
            "<r a=\"&#x9;&#xA;&#xD;&quot;'>&lt;&amp;\">\t&#xD;\n\"'&gt;&lt;&amp;&lt;&amp;&gt;</r>"
        );
    }
}
