//! Text in HTML and SVG: everything foreign passes here.

use crate::source::shown;

/// The longest foreign text that is shown, in characters.
pub const TEXT_LIMIT: usize = 600;

/// A text as the content of an element or a quoted attribute, in HTML and in XML. Characters that
/// turn the direction, and those that XML 1.0 does not hold (2.2), are written as escapes; what is
/// longer than [`TEXT_LIMIT`] ends in an ellipsis.
#[must_use]
pub fn text(foreign: &str) -> String {
    let mut out = String::with_capacity(foreign.len());
    for c in shown(&shortened(foreign, TEXT_LIMIT)).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\u{FFFE}' | '\u{FFFF}' => out.extend(c.escape_unicode()),
            _ => out.push(c),
        }
    }
    out
}

/// The first characters of a text, the last of them an ellipsis where something is left out.
#[must_use]
pub fn shortened(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    text.chars().take(limit.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_foreign_breaks_out() {
        assert_eq!(text("<b a='1' c=\"2\">&"), "&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;");
        assert_eq!(text("\u{202e}\0\u{ffff}"), "\\u{202e}\\u{0}\\u{ffff}");
        assert_eq!(text(&"x".repeat(2_000)).chars().count(), TEXT_LIMIT);
    }
}
