//! The public half of a credential that is no certificate: a text that says which one it is, such as
//! the id of a token or a public SSH key, and never the secret itself.

/// The longest public text, in bytes.
pub const PUBLIC_TEXT_LIMIT: usize = 4096;

/// What the text stands between where certificates stand as PEM. The label is none of RFC 7468, so
/// that nobody takes it for one of those.
const BEGIN: &str = "-----BEGIN KEYROLL PUBLIC TEXT-----";
const END: &str = "-----END KEYROLL PUBLIC TEXT-----";

/// A text that may be shown to anybody: one line, neither empty nor too long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicText(String);

/// Why a text is no public half.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPublicText {
    /// There is nothing in it.
    #[error("a public text is not empty")]
    Empty,
    /// It is too long.
    #[error("a public text has at most {PUBLIC_TEXT_LIMIT} bytes")]
    TooLong,
    /// It has a line end or another control character.
    #[error("a public text is one line without control characters")]
    Control,
}

impl PublicText {
    /// Takes a text over as it is.
    ///
    /// # Errors
    /// When it is empty, too long, or more than a line.
    pub fn new(text: &str) -> Result<Self, NoPublicText> {
        match text {
            "" => Err(NoPublicText::Empty),
            _ if text.len() > PUBLIC_TEXT_LIMIT => Err(NoPublicText::TooLong),
            _ if text.chars().any(char::is_control) => Err(NoPublicText::Control),
            _ => Ok(Self(text.to_owned())),
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text between its two marks, as it lies in files and journals.
    #[must_use]
    pub fn armoured(&self) -> String {
        format!("{BEGIN}\n{}\n{END}\n", self.0)
    }

    /// Reads a text between its marks. Nothing for bytes that do not begin with the first mark.
    #[must_use]
    pub fn of_armour(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?.trim();
        let line = text.strip_prefix(BEGIN)?.strip_suffix(END)?;
        let line = line.strip_prefix("\r\n").or_else(|| line.strip_prefix('\n'))?;
        let line = line.strip_suffix('\n')?;
        Self::new(line.strip_suffix('\r').unwrap_or(line)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_comes_back_from_its_armour() {
        for text in ["token-7", " ssh-ed25519 AAAA me@example ", "-----END", "ü"] {
            let public = PublicText::new(text).unwrap();
            assert_eq!(PublicText::of_armour(public.armoured().as_bytes()), Some(public.clone()));
            let windows = public.armoured().replace('\n', "\r\n");
            assert_eq!(PublicText::of_armour(windows.as_bytes()), Some(public));
        }
    }

    #[test]
    fn what_is_more_than_a_line_is_none() {
        assert_eq!(PublicText::new(""), Err(NoPublicText::Empty));
        assert_eq!(PublicText::new("a\nb"), Err(NoPublicText::Control));
        assert_eq!(PublicText::new("a\u{1b}"), Err(NoPublicText::Control));
        assert_eq!(PublicText::new(&"x".repeat(PUBLIC_TEXT_LIMIT + 1)), Err(NoPublicText::TooLong));
        assert!(PublicText::new(&"x".repeat(PUBLIC_TEXT_LIMIT)).is_ok());
        for wrong in
            [format!("{BEGIN}\n{END}\n"), format!("{BEGIN}\na\nb\n{END}"), "a".to_owned(), BEGIN.to_owned()]
        {
            assert_eq!(PublicText::of_armour(wrong.as_bytes()), None, "{wrong}");
        }
    }
}
