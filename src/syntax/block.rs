//! Braces: what goes wrong with the lines between them.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::explanation::Explanation;

/// A block has no closing brace.
#[derive(Debug, Diagnostic, Error)]
#[error("the block of `{item}` is not closed")]
#[diagnostic(code(keyroll::unclosed_block), help("close it with a `}}` on a line of its own {place}"))]
pub struct UnclosedBlock {
    /// The word that the sentence begins with.
    pub item: String,
    /// Where the brace may have been meant to stand, in words.
    pub place: String,
    /// The brace.
    #[label("opened here")]
    pub opened: SourceSpan,
    /// The next sentence, or the end of the file.
    #[label("still open here")]
    pub still: SourceSpan,
}

pub(super) const UNCLOSED_BLOCK: Explanation = Explanation {
    code: "unclosed_block",
    title: "a block is not closed",
    text: "\
What is said of a keystore, a receiver, a flow or a step stands between braces. A word that begins a
sentence of its own, such as `step` or `promise`, never stands first on a line between braces. So a
missing brace is noticed where the next such sentence begins, not at the end of the file.

Wrong:
  receiver partner of receiver_admin {
    accepts old

  step retire_old by receiver_admin {
    retire old at partner
  }

Right:
  receiver partner of receiver_admin {
    accepts old
  }

  step retire_old by receiver_admin {
    retire old at partner
  }
",
};

/// A brace that closes or opens nothing.
#[derive(Debug, Diagnostic, Error)]
#[error("this `{brace}` belongs to no block")]
#[diagnostic(code(keyroll::stray_brace), help("{advice}"))]
pub struct StrayBrace {
    /// The brace.
    pub brace: char,
    /// What to do about it.
    pub advice: &'static str,
    /// Its place.
    #[label("no sentence here has a block")]
    pub at: SourceSpan,
}

impl StrayBrace {
    /// The finding for the brace that stands at `at`.
    pub(super) fn new(brace: char, at: SourceSpan) -> Self {
        let advice = if brace == '}' {
            "remove it, or look for a block above that was closed too early"
        } else {
            "write the sentence that it belongs to in front of it, such as `step NAME by ROLE {`"
        };
        Self { brace, advice, at }
    }
}

pub(super) const STRAY_BRACE: Explanation = Explanation {
    code: "stray_brace",
    title: "a brace belongs to no block",
    text: "\
Only keystores, receivers, flows and steps have a block, and blocks do not lie within each other. A
brace outside of them is either left over, or a block above it was closed too early and the lines
since then are read as something else than they were meant to be.

Wrong:
  key new
  }

Right:
  key new
",
};
