//! Exclusive XML Canonicalization 1.0 without comments (W3C Recommendation, 18 July 2002), over
//! pieces as they come.

use std::{
    io::{self, Write},
    rc::Rc,
};

use super::document::{Element, Piece, QualifiedName};

/// Writes the canonical form of a document, or of one element of it, to `out`.
#[derive(Debug)]
pub(super) struct Exclusive<W> {
    out: W,
    /// The namespace nodes written for the open elements, prefix and name, the outermost first.
    rendered: Vec<(Box<str>, Rc<str>)>,
    /// For each open element, how many there were before it.
    opened: Vec<usize>,
    after_root: bool,
}

impl<W: Write> Exclusive<W> {
    pub(super) const fn new(out: W) -> Self {
        Self { out, rendered: Vec::new(), opened: Vec::new(), after_root: false }
    }

    /// Hands back what it wrote to.
    pub(super) fn into_inner(self) -> W {
        self.out
    }

    /// Writes one piece.
    pub(super) fn write(&mut self, piece: &Piece<'_>) -> io::Result<()> {
        match piece {
            Piece::Start(element) => self.start(element),
            Piece::End(name) => self.end(name),
            Piece::Text(text) => escape(&mut self.out, text, in_text),
            Piece::Instruction(target, data) => self.instruction(target, data),
            Piece::Comment | Piece::Outside => Ok(()),
        }
    }

    fn start(&mut self, element: &Element) -> io::Result<()> {
        self.opened.push(self.rendered.len());
        self.out.write_all(b"<")?;
        self.out.write_all(element.name().whole.as_bytes())?;
        self.namespaces(element)?;
        for (name, value) in element.attributes() {
            self.attribute(&[name.whole], value)?;
        }
        self.out.write_all(b">")
    }

    fn attribute(&mut self, name: &[&str], value: &str) -> io::Result<()> {
        self.out.write_all(b" ")?;
        name.iter().try_for_each(|part| self.out.write_all(part.as_bytes()))?;
        self.out.write_all(b"=\"")?;
        escape(&mut self.out, value, in_attribute)?;
        self.out.write_all(b"\"")
    }

    /// The namespace nodes of what the element visibly uses (section 3, rule 3), by prefix.
    fn namespaces(&mut self, element: &Element) -> io::Result<()> {
        let name = element.name();
        let prefixed = |name: &QualifiedName<'_>| !matches!(name.prefix, "" | "xml");
        let mut attributes = element.attributes().map(|(name, _)| name).filter(prefixed).peekable();
        if attributes.peek().is_none() {
            return self.namespace(name.prefix, name.namespace);
        }
        let mut used: Vec<(&str, &Rc<str>)> =
            std::iter::once(name).chain(attributes).map(|name| (name.prefix, name.namespace)).collect();
        used.sort_unstable_by_key(|(prefix, _)| *prefix);
        used.dedup_by_key(|(prefix, _)| *prefix);
        used.into_iter().try_for_each(|(prefix, namespace)| self.namespace(prefix, namespace))
    }

    /// One namespace node, unless the output has it already.
    fn namespace(&mut self, prefix: &str, namespace: &Rc<str>) -> io::Result<()> {
        let above = self.rendered.iter().rev().find(|(rendered, _)| **rendered == *prefix);
        // No default namespace above is the same as an empty one, and `xml` needs no declaration.
        if prefix == "xml" || above.map_or("", |(_, name)| name) == &**namespace {
            return Ok(());
        }
        self.attribute(&["xmlns", if prefix.is_empty() { "" } else { ":" }, prefix], namespace)?;
        self.rendered.push((Box::from(prefix), Rc::clone(namespace)));
        Ok(())
    }

    fn end(&mut self, name: &str) -> io::Result<()> {
        if let Some(before) = self.opened.pop() {
            self.rendered.truncate(before);
        }
        self.after_root = self.opened.is_empty();
        self.out.write_all(b"</")?;
        self.out.write_all(name.as_bytes())?;
        self.out.write_all(b">")
    }

    fn instruction(&mut self, target: &str, data: &str) -> io::Result<()> {
        let outside = self.opened.is_empty();
        let before = if outside && self.after_root { "\n" } else { "" };
        let after = if outside && !self.after_root { "\n" } else { "" };
        let space = if data.is_empty() { "" } else { " " };
        write!(self.out, "{before}<?{target}{space}{data}?>{after}")
    }
}

const fn in_text(byte: u8) -> Option<&'static str> {
    match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        b'\r' => Some("&#xD;"),
        _ => None,
    }
}

const fn in_attribute(byte: u8) -> Option<&'static str> {
    match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'"' => Some("&quot;"),
        b'\t' => Some("&#x9;"),
        b'\n' => Some("&#xA;"),
        b'\r' => Some("&#xD;"),
        _ => None,
    }
}

fn escape(out: &mut impl Write, text: &str, written: impl Fn(u8) -> Option<&'static str>) -> io::Result<()> {
    let mut rest = text.as_bytes();
    let special = |byte: &u8| written(*byte).is_some();
    while let Some((before, from)) = rest.iter().position(special).and_then(|at| rest.split_at_checked(at)) {
        out.write_all(before)?;
        let Some((byte, after)) = from.split_first() else { break };
        out.write_all(written(*byte).unwrap_or_default().as_bytes())?;
        rest = after;
    }
    out.write_all(rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::xml_dsig::{Limits, document::Document};

    fn canonical(text: &str) -> String {
        let limits = Limits::default();
        let mut document = Document::new(text.as_bytes(), &limits);
        let mut exclusive = Exclusive::new(Vec::new());
        while let Some(step) = document.next().unwrap() {
            exclusive.write(&step.piece).unwrap();
        }
        String::from_utf8(exclusive.into_inner()).unwrap()
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
