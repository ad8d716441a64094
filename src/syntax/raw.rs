//! Looking over raw text where the grammar gave up: lines, words, braces outside of texts and
//! comments.

use memchr::memchr;

use crate::name::is_name;
use crate::source::{Span, shown};

/// The longest piece of the author's text that a message repeats, in characters.
const QUOTE_LIMIT: usize = 40;

/// The text from an offset on; empty when the offset lies outside or inside a character.
pub(super) fn rest(text: &str, at: usize) -> &str {
    text.get(at..).unwrap_or("")
}

/// The line that begins at (or goes on from) an offset, without its end.
pub(super) fn line(text: &str, at: usize) -> &str {
    let rest = rest(text, at);
    rest.split('\n').next().unwrap_or(rest).trim_end_matches('\r')
}

/// The offset of the line after the one that holds `at`.
pub(super) fn next_line(text: &str, at: usize) -> usize {
    memchr(b'\n', rest(text, at).as_bytes()).map_or(text.len(), |n| at + n + 1)
}

/// Whether nothing but blanks stands before `at` on its line.
pub(super) fn first_on_line(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or("");
    before.rsplit('\n').next().unwrap_or("").trim().is_empty()
}

/// The offset of the first character that is neither blank, line end nor comment.
pub(super) fn skip_gap(text: &str, from: usize) -> usize {
    let mut at = from;
    loop {
        let trimmed = rest(text, at).trim_start_matches([' ', '\t', '\r', '\n']);
        at = text.len() - trimmed.len();
        if !trimmed.starts_with('#') {
            return at;
        }
        at = next_line(text, at);
    }
}

/// The characters of a line that are no comment and stand outside of texts, with their offsets.
pub(super) fn bare(line: &str) -> impl Iterator<Item = (usize, char)> + '_ {
    let (mut quoted, mut escaped, mut over) = (false, false, false);
    line.char_indices().filter(move |(_, c)| {
        if over {
            return false;
        }
        if quoted {
            (quoted, escaped) = (escaped || *c != '"', !escaped && *c == '\\');
            return false;
        }
        quoted = *c == '"';
        over = *c == '#';
        !quoted && !over
    })
}

/// The offset after the last character of a line that is neither blank nor comment.
pub(super) fn code_end(line: &str) -> usize {
    let (mut quoted, mut escaped) = (false, false);
    let comment = line.char_indices().find(|(_, c)| {
        let begins = !quoted && *c == '#';
        (quoted, escaped) =
            if quoted { (escaped || *c != '"', !escaped && *c == '\\') } else { (*c == '"', false) };
        begins
    });
    let code = comment.and_then(|(at, _)| line.get(..at)).unwrap_or(line);
    code.trim_end().len()
}

/// The name-like word at an offset; empty when there is none.
pub(super) fn word(text: &str, at: usize) -> &str {
    let rest = rest(text, at);
    let length = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'));
    let word = length.and_then(|n| rest.get(..n)).unwrap_or(rest);
    if is_name(word) { word } else { "" }
}

/// Whether a character ends a run of text that was meant as one word.
pub(super) fn ends_token(c: char) -> bool {
    c.is_whitespace() || matches!(c, '{' | '}' | '[' | ']' | ',' | '"' | '#' | ':' | '=')
}

/// What stands at an offset, as one thing that a person would point at.
pub(super) fn token(text: &str, at: usize) -> Span {
    let line = line(text, at);
    let length = match line.chars().next() {
        None => 0,
        Some('"') => {
            let mut escaped = false;
            let end = line.char_indices().skip(1).find(|(_, c)| {
                let closes = !escaped && *c == '"';
                escaped = !escaped && *c == '\\';
                closes
            });
            end.map_or_else(|| code_end(line), |(n, _)| n + 1)
        }
        Some(c) if ends_token(c) => c.len_utf8(),
        Some(_) => line.find(ends_token).unwrap_or(line.len()),
    };
    Span::new(at, at + length)
}

/// What stands at a place, in words: quoted, or named where there is nothing to quote.
pub(super) fn found(text: &str, span: Span) -> String {
    let piece = text.get(span.start..span.end).unwrap_or("");
    let mut chars = piece.chars();
    match (chars.next(), chars.next()) {
        (None, _) if span.start >= text.len() => "the end of the file".to_owned(),
        (None, _) => "the end of the line".to_owned(),
        (Some(c), None) if c.is_whitespace() => format!("the blank U+{:04X}", u32::from(c)),
        _ => format!("`{}`", quote(piece)),
    }
}

/// An author's text as a message may repeat it: escaped, and cut where it is endless.
pub(super) fn quote(piece: &str) -> String {
    let cut: String = piece.chars().take(QUOTE_LIMIT).collect();
    if cut.len() < piece.len() { format!("{}…", shown(&cut)) } else { shown(&cut) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bare_text(line: &str) -> String {
        bare(line).map(|(_, c)| c).collect()
    }

    #[test]
    fn texts_and_comments_are_not_bare() {
        assert_eq!(bare_text(r#"a "b # { \" }" c # { d"#), "a  c ");
        assert_eq!(bare_text("open { # }"), "open { ");
    }

    #[test]
    fn code_ends_before_the_comment() {
        assert_eq!(code_end(r##"a "#" b  # c"##), 7);
        assert_eq!(code_end("# c"), 0);
    }

    #[test]
    fn a_token_is_what_a_person_would_point_at() {
        assert_eq!(token("4hours x", 0), Span::new(0, 6));
        assert_eq!(token(r#""a \" b" c"#, 0), Span::new(0, 8));
        assert_eq!(token("{x", 0), Span::new(0, 1));
        assert_eq!(token("ab", 2), Span::new(2, 2));
    }

    #[test]
    fn an_endless_token_is_cut() {
        assert_eq!(quote(&"é".repeat(41)).chars().count(), 41);
        assert_eq!(quote("a\u{202e}"), "a\\u{202e}");
    }
}
