//! The XML declaration (XML 1.0, 2.8) and the first bytes.

use super::{DocumentFault, Encoding, tag::Written};

/// The byte order mark, as it is decoded.
pub(super) const MARK: &str = "\u{FEFF}";

/// Reads what stands between `<?xml` and `?>`. Answers the encoding that it names, if it does, given
/// the one that the first bytes are in.
pub(super) fn read(content: &str, first: Encoding) -> Result<Option<Encoding>, DocumentFault> {
    let mut rest = content;
    let mut next = || Written::next(&mut rest).map_err(|_| DocumentFault::Declaration);
    let version = next()?.filter(|first| first.name == "version").ok_or(DocumentFault::Declaration)?;
    if version.value != "1.0" {
        return Err(DocumentFault::Version);
    }
    let (mut encoding, mut following) = (None, next()?);
    if let Some(named) = following.as_ref().filter(|second| second.name == "encoding") {
        encoding = Some(Encoding::declared(named.value, first).ok_or(DocumentFault::Encoding)?);
        following = next()?;
    }
    let standalone = |last: &Written<'_>| last.name == "standalone" && matches!(last.value, "yes" | "no");
    if following.is_some_and(|last| !standalone(&last)) || next()?.is_some() {
        return Err(DocumentFault::Declaration);
    }
    Ok(encoding)
}

/// The encoding that a declaration at the beginning of some bytes names, where it can be read.
pub(super) fn peek(bytes: &[u8]) -> Option<Encoding> {
    let after = bytes.strip_prefix(b"<?xml")?;
    let end = after.windows(2).position(|two| two == b"?>")?;
    read(std::str::from_utf8(after.get(..end)?).ok()?, Encoding::Utf8).ok()?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_declaration_keeps_to_its_grammar() {
        for (content, answer) in [
            (" version='1.0'", Ok(None)),
            (" version = \"1.0\" encoding='utf-8' standalone='no' ", Ok(Some(Encoding::Utf8))),
            (" version='1.0' encoding='US-ASCII'", Ok(Some(Encoding::Ascii))),
            (" version='1.0' standalone='yes'", Ok(None)),
            (" version='1.1'", Err(DocumentFault::Version)),
            (" version='2.0'", Err(DocumentFault::Version)),
            (" version='1.0' encoding='UTF-16'", Ok(Some(Encoding::Utf16Le))),
            (" version='1.0' encoding='iso-8859-1'", Ok(Some(Encoding::Latin1))),
            (" version='1.0' encoding='windows-1252'", Err(DocumentFault::Encoding)),
            ("", Err(DocumentFault::Declaration)),
            (" encoding='UTF-8'", Err(DocumentFault::Declaration)),
            (" encoding='UTF-8' version='1.0'", Err(DocumentFault::Declaration)),
            (" version='1.0' standalone='maybe'", Err(DocumentFault::Declaration)),
            (" version='1.0' standalone='no' encoding='UTF-8'", Err(DocumentFault::Declaration)),
            (" version='1.0'encoding='UTF-8'", Err(DocumentFault::Declaration)),
            (" version='1.0' other='1'", Err(DocumentFault::Declaration)),
            (" version", Err(DocumentFault::Declaration)),
        ] {
            assert_eq!(read(content, Encoding::Utf8), answer, "{content}");
        }
    }
}
