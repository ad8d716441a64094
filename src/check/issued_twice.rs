//! A key for which two certificates are issued.

use std::collections::BTreeMap;

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    action::certifying::Certifying,
    explanation::Explanation,
    source::{Finding, Span, shown},
    world::id::KeyId,
};

use super::Subject;

/// A second certificate.
#[derive(Debug, Diagnostic, Error)]
#[error("{what} twice")]
#[diagnostic(code(keyroll::issued_twice), help("{help}"))]
struct IssuedTwice {
    what: String,
    help: &'static str,
    #[label("again")]
    at: SourceSpan,
    #[label("first")]
    first: SourceSpan,
}

const ALIAS: &str = "an alias names one key with one certificate: declare a key of its own for each \
                     partner that issues one, under an alias of its own";
const STEP: &str = "leave one of the two steps out";

/// Finds keys with two issuers, and certificates that are ordered, issued or installed in two steps.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let plan = subject.plan;
    let mut findings: Vec<Finding> = Vec::new();
    for (key, said) in &plan.declared.issuers {
        let mut said = said.iter();
        let Some((_, first)) = said.next() else { continue };
        for (_, again) in said {
            let what = format!("the certificate of `{}` is issued", shown(&plan.landscape.keys[*key]));
            findings.push(twice(what, ALIAS, (*again, *first)));
        }
    }
    let mut steps: BTreeMap<(&str, KeyId), Span> = BTreeMap::new();
    for step in plan.steps.rows() {
        let Some(certifying) = step.action.value.certifies() else { continue };
        let how = match certifying {
            Certifying::Order(..) => "ordered",
            Certifying::Certify(_) => "issued",
            Certifying::Install(..) => "installed",
        };
        let key = certifying.key();
        if let Some(first) = steps.get(&(how, key)) {
            let what = format!("the certificate of `{}` is {how}", shown(&plan.landscape.keys[key]));
            findings.push(twice(what, STEP, (step.action.span, *first)));
        } else {
            steps.insert((how, key), step.action.span);
        }
    }
    findings
}

fn twice(what: String, help: &'static str, (at, first): (Span, Span)) -> Finding {
    Box::new(IssuedTwice { what, help, at: at.into(), first: first.into() })
}

/// What `explain` says.
pub const EXPLANATION: Explanation = Explanation {
    code: "issued_twice",
    title: "two certificates are issued for one key",
    text: "What lies under an alias is one key with one certificate. Where two partners each issue a\n\
           certificate and accept no other, each needs a key and an alias of its own: two `key`\n\
           declarations, each with its line `certificate of ... issued by ...`, and a flow for each alias.",
};
