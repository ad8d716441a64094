//! What is declared, and nothing speaks of it.

use miette::{Diagnostic, SourceSpan};
use thiserror::Error;

use crate::{
    explanation::Explanation,
    plan,
    source::{Finding, Mend, shown},
};

use super::Subject;

/// Nothing speaks of it.
#[derive(Debug, Diagnostic, Error)]
#[error("nothing uses the {kind} `{name}`")]
#[diagnostic(severity(Advice), code(keyroll::unused))]
struct Unused {
    kind: &'static str,
    name: String,
    #[help]
    help: String,
    #[label("declared, and not spoken of again")]
    at: SourceSpan,
}

/// Finds roles, keys, keystores, receivers, windows, facts and parameters of which no other sentence speaks.
#[must_use]
pub fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let findings = subject.plan.unused.iter().map(|unused| -> Finding {
        let name = shown(&unused.name);
        Mend::TakeOut.of(Box::new(Unused {
            kind: unused.kind,
            help: help(unused),
            name,
            at: unused.at.into(),
        }))
    });
    findings.collect()
}

fn help(unused: &plan::scope::Unused) -> String {
    let name = shown(&unused.name);
    let how = match unused.kind {
        "role" => format!("give it what it owns or does, as in `step ... by {name}`"),
        "group" => format!("name it where roles are listed, as in `inform {name}`"),
        "key" => format!("say where it lies or what becomes of it, as in `create {name} in ...`"),
        "keystore" => format!("let a flow sign from it, as in `signs xml with {name}[...]`"),
        "receiver" => format!("let a flow send to it: `sends to {name}`"),
        "fact" => format!("let a step `set {name}`, and another one say `needs {name} set`"),
        "window" => format!("agree on it and keep to it, as in `interrupted only in {name}`"),
        _ => format!("write `${name}` where its value belongs"),
    };
    format!("{how}; or take it out")
}

/// What `explain` says.
pub const EXPLANATION: Explanation = Explanation {
    code: "unused",
    title: "advice: something is declared and not used",
    text: "\
A role that neither owns nor does nor is told anything, a key that lies nowhere, a receiver to
which nothing is sent, a window that nobody agrees on, a fact that nobody sets or asks for, a
parameter whose value nothing takes: the plan says the same without it. Often another name was
meant somewhere, and then the plan does not say what its author means: a flow with `delivers
within 24h` beside a parameter `delivery` heeds the 24 hours, and whoever gives the parameter
another value changes nothing.
",
};
