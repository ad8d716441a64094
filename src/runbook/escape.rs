//! Foreign text in Markdown: whatever a plan says stays text.

use crate::{
    evidence::markup::{TEXT_LIMIT, shortened},
    source::shown,
};

/// A text on one line of Markdown: nothing in it is read as emphasis, a link, a heading, HTML, a mark of a
/// list or the edge of a table cell. Characters that steer or turn a line are written as escapes; what is
/// longer than [`TEXT_LIMIT`] ends in an ellipsis.
pub(super) fn markdown(foreign: &str) -> String {
    let text = shown(&shortened(foreign, TEXT_LIMIT));
    let text = text.trim();
    let mut out = String::with_capacity(text.len());
    // A number with a point or a bracket behind it begins a list.
    let mut only_digits = true;
    for (at, c) in text.char_indices() {
        let is_mark = match c {
            '-' | '+' => at == 0,
            ':' => text.get(at + 1..).is_some_and(|rest| rest.starts_with(|next: char| next != ' ')),
            '.' | ')' => only_digits || after_www(text, at),
            _ => matches!(
                c,
                '\\' | '`'
                    | '*'
                    | '_'
                    | '{'
                    | '}'
                    | '['
                    | ']'
                    | '<'
                    | '>'
                    | '#'
                    | '|'
                    | '~'
                    | '&'
                    | '!'
                    | '@'
                    | '$'
                    | '='
            ),
        };
        if is_mark {
            out.push('\\');
        }
        out.push(c);
        only_digits &= c.is_ascii_digit();
    }
    out
}

/// Whether `www` stands before a point, which some renderers make a link of.
fn after_www(text: &str, at: usize) -> bool {
    let before = at.checked_sub(3).and_then(|start| text.get(start..at));
    before.is_some_and(|before| before.eq_ignore_ascii_case("www"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_stays_text() {
        for (foreign, written) in [
            ("1. Create", "1\\. Create"),
            ("- [ ] done", "\\- \\[ \\] done"),
            ("a | b", "a \\| b"),
            ("<b>&amp;", "\\<b\\>\\&amp;"),
            ("# Head", "\\# Head"),
            ("two-keys", "two-keys"),
            ("https://a.example www.a.example", "https\\://a.example www\\.a.example"),
            ("  four\n", "four\\\\u\\{a\\}"),
        ] {
            assert_eq!(markdown(foreign), written);
        }
    }
}
