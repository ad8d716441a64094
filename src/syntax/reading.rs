//! From the bytes of a file to its text.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::explanation::Explanation;
use crate::source::{Refusal, Source, Span};

/// The largest plan or site, in bytes: 16 MiB.
pub const SIZE_LIMIT: usize = 16 * 1024 * 1024;

/// The file is no UTF-8 text.
#[derive(Debug, Diagnostic, Error)]
#[error("this file is no UTF-8 text: byte {offset} begins no character")]
#[diagnostic(
    code(keyroll::not_utf8),
    help("save the file as UTF-8 in your editor; the letters around the place tell which word it is")
)]
pub struct NotUtf8 {
    /// How many bytes stand before the first one that is wrong.
    pub offset: usize,
    /// Its place in the drawn text.
    #[label("here")]
    pub at: SourceSpan,
}

pub(super) const NOT_UTF8: Explanation = Explanation {
    code: "not_utf8",
    title: "the file is no UTF-8 text",
    text: "\
Plans are read as UTF-8. A file in another encoding (Latin-1, Windows-1252, UTF-16) is refused and
not guessed at, because a guess could turn one name into another. A byte order mark in front of
UTF-8 text is accepted and skipped.

Choose UTF-8 when saving, or convert the file:
  iconv -f WINDOWS-1252 -t UTF-8 old.renewal > new.renewal
",
};

/// The file is larger than 16 MiB.
#[derive(Debug, Diagnostic, Error)]
#[error("this file has {size} bytes, which is more than a plan may have")]
#[diagnostic(
    code(keyroll::file_too_large),
    help("a plan has at most {SIZE_LIMIT} bytes; see whether this is the file that you meant")
)]
pub struct FileTooLarge {
    /// The size of the file, in bytes.
    pub size: usize,
}

pub(super) const FILE_TOO_LARGE: Explanation = Explanation {
    code: "file_too_large",
    title: "the file is too large for a plan",
    text: "\
A plan file has at most 16 MiB, which is room for more than a hundred thousand steps. A larger file
is mostly something else: a log, an archive, a keystore.
",
};

/// The byte order mark, which may stand in front of a text.
pub const MARK: &str = "\u{FEFF}";

/// Takes the bytes of a file as a text. A byte order mark in front is skipped.
///
/// # Errors
/// When the bytes are more than 16 MiB or no UTF-8; the refusal then holds as much of the text as
/// can be drawn.
pub fn read(name: impl Into<String>, bytes: Vec<u8>) -> Result<Source, Refusal> {
    if bytes.len() > SIZE_LIMIT {
        let size = bytes.len();
        return Err(Refusal::new(Source::new(name, ""), vec![Box::new(FileTooLarge { size })]));
    }
    match String::from_utf8(bytes) {
        Ok(text) => match text.strip_prefix(MARK) {
            Some(rest) => Ok(Source::new(name, rest)),
            None => Ok(Source::new(name, text)),
        },
        Err(error) => {
            // Everything before the first wrong byte is as long in the drawn text as in the file.
            let offset = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(error.as_bytes());
            let at = Span::new(offset, offset + char::REPLACEMENT_CHARACTER.len_utf8()).into();
            Err(Refusal::new(Source::new(name, text), vec![Box::new(NotUtf8 { offset, at })]))
        }
    }
}
