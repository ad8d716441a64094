//! A new key that is too weak to begin with.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    explanation::Explanation,
    source::{Finding, Span, shown},
    world::{id::KeyId, weakness::Weakness},
};

use super::Subject;

/// What is weak is not brought in anew.
#[derive(Debug, Diagnostic, Error)]
#[error("`{key}` is to be new, and is weak: {weakness}")]
#[diagnostic(
    code(keyroll::weak_algorithm),
    help("{remedy}; or say why it has to be so: `waive {key} weak because \"...\"`")
)]
struct WeakAlgorithm {
    key: String,
    weakness: Weakness,
    remedy: String,
    #[label("too weak for a new key")]
    at: SourceSpan,
}

/// Finds keys that are not in use yet and of which the plan says that they are of a weak type.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let plan = subject.plan;
    let said = plan.declared.kinds.said.iter();
    let weak = said.filter_map(|(key, (kind, at))| Some((*key, Weakness::of_kind(*kind)?, *at)));
    let weak: Vec<(KeyId, Weakness, Span)> = weak.collect();
    if weak.is_empty() {
        return Vec::new();
    }
    let may_be = plan.may_be_weak();
    let refused = weak.into_iter().filter(|(key, ..)| !may_be.contains(key));
    refused.map(|(key, weakness, at)| finding(&shown(&plan.landscape.keys[key]), weakness, at)).collect()
}

/// The finding at the author's words.
fn finding(key: &str, weakness: Weakness, at: Span) -> Finding {
    Box::new(WeakAlgorithm { key: key.to_owned(), weakness, remedy: weakness.remedy(), at: at.into() })
}

/// What `explain` says.
pub const EXPLANATION: Explanation = Explanation {
    code: "weak_algorithm",
    title: "a new key or certificate is too weak",
    text: "\
Who renews a key chooses its type for years. What is brought in anew is therefore no RSA below 2048
bits, no DSA, on no curve below 256 bits, and signed over neither MD5 nor SHA-1. A plan that says so
of a new key is refused, and so is a site; a run refuses such a pair or certificate before it is put
anywhere.

What is in use already may be weak: that is a reason to renew it. A dry run and a run say so.

Where the other side takes nothing better, the plan says why, and the verdict begins with it:

  waive new weak because \"the gateway takes RSA of 1024 bits only, until its exchange in May\"

Wrong:
  type of new is rsa-1024

Right:
  type of old is rsa-1024
  type of new is rsa-3072

The limits are those of NIST SP 800-131A Rev. 2, FIPS 186-5, RFC 8301, RFC 8422 and RFC 9155.
",
};
