//! What is wrong with a vocabulary.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    explanation::Explanation,
    source::{Finding, Span, shown},
};

/// A kind that nobody declared.
#[derive(Debug, Diagnostic, Error)]
#[error("{what}")]
#[diagnostic(code(keyroll::unknown_kind))]
pub(super) struct UnknownKind {
    pub(super) what: String,
    #[help]
    pub(super) help: String,
    #[label("not so")]
    pub(super) at: SourceSpan,
}

/// A kind that is something else already.
#[derive(Debug, Diagnostic, Error)]
#[error("`{kind}` is a kind already")]
#[diagnostic(code(keyroll::kind_twice), help("choose another word for this kind"))]
pub(super) struct KindTwice {
    pub(super) kind: String,
    #[label("declared again here")]
    pub(super) at: SourceSpan,
}

/// A sentence that cannot be one.
#[derive(Debug, Diagnostic, Error)]
#[error("{why}")]
#[diagnostic(code(keyroll::bad_saying))]
pub(super) struct BadSaying {
    pub(super) why: String,
    #[help]
    pub(super) help: String,
    #[label("in this sentence")]
    pub(super) at: SourceSpan,
}

/// Two sentences that nobody could tell apart.
#[derive(Debug, Diagnostic, Error)]
#[error("`{said}` is said already, for {other}")]
#[diagnostic(code(keyroll::said_elsewhere), help("say one of the two with other words"))]
pub(super) struct SaidElsewhere {
    pub(super) said: String,
    pub(super) other: String,
    #[label("said again here")]
    pub(super) at: SourceSpan,
}

/// The finding for a sentence that a plan within this one has for something else.
#[must_use]
pub fn said_otherwise(said: &str, called: &str, at: Span) -> Finding {
    let other = format!("something else in `{}`", shown(called));
    Box::new(SaidElsewhere { said: shown(said), other, at: at.into() })
}

/// A sentence that is no part of a vocabulary.
#[derive(Debug, Diagnostic, Error)]
#[error("a vocabulary declares words, and this is said of a plan")]
#[diagnostic(
    code(keyroll::not_in_vocabulary),
    help("move it into the plan, or write `plan NAME` instead of `vocabulary NAME`")
)]
pub(super) struct NotInVocabulary {
    #[label("not in a vocabulary")]
    pub(super) at: SourceSpan,
}

/// A file that cannot be used.
#[derive(Debug, Diagnostic, Error)]
#[error("the vocabulary `{file}` {why}")]
#[diagnostic(code(keyroll::vocabulary_file))]
pub(super) struct VocabularyFile {
    pub(super) file: String,
    pub(super) why: String,
    #[help]
    pub(super) help: String,
    #[label("used here")]
    pub(super) at: SourceSpan,
}

/// What `explain` says.
pub const EXPLANATIONS: &[Explanation] = &[
    Explanation {
        code: "unknown_kind",
        title: "a kind that nobody declared",
        text: "\
A kind is a word for one of the things that plans are about: `key`, `keystore`, `receiver`, `flow`
and `fact`. It is declared in the plan or in a vocabulary that the plan uses.

Right:
  kind token is key
  kind gateway is receiver
",
    },
    Explanation {
        code: "kind_twice",
        title: "two kinds with one word",
        text: "A word is one kind, in all vocabularies that a plan uses together. The words of the core are\n\
               taken: `key`, `keystore`, `receiver`, `flow`, `window`, `role` and so on.",
    },
    Explanation {
        code: "bad_saying",
        title: "a sentence that means nothing",
        text: "\
`say` declares a sentence and names the one of the core that it stands for. Both name the same
places, each once: `<key>`, or `<old:key>` where there are two of a kind.

Right:
  say \"issue <token> in <vault> as <alias>\"
    for \"create <token> in <vault> as <alias>\"
",
    },
    Explanation {
        code: "said_elsewhere",
        title: "one sentence with two meanings",
        text: "What a plan says can be read in one way only. Two sentences with the same words and the same\n\
               places are one sentence, so they cannot mean two things.",
    },
    Explanation {
        code: "not_in_vocabulary",
        title: "a sentence of a plan in a vocabulary",
        text: "A vocabulary holds `kind`, `say` and `use`, and its head `vocabulary NAME`. Steps, roles and keys\n\
               belong to plans.",
    },
    Explanation {
        code: "vocabulary_file",
        title: "a vocabulary that cannot be used",
        text: "\
`use \"FILE\"` reads a vocabulary that lies beside the plan, or in a folder below it; `use \"std/tls\"`
one that keyroll brings with it. `version 2` behind it asks for that version and no other.

Right:
  use \"tokens.renewal\" version 1
",
    },
];
