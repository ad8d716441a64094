//! Why a certificate is no proof.

use miette::Diagnostic;
use thiserror::Error;

use crate::explanation::Explanation;

/// Why a certificate is no proof of a plan.
#[derive(Clone, Debug, Diagnostic, Error, PartialEq, Eq)]
pub enum Refused {
    /// It is none.
    #[error("it is no certificate: {0}")]
    #[diagnostic(
        code(keyroll::certificate_unreadable),
        help("name the file that `keyroll prove PLAN --certificate FILE` wrote")
    )]
    Unreadable(String),
    /// It is of another version.
    #[error("it is a certificate of another version: `{0}`")]
    #[diagnostic(
        code(keyroll::certificate_version),
        help("prove the plan again with this keyroll, or verify with the one that wrote it")
    )]
    Version(String),
    /// It is not as it was written.
    #[error("it was changed after it was written")]
    #[diagnostic(
        code(keyroll::certificate_altered),
        help("fetch it again, or write it anew with `keyroll prove PLAN --certificate FILE`")
    )]
    Altered,
    /// It is about something else: this.
    #[error("it is a certificate of something else: {0} differs")]
    #[diagnostic(
        code(keyroll::certificate_foreign),
        help("give the plan and the values (--set) of which it was written, or prove this plan anew")
    )]
    Foreign(&'static str),
    /// Something is not shown.
    #[error("it does not show {0}")]
    #[diagnostic(
        code(keyroll::certificate_gap),
        help("do not rely on it: prove the plan, and ask where the certificate came from")
    )]
    Gap(String),
}

impl Refused {
    /// Refuses what is not shown.
    pub(super) fn unless(is_shown: bool, what: &str) -> Result<(), Self> {
        if is_shown { Ok(()) } else { Err(Self::gap(what)) }
    }

    /// The same for something that is not shown.
    pub(super) fn gap(what: impl Into<String>) -> Self {
        Self::Gap(what.into())
    }
}

/// What `explain` says.
pub const EXPLANATIONS: &[Explanation] = &[
    Explanation {
        code: "certificate_unreadable",
        title: "a file is no certificate of a proof",
        text: "`keyroll verify-proof` reads what `keyroll prove --certificate` wrote: one line of JSON, of\n\
               at most 64 MiB. Another file says nothing about a plan.",
    },
    Explanation {
        code: "certificate_version",
        title: "a certificate is of another version",
        text: "A certificate names the version of its form. Another version may mean another thing by the\n\
               same words, so it is not read. Prove the plan again: that takes no longer than before.",
    },
    Explanation {
        code: "certificate_altered",
        title: "a certificate was changed after it was written",
        text: "A certificate carries a digest of itself, and there is one way to write it. A byte more,\n\
               another one or one less, and it is refused, though it might still be true.\n\n\
               The digest finds damage. It is no signature: whoever changes a certificate can make another\n\
               digest, and then what the certificate says is checked and found to be false.",
    },
    Explanation {
        code: "certificate_foreign",
        title: "a certificate is about another plan",
        text: "A certificate is about one text of a plan with one value of each parameter, from one start,\n\
               and states what the verdict states. A space more in the plan and it is another plan.\n\n\
               Give the same file and the same --set, or prove the plan as it is now.",
    },
    Explanation {
        code: "certificate_gap",
        title: "a certificate does not show what it must",
        text: "What has to be shown is found from the plan anew: that every step can be done when its turn\n\
               has come, that no promise is broken at any moment, and that the end is as `finally` says.\n\
               For each part the certificate must hold a reason: a path along the `after` lines of the plan,\n\
               a chain of messages, or every world with its distance from the end. One of them is missing,\n\
               is not true of this plan, or is there without being asked for.",
    },
];
