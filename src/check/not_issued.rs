//! A certificate that no role issues.

use std::collections::BTreeSet;

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    explanation::Explanation,
    source::{Finding, Span, shown},
    world::{effect::Effect, id::KeyId},
};

use super::Subject;

/// There is no certificate to issue.
#[derive(Debug, Diagnostic, Error)]
#[error("{what}")]
#[diagnostic(code(keyroll::not_issued), help("{help}"))]
struct NotIssued {
    what: String,
    help: String,
    #[label("{label}")]
    at: SourceSpan,
    label: &'static str,
}

/// Finds steps towards a certificate of which nothing says who issues it, and issuers of keys that no
/// step makes in a keystore.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let plan = subject.plan;
    let mut findings: Vec<Finding> = Vec::new();
    let name = |key: KeyId| shown(&plan.landscape.keys[key]);
    let finding = |(what, help): (String, String), at: Span, label| -> Finding {
        Box::new(NotIssued { what, help, at: at.into(), label })
    };
    let mut made: BTreeSet<KeyId> = BTreeSet::new();
    for step in plan.steps.rows() {
        let action = &step.action.value;
        let puts = |key: &KeyId| {
            action.effects().iter().any(|e| matches!(e, Effect::Put { key: k, .. } if k == key))
        };
        made.extend(action.makes().filter(puts));
        let Some(key) = action.certifies().map(|certifying| certifying.key()) else { continue };
        if plan.issuer(key).is_none() {
            let key = name(key);
            let what = format!("nothing says who issues the certificate of `{key}`");
            let help = format!("say it, as in `certificate of {key} issued by ROLE`");
            findings.push(finding((what, help), step.action.span, "speaks of an issued certificate"));
        }
    }
    let accepted = |key: KeyId| plan.start.accepted.rows().any(|set| set.contains(key));
    let held = |key: KeyId| plan.start.places.rows().any(|held| *held == Some(key));
    for (key, said) in &plan.declared.issuers {
        let Some((_, at)) = said.first() else { continue };
        let shown_key = name(*key);
        if held(*key) || accepted(*key) {
            let what = format!("`{shown_key}` is there from the start, and so is its certificate");
            let help = "leave the line out: it is for a key that a step creates".to_owned();
            findings.push(finding((what, help), *at, "nothing is left to issue"));
        } else if !made.contains(key) {
            let what =
                format!("no step makes `{shown_key}` in a keystore, so no certificate is issued for it");
            let help = format!(
                "add a step that does `create {shown_key} in KEYSTORE as \"...\"`, or leave the line out"
            );
            findings.push(finding((what, help), *at, "for this key"));
        }
    }
    findings
}

/// What `explain` says.
pub const EXPLANATION: Explanation = Explanation {
    code: "not_issued",
    title: "a certificate that no role issues",
    text: "\
`order`, `certify` and `install` are for a key whose certificate another role issues. The plan says
which one, of a key that one of its steps creates. All other keys come with a certificate of their
own.

Right:
  key new
  certificate of new issued by receiver_admin
",
};
