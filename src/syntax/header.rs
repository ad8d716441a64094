//! The first line of a plan, `keyroll 1`, and what goes wrong with it.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use super::raw;
use crate::explanation::Explanation;
use crate::source::{Finding, Span};

/// The version of the language that is read here.
pub const VERSION: u64 = 1;

/// The text holds nothing but blanks and comments.
#[derive(Debug, Diagnostic, Error)]
#[error("there is no plan in this text")]
#[diagnostic(
    code(keyroll::empty_plan),
    help("begin with a line `keyroll 1`, then `plan NAME`; the folder `plans` holds plans to start from")
)]
pub struct EmptyPlan {
    /// The end of the text.
    #[label("the text ends here")]
    pub at: SourceSpan,
}

pub(super) const EMPTY_PLAN: Explanation = Explanation {
    code: "empty_plan",
    title: "the text holds no plan",
    text: "\
The file is empty, or holds only comments. Often a file was saved before it was written, or the
wrong file was named.

The least that a plan begins with:
  keyroll 1

  plan orders-signer
    \"Renew the key that signs orders\"
",
};

/// The first sentence is not `keyroll 1`.
#[derive(Debug, Diagnostic, Error)]
#[error("a plan begins with the version of its language")]
#[diagnostic(code(keyroll::missing_header), help("write `keyroll 1` as the first line"))]
pub struct MissingHeader {
    /// What stands there instead.
    #[label("`keyroll 1` should stand before this")]
    pub at: SourceSpan,
}

pub(super) const MISSING_HEADER: Explanation = Explanation {
    code: "missing_header",
    title: "the first line is not `keyroll 1`",
    text: "\
The first line names the version of the language, so that a plan which was agreed and approved under
one meaning is never read with another. Only comments and empty lines may stand before it.

Wrong:
  plan orders-signer

Right:
  keyroll 1

  plan orders-signer
",
};

/// The header stands after other sentences, or stands twice.
#[derive(Debug, Diagnostic, Error)]
#[error("`keyroll` stands on the first line only")]
#[diagnostic(
    code(keyroll::misplaced_header),
    help("keep one `keyroll 1`, before everything else; if two files were joined, split them again")
)]
pub struct MisplacedHeader {
    /// The header.
    #[label("this is not the first sentence")]
    pub at: SourceSpan,
}

pub(super) const MISPLACED_HEADER: Explanation = Explanation {
    code: "misplaced_header",
    title: "`keyroll 1` does not stand first",
    text: "\
The version of the language is said once, before everything else. A second header usually means that
two plans were joined into one file; a file holds one plan.

Wrong:
  plan orders-signer
  keyroll 1

Right:
  keyroll 1
  plan orders-signer
",
};

/// The version is missing, is no number, or is one that this program does not know.
#[derive(Debug, Diagnostic, Error)]
#[error("{found} is no version of the language that this program knows")]
#[diagnostic(
    code(keyroll::unknown_version),
    help("write `keyroll 1`, or use a program that knows the other version")
)]
pub struct UnknownVersion {
    /// What stands where the version should stand, quoted.
    pub found: String,
    /// Its place.
    #[label("only `1` is known")]
    pub at: SourceSpan,
}

pub(super) const UNKNOWN_VERSION: Explanation = Explanation {
    code: "unknown_version",
    title: "the plan is written in an unknown version of the language",
    text: "\
A plan says in its first line in which version of the language it is written. This program knows
version 1. A plan of another version is not read any further, because its words may mean something
else there. The version is a whole number.

Wrong:
  keyroll 1.0

Right:
  keyroll 1
",
};

/// Something follows the version on its line.
#[derive(Debug, Diagnostic, Error)]
#[error("{found} stands on the line of the header")]
#[diagnostic(code(keyroll::text_after_header), help("begin a new line after `keyroll 1`"))]
pub struct TextAfterHeader {
    /// What follows, quoted.
    pub found: String,
    /// Its place.
    #[label("this belongs on a line of its own")]
    pub at: SourceSpan,
}

pub(super) const TEXT_AFTER_HEADER: Explanation = Explanation {
    code: "text_after_header",
    title: "something follows `keyroll 1` on its line",
    text: "\
The first line holds the version of the language and nothing else but a comment.

Wrong:
  keyroll 1 plan orders-signer

Right:
  keyroll 1        # the version of the language
  plan orders-signer
",
};

/// What is wrong with the line at `start`, which begins with `keyroll` but is no header; and
/// whether the text after it can still be read as version 1.
pub(super) fn header_fault(text: &str, start: usize) -> (Finding, bool) {
    let line = raw::line(text, start);
    let code = line.get(..raw::code_end(line)).unwrap_or(line);
    let after_word = code.strip_prefix("keyroll").unwrap_or(code);
    let version = after_word.trim_start();
    let at = start + code.len() - version.len();
    let written = version.split([' ', '\t']).next().unwrap_or("");
    if written == "1" {
        let more = version.strip_prefix('1').unwrap_or("").trim_start();
        let span = Span::new(start + code.len() - more.len(), start + code.len());
        return (
            Box::new(TextAfterHeader { found: format!("`{}`", raw::quote(more)), at: span.into() }),
            true,
        );
    }
    let found = if written.is_empty() { "nothing".to_owned() } else { format!("`{}`", raw::quote(written)) };
    let other = !written.is_empty() && written.chars().all(|c| c.is_ascii_digit());
    (Box::new(UnknownVersion { found, at: Span::new(at, at + written.len()).into() }), !other)
}
