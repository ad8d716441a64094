//! The text of a draft while it is written: lines, and doubts right above them.

use crate::{
    source::{Source, shown},
    syntax::{format, parse},
};

/// What each doubt begins with.
pub const DOUBT: &str = "# DOUBT: ";

/// A draft as it is written.
#[derive(Clone, Debug, Default)]
pub(super) struct Sheet {
    text: String,
    /// The line of the prose of each doubt, in their order; none where it is about the whole.
    from: Vec<Option<usize>>,
}

impl Sheet {
    /// A line.
    pub(super) fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// An empty line.
    pub(super) fn blank(&mut self) {
        self.text.push('\n');
    }

    /// A comment of foreign text, on one line.
    pub(super) fn remark(&mut self, text: &str) {
        self.line(&format!("# {}", plain(text, REMARK)));
    }

    /// A doubt about the next line, or about what stands in its place.
    pub(super) fn doubt(&mut self, indent: &str, text: &str, from: Option<usize>) {
        self.line(&format!("{indent}{DOUBT}{}", plain(text, REMARK)));
        self.from.push(from);
    }

    /// The canonical text, and the lines of the prose of its doubts in their order.
    pub(super) fn finish(self) -> (String, Vec<Option<usize>>) {
        let (tree, findings) = parse(&Source::new("", self.text.as_str()));
        // It is well-formed as it is made; a text that were not stays as it is.
        let text = if findings.is_empty() { format(&tree) } else { self.text };
        (text, self.from)
    }
}

/// The longest remark, in characters.
const REMARK: usize = 300;

/// A foreign text on one line: what steers or turns a line is written as an escape.
pub(super) fn plain(text: &str, most: usize) -> String {
    let flat: Vec<&str> = text.split_whitespace().collect();
    let flat = shown(&flat.join(" "));
    if flat.chars().count() <= most {
        return flat;
    }
    flat.chars().take(most - 1).chain(['…']).collect()
}
