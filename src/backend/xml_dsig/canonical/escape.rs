//! What canonical forms write instead of a character (Canonical XML 1.0, 2.3).

use std::io::{self, Write};

/// Writes text between tags.
pub(super) fn text(out: &mut impl Write, text: &str) -> io::Result<()> {
    escape(out, text, in_text)
}

/// Writes what stands between the quotes of an attribute.
pub(super) fn value(out: &mut impl Write, text: &str) -> io::Result<()> {
    escape(out, text, in_value)
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

const fn in_value(byte: u8) -> Option<&'static str> {
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
