//! The XML declaration (XML 1.0, 2.8) and the first bytes.

use super::{DocumentFault, tag::Written};

/// The UTF-8 byte order mark.
pub(super) const MARK: &[u8] = b"\xEF\xBB\xBF";

/// Refuses first bytes that begin a document in UTF-16 or UTF-32 (XML 1.0, appendix F).
pub(super) fn check_first_bytes(first: &[u8]) -> Result<(), DocumentFault> {
    match first {
        [0xFE, 0xFF, ..] | [0xFF, 0xFE, ..] | [0, ..] | [_, 0, ..] => Err(DocumentFault::Encoding),
        _ => Ok(()),
    }
}

/// Reads what stands between `<?xml` and `?>`. Answers whether the document says that it is in
/// US-ASCII.
pub(super) fn read(content: &str) -> Result<bool, DocumentFault> {
    let mut rest = content;
    let mut next = || Written::next(&mut rest).map_err(|_| DocumentFault::Declaration);
    let version = next()?.filter(|first| first.name == "version").ok_or(DocumentFault::Declaration)?;
    if version.value != "1.0" {
        return Err(DocumentFault::Version);
    }
    let (mut ascii, mut following) = (false, next()?);
    if let Some(encoding) = following.as_ref().filter(|second| second.name == "encoding") {
        ascii = encoding.value.eq_ignore_ascii_case("us-ascii");
        if !ascii && !encoding.value.eq_ignore_ascii_case("utf-8") {
            return Err(DocumentFault::Encoding);
        }
        following = next()?;
    }
    let standalone = |last: &Written<'_>| last.name == "standalone" && matches!(last.value, "yes" | "no");
    if following.is_some_and(|last| !standalone(&last)) || next()?.is_some() {
        return Err(DocumentFault::Declaration);
    }
    Ok(ascii)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_declaration_keeps_to_its_grammar() {
        for (content, answer) in [
            (" version='1.0'", Ok(false)),
            (" version = \"1.0\" encoding='utf-8' standalone='no' ", Ok(false)),
            (" version='1.0' encoding='US-ASCII'", Ok(true)),
            (" version='1.0' standalone='yes'", Ok(false)),
            (" version='1.1'", Err(DocumentFault::Version)),
            (" version='2.0'", Err(DocumentFault::Version)),
            (" version='1.0' encoding='UTF-16'", Err(DocumentFault::Encoding)),
            (" version='1.0' encoding='ISO-8859-1'", Err(DocumentFault::Encoding)),
            ("", Err(DocumentFault::Declaration)),
            (" encoding='UTF-8'", Err(DocumentFault::Declaration)),
            (" encoding='UTF-8' version='1.0'", Err(DocumentFault::Declaration)),
            (" version='1.0' standalone='maybe'", Err(DocumentFault::Declaration)),
            (" version='1.0' standalone='no' encoding='UTF-8'", Err(DocumentFault::Declaration)),
            (" version='1.0'encoding='UTF-8'", Err(DocumentFault::Declaration)),
            (" version='1.0' other='1'", Err(DocumentFault::Declaration)),
            (" version", Err(DocumentFault::Declaration)),
        ] {
            assert_eq!(read(content), answer, "{content}");
        }
    }
}
