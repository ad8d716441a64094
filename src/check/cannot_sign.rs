//! A flow that would sign xml with what has no private half.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    explanation::Explanation,
    source::{Finding, shown},
    world::{effect::Effect, id::PlaceId, landscape::Stamp},
};

use super::Subject;

/// What was handed over cannot sign.
#[derive(Debug, Diagnostic, Error)]
#[error("`{flow}` would sign xml with `{key}`, of which only the certificate is imported")]
#[diagnostic(
    code(keyroll::cannot_sign),
    help(
        "let the owner of the keystore `create {key}` there, or write `stamps with` if the flow signs nothing"
    )
)]
struct CannotSign {
    flow: String,
    key: String,
    #[label("imports it without its private half")]
    at: SourceSpan,
    #[label("signs xml")]
    signs: SourceSpan,
}

/// Finds imported keys that an alias names with which a flow signs.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let plan = subject.plan;
    let mut findings: Vec<Finding> = Vec::new();
    for step in plan.steps.rows() {
        let action = &step.action.value;
        let Some(key) = action.uses_public_half() else { continue };
        let Some(Effect::Put { place: imported, .. }) = action.effects().first().copied() else { continue };
        let named =
            plan.steps.rows().flat_map(|other| other.action.value.effects()).filter_map(
                |effect| match effect {
                    Effect::Exchange { place, key: other, .. }
                    | Effect::Repoint { own: place, key: other, .. }
                        if other == key =>
                    {
                        Some(place)
                    }
                    _ => None,
                },
            );
        let named: Vec<PlaceId> = named.chain([imported]).collect();
        let flow = plan.landscape.channels.iter().find(|(_, channel)| {
            channel.stamp == Stamp::XmlSignature && named.iter().any(|place| channel.lists(*place))
        });
        let Some((id, flow)) = flow else { continue };
        findings.push(Box::new(CannotSign {
            flow: shown(&flow.name),
            key: shown(&plan.landscape.keys[key]),
            at: step.action.span.into(),
            signs: plan.declared.flows[id].into(),
        }));
    }
    findings
}

/// What `explain` says.
pub const EXPLANATION: Explanation = Explanation {
    code: "cannot_sign",
    title: "a flow would sign with a certificate",
    text: "`import` brings what another role hands over: a certificate, and no private key. A flow that\n\
           `signs xml with` an alias needs the private key under it.",
};
