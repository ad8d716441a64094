//! A certificate in the hands of the wrong role.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    action::certifying::Certifying,
    explanation::Explanation,
    source::{Finding, shown},
    world::id::RoleId,
};

use super::{Subject, certificate_missing::keeper};

/// Another role issues or orders it.
#[derive(Debug, Diagnostic, Error)]
#[error("`{role}` does not {what} the certificate of `{key}`")]
#[diagnostic(code(keyroll::wrong_issuer), help("{help}"))]
struct WrongIssuer {
    role: String,
    what: &'static str,
    key: String,
    help: String,
    #[label("that is for `{other}`")]
    at: SourceSpan,
    other: String,
}

/// Finds certificates that are ordered from or issued by another role than the plan says, and orders
/// of a role that does not own the keystore of the key.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let plan = subject.plan;
    let mut findings: Vec<Finding> = Vec::new();
    for step in plan.steps.rows() {
        let Some(certifying) = step.action.value.certifies() else { continue };
        let key = certifying.key();
        let (Some(issuer), role) = (plan.issuer(key), step.role.value) else { continue };
        let name = |role: RoleId| shown(&plan.landscape.roles[role]);
        let shown_key = shown(&plan.landscape.keys[key]);
        let mut tell = |(role, other): (RoleId, RoleId), what, help: String| {
            let (role, other, key) = (name(role), name(other), shown_key.clone());
            findings.push(Box::new(WrongIssuer {
                role,
                what,
                key,
                help,
                at: step.action.span.into(),
                other,
            }));
        };
        let issues = format!("`certificate of {shown_key} issued by {}` says who does", name(issuer));
        match certifying {
            Certifying::Order(_, from) => {
                if from != issuer {
                    tell((from, issuer), "issue", issues);
                }
                if let Some(keeper) = keeper(plan, key).filter(|keeper| *keeper != role) {
                    let help =
                        "the request is signed with the key: the owner of its keystore orders".to_owned();
                    tell((role, keeper), "order", help);
                }
            }
            Certifying::Certify(_) if role != issuer => tell((role, issuer), "issue", issues),
            // Its keystore has an owner, who does it.
            Certifying::Certify(_) | Certifying::Install(..) => {}
        }
    }
    findings
}

/// What `explain` says.
pub const EXPLANATION: Explanation = Explanation {
    code: "wrong_issuer",
    title: "a certificate in the hands of the wrong role",
    text: "\
The role that `certificate of new issued by ROLE` names is asked for the certificate and issues it.
The request is signed with the key itself, so that the owner of its keystore orders it.
",
};
