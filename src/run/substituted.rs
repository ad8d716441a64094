//! A certificate at a partner that is another one than was sent, as a finding that points at the step.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    explanation::Explanation,
    plan::Plan,
    source::{Finding, Span},
    transition::compared::Substituted,
};

/// The fingerprint that a partner has computed is not that of the certificate which the run knows.
#[derive(Debug, Diagnostic, Error)]
#[error("{what}")]
#[diagnostic(code(keyroll::substituted))]
struct AnotherCertificate {
    what: String,
    #[help]
    help: String,
    #[label("another certificate would be accepted by this")]
    at: SourceSpan,
}

/// A certificate is another one; `options` lead to the same run.
pub fn substituted(plan: &Plan, one: &Substituted, options: &str) -> Finding {
    let at = plan.step(&one.step).map_or_else(Span::default, |step| plan.steps[step].action.span);
    Box::new(AnotherCertificate { what: one.sentence(), help: one.mend(options), at: at.into() })
}

/// What `explain` says.
pub const EXPLANATIONS: &[Explanation] = &[Explanation {
    code: "substituted",
    title: "the certificate that a partner has is not the one that was sent",
    text: "A partner computes the fingerprint of the file that it has installed, with\n\
           `openssl x509 -in FILE -noout -fingerprint -sha256`, and names it with its act:\n\
           `keyroll confirm STEP --as ROLE --fingerprint ...`. It is held against the certificate that the\n\
           run knows, which no request tells. Where it is another one, somebody may have put a certificate\n\
           of their own into the mail. Nothing counts as done then, nothing more is begun, and `run` ends\n\
           with 4.\n\n\
           Phone the partner by a number that you know from before. It takes away what is not yours; then\n\
           `keyroll resume --substituted STEP --as ROLE --because \"sent again, by hand\"` has the run go on.\n\
           The step is still to be done, and is confirmed with the right fingerprint.",
}];
