//! What canonical forms write instead of a character (Canonical XML 1.0, 2.3).

use std::io::{self, Write};

/// Writes text between tags.
pub(super) fn text(out: &mut impl Write, text: &str) -> io::Result<()> {
    let is_special = |byte| (byte == b'&') | (byte == b'<') | (byte == b'>') | (byte == b'\r');
    escape(out, text, is_special)
}

/// Writes what stands between the quotes of an attribute.
pub(super) fn value(out: &mut impl Write, text: &str) -> io::Result<()> {
    let is_space = |byte| (byte == b'\t') | (byte == b'\n') | (byte == b'\r');
    let is_special = |byte| (byte == b'&') | (byte == b'<') | (byte == b'"') | is_space(byte);
    escape(out, text, is_special)
}

fn escape(out: &mut impl Write, text: &str, is_special: impl Fn(u8) -> bool) -> io::Result<()> {
    let mut rest = text.as_bytes();
    while let Some((before, from)) = find(rest, &is_special).and_then(|at| rest.split_at_checked(at)) {
        let Some((byte, after)) = from.split_first() else { break };
        out.write_all(before)?;
        out.write_all(instead_of(*byte))?;
        rest = after;
    }
    out.write_all(rest)
}

/// Where the first such byte is. Whole parts are passed over without a branch for each byte, which
/// the compiler turns into vector instructions.
fn find(bytes: &[u8], is_special: &impl Fn(u8) -> bool) -> Option<usize> {
    const PART: usize = 16;
    let (parts, rest) = bytes.as_chunks::<PART>();
    let has_special = |part: &[u8; PART]| part.iter().fold(false, |found, byte| found | is_special(*byte));
    let start = match parts.iter().position(has_special) {
        Some(part) => part * PART,
        None => bytes.len() - rest.len(),
    };
    let from = bytes.get(start..)?;
    from.iter().position(|byte| is_special(*byte)).map(|at| start + at)
}

const fn instead_of(byte: u8) -> &'static [u8] {
    match byte {
        b'&' => b"&amp;",
        b'<' => b"&lt;",
        b'>' => b"&gt;",
        b'"' => b"&quot;",
        b'\t' => b"&#x9;",
        b'\n' => b"&#xA;",
        _ => b"&#xD;",
    }
}
