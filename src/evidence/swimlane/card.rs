//! The box of a step: its texts in lines that fit.

use crate::{
    evidence::{
        chart::label::{bold_width, width},
        markup::shortened,
    },
    graph::outline::{Gate, GateKind, Node},
    source::shown,
};

/// The width of every box.
pub const WIDTH: f64 = 232.0;

/// The space between the side of a box and its text.
pub const PADDING: f64 = 11.0;

/// How far the name stands to the right of the number.
pub const INDENT: f64 = 27.0;

/// The height of a line.
pub const LINE: f64 = 15.0;

/// The longest name that is written out, in characters.
const LONGEST: usize = 200;

/// How a line is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// The name of the step.
    Name,
    /// What people call it.
    Title,
    /// What it does, as in the plan.
    Sentence,
    /// What it needs.
    Gate,
}

impl Style {
    /// The class in the drawing.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Title => "title",
            Self::Sentence => "sentence",
            Self::Gate => "gate-text",
        }
    }

    /// How wide a text is at most.
    #[must_use]
    pub fn width(self, text: &str) -> f64 {
        match self {
            Self::Name => bold_width(text) * 13.0 / 12.0,
            Self::Title => width(text),
            // A letter of a typewriter is 0.6 of its height wide, and some are wider.
            Self::Sentence => text.chars().map(|c| if c.is_ascii() { 6.8 } else { 13.5 }).sum(),
            Self::Gate => width(text) * 11.0 / 12.0,
        }
    }
}

/// A line of text in a box.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// What is written, not escaped yet.
    pub text: String,
    /// How.
    pub style: Style,
    /// Where it begins, from the left side of the box.
    pub x: f64,
    /// Its base line, from the upper side of the box.
    pub y: f64,
}

/// A gate on the upper side of a box.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    /// What opens it.
    pub kind: GateKind,
    /// Its upper side.
    pub y: f64,
    /// Its height.
    pub height: f64,
}

/// The box of a step.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// What is written in it.
    pub lines: Vec<Line>,
    /// Its gates, from the top.
    pub gates: Vec<Bar>,
    /// Where the part below the gates begins.
    pub body: f64,
    /// Its height.
    pub height: f64,
}

impl Card {
    /// The box of a step.
    #[must_use]
    pub fn of(node: &Node) -> Self {
        let mut card = Self { lines: Vec::new(), gates: Vec::new(), body: 0.0, height: 0.0 };
        node.gates.iter().for_each(|gate| card.gate(gate));
        card.body = card.height;
        card.height += 5.0;
        card.write(&node.name, Style::Name, (INDENT, 2));
        card.height += 4.0;
        if let Some(title) = &node.title {
            card.write(title, Style::Title, (0.0, 2));
        }
        card.write(&node.sentence, Style::Sentence, (0.0, 3));
        card.height += 8.0;
        card
    }

    fn gate(&mut self, gate: &Gate) {
        let top = self.height;
        self.height += 2.0;
        self.write(&gate.line(), Style::Gate, (18.0, 2));
        self.height += 5.0;
        self.gates.push(Bar { kind: gate.kind, y: top, height: self.height - top });
    }

    /// Writes a text in at most so many lines, each that far from the side.
    fn write(&mut self, text: &str, style: Style, (indent, most): (f64, usize)) {
        let x = PADDING + indent;
        for text in wrapped(&shown(&shortened(text, LONGEST)), WIDTH - PADDING - x, most, |t| style.width(t))
        {
            self.height += LINE;
            self.lines.push(Line { text, style, x, y: self.height });
        }
    }
}

/// A text in at most so many lines that are not too wide; the last one ends in an ellipsis where
/// something is left out. Lines end at spaces and after `_`, `-`, `.` where they can.
#[must_use]
pub fn wrapped(text: &str, room: f64, most: usize, width: impl Fn(&str) -> f64) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() && lines.len() < most {
        if width(rest) <= room {
            lines.push(rest.to_owned());
            return lines;
        }
        let last = lines.len() + 1 == most;
        let (line, more) = first_line(rest, room - if last { width("…") } else { 0.0 }, &width);
        lines.push(if last { format!("{}…", line.trim_end()) } else { line.trim_end().to_owned() });
        rest = more.trim_start();
    }
    lines
}

/// As much of a text as there is room for, at least one character, and what is left of it.
fn first_line<'a>(text: &'a str, room: f64, width: &impl Fn(&str) -> f64) -> (&'a str, &'a str) {
    let (mut fits, mut good) = (0, 0);
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        if fits > 0 && text.get(..end).is_none_or(|start| width(start.trim_end()) > room) {
            break;
        }
        fits = end;
        if matches!(c, ' ' | '_' | '-' | '.' | ',' | '/') {
            good = end;
        }
    }
    text.split_at_checked(if good * 2 > fits { good } else { fits }).unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by_ten(text: &str) -> f64 {
        text.chars().count() as f64 * 10.0
    }

    #[test]
    fn lines_end_where_words_do() {
        assert_eq!(wrapped("one two three", 80.0, 3, by_ten), ["one two", "three"]);
        assert_eq!(wrapped("exchange_certificate", 150.0, 2, by_ten), ["exchange_", "certificate"]);
        assert_eq!(wrapped("one two three four", 80.0, 2, by_ten), ["one two", "three…"]);
        assert_eq!(wrapped("abcdefghij", 40.0, 2, by_ten), ["abcd", "efg…"]);
        assert_eq!(wrapped("  ", 40.0, 2, by_ten), Vec::<String>::new());
    }
}
