//! Texts in quotes: escapes, and what goes wrong with them.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use super::raw;
use crate::explanation::Explanation;
use crate::source::{Finding, Span, is_hostile};

/// A text has no closing quote on its line.
#[derive(Debug, Diagnostic, Error)]
#[error("this text is not closed on its line")]
#[diagnostic(
    code(keyroll::unclosed_text),
    help("close it with `\"`; a line end within a text is written `\\n`, a quote `\\\"`")
)]
pub struct UnclosedText {
    /// From the opening quote to the end of the line.
    #[label("the text begins here")]
    pub at: SourceSpan,
}

pub(super) const UNCLOSED_TEXT: Explanation = Explanation {
    code: "unclosed_text",
    title: "a text has no closing quote",
    text: "\
A text begins and ends with a plain quote on the same line. A line end within a text is written
`\\n`, a quote `\\\"`, a backslash `\\\\`, any other character `\\u{...}` with its number.

Wrong:
  role tenant_admin \"Tenant administrator

Right:
  role tenant_admin \"Tenant administrator\"
",
};

/// A backslash with something behind it that has no meaning.
#[derive(Debug, Diagnostic, Error)]
#[error("{escape} is no escape")]
#[diagnostic(
    code(keyroll::unknown_escape),
    help(
        "write `\\\"`, `\\\\`, `\\n` or `\\u{{...}}` with the number of a character; a backslash is `\\\\`"
    )
)]
pub struct UnknownEscape {
    /// What was written, quoted.
    pub escape: String,
    /// Its place.
    #[label("not known")]
    pub at: SourceSpan,
}

pub(super) const UNKNOWN_ESCAPE: Explanation = Explanation {
    code: "unknown_escape",
    title: "an escape in a text has no meaning",
    text: "\
Within a text a backslash begins an escape. There are four: `\\\"` is a quote, `\\\\` a backslash, `\\n`
a line end, `\\u{...}` the character with that number, one to six hexadecimal digits.

Wrong:
  plan move \"From C:\\temp to D:\\temp\"

Right:
  plan move \"From C:\\\\temp to D:\\\\temp\"
",
};

/// What is wrong with the text whose quote stands at `start`; `None` when it is a sound text.
pub(super) fn text_fault(plan: &str, start: usize) -> Option<Finding> {
    let line = raw::line(plan, start);
    let mut at = 1;
    loop {
        let rest = line.get(at..)?;
        match rest.chars().next() {
            None => {
                let end = start + raw::code_end(line).max(1);
                return Some(Box::new(UnclosedText { at: Span::new(start, end).into() }));
            }
            Some('"') => return None,
            Some('\\') => match escape(rest) {
                Ok((_, length)) => at += length,
                Err(length) if rest.len() > 1 => {
                    return Some(unknown_escape(plan, Span::new(start + at, start + at + length)));
                }
                Err(length) => at += length,
            },
            Some(c) => at += c.len_utf8(),
        }
    }
}

/// The finding for an escape at a place.
pub(super) fn unknown_escape(plan: &str, span: Span) -> Finding {
    let written = plan.get(span.start..span.end).unwrap_or("");
    Box::new(UnknownEscape { escape: format!("`{}`", raw::quote(written)), at: span.into() })
}

/// Reads the escape that a text begins with: the character and the length of the escape, or the
/// length of what is none.
fn escape(text: &str) -> Result<(char, usize), usize> {
    let mut chars = text.chars().skip(1);
    match chars.next() {
        Some('n') => Ok(('\n', 2)),
        Some(c @ ('"' | '\\')) => Ok((c, 2)),
        Some('u') => {
            let digits = text.get(3..).unwrap_or("").split('}').next().unwrap_or("");
            let sound = text.get(2..3) == Some("{")
                && text.get(3 + digits.len()..).is_some_and(|t| t.starts_with('}'))
                && (1..=6).contains(&digits.len())
                && digits.chars().all(|c| c.is_ascii_hexdigit());
            if !sound {
                return Err(2);
            }
            let number = u32::from_str_radix(digits, 16).map_err(|_| 2_usize)?;
            char::from_u32(number).map(|c| (c, 4 + digits.len())).ok_or(4 + digits.len())
        }
        Some(c) => Err(1 + c.len_utf8()),
        None => Err(1),
    }
}

/// Undoes the escapes of a text without its quotes, or says where (from where to where, within
/// `written`) one names no character.
pub(super) fn unescape(written: &str) -> Result<String, Span> {
    let mut out = String::with_capacity(written.len());
    let mut rest = written;
    while let Some(at) = rest.find('\\') {
        let (plain, tail) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(plain);
        let start = written.len() - tail.len();
        let (c, length) = escape(tail).map_err(|length| Span::new(start, start + length))?;
        out.push(c);
        rest = tail.get(length..).unwrap_or("");
    }
    out.push_str(rest);
    Ok(out)
}

/// A text in quotes, with escapes for everything that may not stand there as it is.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if is_hostile(c) || matches!(c, '\r' | '\t') => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_come_back() {
        for text in ["a", "\"\\\n\t\r", "\u{202e}\u{10ffff}é", "\\u{41}", ""] {
            let written = quoted(text);
            assert!(!written.chars().any(is_hostile));
            let inner = written.strip_prefix('"').and_then(|w| w.strip_suffix('"')).unwrap();
            assert_eq!(unescape(inner).unwrap(), text);
        }
    }

    #[test]
    fn what_is_no_escape_is_pointed_at() {
        for (text, place) in
            [("ab\\q", (2, 4)), ("\\u{d800}", (0, 8)), ("\\u{1234567}", (0, 2)), ("\\u", (0, 2))]
        {
            assert_eq!(unescape(text), Err(Span::new(place.0, place.1)), "{text}");
        }
    }

    #[test]
    fn the_first_fault_of_a_text_is_found() {
        let codes = |text: &str| text_fault(text, 0).map(|f| f.code().unwrap().to_string());
        assert_eq!(codes("\"sound \\\" text\""), None);
        assert_eq!(codes("\"open").as_deref(), Some("keyroll::unclosed_text"));
        assert_eq!(codes("\"open\\").as_deref(), Some("keyroll::unclosed_text"));
        assert_eq!(codes("\"a\\qb").as_deref(), Some("keyroll::unknown_escape"));
    }
}
