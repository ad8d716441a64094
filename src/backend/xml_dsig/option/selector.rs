//! How a person says which element is meant: by id, by name, or by the way to it from the root.

use std::{fmt, num::NonZeroUsize, str::FromStr};

use super::name_test::NameTest;
use crate::backend::xml_dsig::document::Element;

/// One element of a document. As a text: `#id`, `name`, `{namespace}name`, or the names from the
/// root on, as in `/order/{urn:item}item[2]/price`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Selector {
    /// The element with this id.
    Id(String),
    /// The one element of this name.
    Name(NameTest),
    /// The one element at the end of this way.
    Path(Vec<PathStep>),
}

/// One element on a way.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PathStep {
    name: NameTest,
    /// The first, the second, ... of this name among its siblings; `None` for each.
    index: Option<NonZeroUsize>,
}

/// A text that selects nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{given}` selects no element: write `#id`, `name`, `{{namespace}}name` or a path, as in `/order/item[2]`"
)]
pub struct NoSelector {
    /// What was given, made harmless.
    pub given: String,
}

impl FromStr for Selector {
    type Err = NoSelector;

    fn from_str(text: &str) -> Result<Self, NoSelector> {
        let no = || NoSelector { given: crate::source::shown(text) };
        if let Some(id) = text.strip_prefix('#') {
            // An XPointer is none of the profile's references.
            return if id.is_empty() || id.contains(['(', '#']) {
                Err(no())
            } else {
                Ok(Self::Id(id.to_owned()))
            };
        }
        match text.strip_prefix('/') {
            Some(path) => steps(path).map(Self::Path).ok_or_else(no),
            None => text.parse().map(Self::Name).map_err(|_| no()),
        }
    }
}

/// The steps of a path. A slash in a namespace is no end of a step.
fn steps(path: &str) -> Option<Vec<PathStep>> {
    let (mut steps, mut begun, mut inside) = (Vec::new(), 0, false);
    for (at, c) in path.char_indices().chain([(path.len(), '/')]) {
        match c {
            '{' => inside = true,
            '}' => inside = false,
            '/' if !inside => {
                steps.push(step(path.get(begun..at)?)?);
                begun = at + 1;
            }
            _ => {}
        }
    }
    (!inside).then_some(steps)
}

fn step(text: &str) -> Option<PathStep> {
    let (name, index) = match text.strip_suffix(']') {
        Some(counted) => {
            let (name, index) = counted.rsplit_once('[')?;
            (name, Some(index.parse().ok()?))
        }
        None => (text, None),
    };
    Some(PathStep { name: name.parse().ok()?, index })
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => write!(f, "#{id}"),
            Self::Name(name) => name.fmt(f),
            Self::Path(steps) => steps.iter().try_for_each(|step| match step.index {
                Some(index) => write!(f, "/{}[{index}]", step.name),
                None => write!(f, "/{}", step.name),
            }),
        }
    }
}

/// Watches the elements of a document go by and says which are meant.
#[derive(Debug)]
pub(in crate::backend::xml_dsig) struct Finder<'a> {
    selector: &'a Selector,
    /// How many of the outermost open elements are on the way.
    on_way: usize,
    /// For each step, how many siblings of its name there were.
    counts: Vec<usize>,
}

impl<'a> Finder<'a> {
    pub(in crate::backend::xml_dsig) const fn new(selector: &'a Selector) -> Self {
        Self { selector, on_way: 0, counts: Vec::new() }
    }

    /// An element begins, as the `depth`-th that is open. Answers whether it is meant.
    pub(in crate::backend::xml_dsig) fn start(&mut self, element: &Element, depth: usize) -> bool {
        match self.selector {
            Selector::Id(id) => element.ids().any(|known| known == id),
            Selector::Name(name) => name.fits(&element.name()),
            Selector::Path(steps) => {
                let Some(step) = steps.get(depth - 1).filter(|_| self.on_way + 1 == depth) else {
                    return false;
                };
                if !step.name.fits(&element.name()) {
                    return false;
                }
                self.counts.resize(depth, 0);
                let Some(count) = self.counts.last_mut() else { return false };
                *count += 1;
                if step.index.is_some_and(|index| index.get() != *count) {
                    return false;
                }
                self.on_way = depth;
                depth == steps.len()
            }
        }
    }

    /// An element ended; so many are still open.
    pub(in crate::backend::xml_dsig) fn end(&mut self, depth: usize) {
        self.on_way = self.on_way.min(depth);
        // The siblings of what was inside are counted anew inside of the next one.
        self.counts.truncate(depth + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::xml_dsig::{
        Limits,
        document::{Document, Piece, Step},
    };

    fn found(selector: &str, text: &str) -> Vec<u64> {
        let (selector, limits) = (selector.parse().unwrap(), Limits::default());
        let mut finder = Finder::new(&selector);
        let mut document = Document::new(text.as_bytes(), &limits);
        let mut found = Vec::new();
        while let Some(Step { piece, depth, at, .. }) = document.next().unwrap() {
            match piece {
                Piece::Start(element) if finder.start(element, depth) => found.push(at),
                Piece::End(_) => finder.end(depth),
                _ => {}
            }
        }
        found
    }

    #[test]
    fn an_element_is_found_by_id_by_name_and_by_its_way() {
        let text = "<a><b/><c><b/></c><b Id='x'><c/><d/></b><p:b xmlns:p='urn:p/q'><d/></p:b></a>";
        for (selector, places) in [
            ("#x", &[18][..]),
            ("a", &[0]),
            ("c", &[7, 28]),
            ("{}c", &[7, 28]),
            ("{urn:p/q}b", &[40]),
            ("{urn:p}b", &[]),
            ("/a", &[0]),
            ("/b", &[]),
            ("/a/b", &[3, 18, 40]),
            ("/a/b[1]", &[3]),
            ("/a/b[2]/d", &[32]),
            ("/a/b[3]/d", &[63]),
            ("/a/b/d", &[32, 63]),
            ("/a/{urn:p/q}b[1]/d[1]", &[63]),
            ("/a/b/c/d", &[]),
            ("/a/c/b", &[10]),
        ] {
            assert_eq!(found(selector, text), places, "{selector}");
            assert_eq!(selector.parse::<Selector>().unwrap().to_string(), selector);
        }
    }

    #[test]
    fn what_selects_nothing_is_refused() {
        for text in [
            "",
            "#",
            "/",
            "//a",
            "/a/",
            "a/b",
            "p:a",
            "/a[0]",
            "/a[b]",
            "/a]",
            "{a",
            "/{a/b",
            "#xpointer(/)",
            "*",
        ] {
            assert!(text.parse::<Selector>().is_err(), "{text}");
        }
    }
}
