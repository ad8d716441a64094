//! What a runbook is worth: whether its plan is proved.

use crate::{
    proof::verdict::{Verdict, Why},
    source::Finding,
};

/// Whether the plan is proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is.
    Proved,
    /// It is refused, for this.
    Refused {
        /// The code of the finding, without `keyroll::`.
        code: String,
        /// What is wrong.
        message: String,
        /// Why, as the plan says of itself.
        because: Option<String>,
    },
    /// Neither, for this reason.
    Open(String),
}

/// How a banner looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// All is well.
    Good,
    /// Not to be done.
    Bad,
    /// Not to be relied on.
    Open,
}

impl Standing {
    /// That of a verdict.
    pub(super) fn of(verdict: &Verdict) -> Self {
        match verdict {
            Verdict::Proven(_) => Self::Proved,
            Verdict::Refuted(refuted) => {
                let expected = refuted.checked.plan().expected.as_ref();
                Self::Refused {
                    code: code(&refuted.finding),
                    message: refuted.finding.to_string(),
                    because: expected.map(|expected| expected.because.clone()),
                }
            }
            Verdict::NotProven(open) => match &open.why {
                Why::Expected(code) => Self::Refused {
                    code: code.clone(),
                    message: "the plan says of itself that it is refused".to_owned(),
                    because: open.checked.plan().expected.as_ref().map(|e| e.because.clone()),
                },
                _ => Self::Open(open.reason()),
            },
        }
    }

    /// The colour of its banner.
    #[must_use]
    pub const fn colour(&self) -> Colour {
        match self {
            Self::Proved => Colour::Good,
            Self::Refused { .. } => Colour::Bad,
            Self::Open(_) => Colour::Open,
        }
    }

    /// The banner: what it is worth, in capitals where it is not to be followed, and why.
    #[must_use]
    pub fn banner(&self) -> (&'static str, String) {
        match self {
            Self::Proved => (
                "Proved.",
                "The plan keeps its promises in every order of its steps, with messages still under way, as \
                 far as what it rests on holds."
                    .to_owned(),
            ),
            Self::Refused { code, message, because } => {
                let because = because.as_ref().map(|why| format!(" The plan says of itself: {why}."));
                let because = because.unwrap_or_default();
                (
                    "REFUSED: NOT AN AGREED PROCEDURE. Do not carry it out.",
                    format!("keyroll refuses the plan ({code}): {message}.{because}"),
                )
            }
            Self::Open(reason) => {
                ("NOT PROVED: nobody has shown that this procedure keeps its promises.", format!("{reason}."))
            }
        }
    }
}

fn code(finding: &Finding) -> String {
    let code = finding.code().map(|code| code.to_string()).unwrap_or_default();
    code.strip_prefix("keyroll::").map_or(code.clone(), str::to_owned)
}
