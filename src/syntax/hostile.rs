//! Characters that could hide something from whoever reads the plan.

use std::borrow::Cow;

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::explanation::Explanation;
use crate::source::{Finding, Span, is_hostile, is_plain};

/// A control or direction character, wherever it stands.
#[derive(Debug, Diagnostic, Error)]
#[error("{character} may not stand in a plan")]
#[diagnostic(
    code(keyroll::hostile_character),
    help("remove it; in a text it can be written as an escape, `{escape}`")
)]
pub struct HostileCharacter {
    /// The character as `U+202E`, with its name where it has a common one.
    pub character: String,
    /// The character as an escape.
    pub escape: String,
    /// Its place.
    #[label("this character does not show")]
    pub at: SourceSpan,
}

pub(super) const HOSTILE_CHARACTER: Explanation = Explanation {
    code: "hostile_character",
    title: "a character that does not show",
    text: "\
People agree to a plan by reading it, so what they see must be what the program reads. Control
characters can move the cursor or colour a terminal; direction characters can make text appear in
another order than it is read; characters without width can make two different names look the same.
None of them may stand in a plan, not even in a comment. Line ends are LF or CR LF.

Such characters mostly come from copying out of a web page or a text document: delete the word and
type it again. Where one is really meant, inside a text, write it as an escape.

Wrong: a title with a right-to-left override in it.

Right:
  role admin \"Administrator \\u{202e} of the tenant\"
",
};

/// A text without its hostile characters, and the findings about them.
pub(super) struct Screened<'t> {
    /// The text, with blanks where hostile characters stood: every offset is still true.
    pub(super) text: Cow<'t, str>,
    /// The offsets of the hostile characters, rising.
    pub(super) places: Vec<usize>,
    /// The first character of every line that holds any.
    pub(super) findings: Vec<Finding>,
}

/// Looks for hostile characters, at most `limit` lines that hold any.
pub(super) fn screen(text: &str, limit: usize) -> Screened<'_> {
    if is_plain(text) {
        return Screened { text: Cow::Borrowed(text), places: Vec::new(), findings: Vec::new() };
    }
    let mut places = Vec::new();
    let mut findings: Vec<Finding> = Vec::new();
    let mut told = false;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let lone_cr = c == '\r' && chars.peek().is_none_or(|(_, next)| *next != '\n');
        if c == '\n' {
            told = false;
        } else if lone_cr || is_hostile(c) {
            places.push(at);
            if !told && findings.len() < limit {
                told = true;
                findings.push(Box::new(HostileCharacter {
                    character: named(c),
                    escape: c.escape_unicode().to_string(),
                    at: Span::new(at, at + c.len_utf8()).into(),
                }));
            }
        }
    }
    let text = if places.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(blanked(text, &places)) };
    Screened { text, places, findings }
}

impl Screened<'_> {
    /// Whether a hostile character stands between two offsets.
    pub(super) fn within(&self, start: usize, end: usize) -> bool {
        let first = self.places.partition_point(|place| *place < start);
        self.places.get(first).is_some_and(|place| *place < end)
    }
}

fn blanked(text: &str, places: &[usize]) -> String {
    let mut places = places.iter().peekable();
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        if places.next_if(|place| **place == at).is_some() {
            out.extend(std::iter::repeat_n(' ', c.len_utf8()));
        } else {
            out.push(c);
        }
    }
    out
}

fn named(c: char) -> String {
    let name = match c {
        '\0' => " (null)",
        '\u{7}' => " (bell)",
        '\u{8}' => " (backspace)",
        '\r' => " (carriage return without line feed)",
        '\u{1b}' => " (escape)",
        '\u{200B}' => " (zero width space)",
        '\u{200C}' | '\u{200D}' => " (zero width joiner)",
        '\u{200E}' | '\u{200F}' => " (direction mark)",
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => " (changes the direction of text)",
        '\u{2028}' | '\u{2029}' => " (separator)",
        '\u{2060}' => " (word joiner)",
        '\u{FEFF}' => " (byte order mark)",
        c if c.is_control() => " (control character)",
        _ => "",
    };
    format!("U+{:04X}{name}", u32::from(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_stay_true() {
        let screened = screen("a\u{202e}b\rc\r\nd\u{85}", 10);
        assert_eq!(screened.text, "a   b c\r\nd  ");
        assert_eq!(screened.places, [1, 5, 10]);
        assert_eq!(screened.findings.len(), 2, "one a line");
    }

    #[test]
    fn a_range_is_searched() {
        let screened = screen("ab\u{1}cd", 10);
        assert!(screened.within(0, 3) && screened.within(2, 3));
        assert!(!screened.within(0, 2) && !screened.within(3, 5));
    }
}
