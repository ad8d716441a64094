//! What `new` tells machines.

use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    cli::json::Document,
    template::{Entry, Made, Still},
};

/// The plans to begin with.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Templates {
    /// Each of them.
    pub(super) templates: Vec<Listed>,
}

/// A plan to begin with.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(super) struct Listed {
    /// Its name, for --from.
    name: String,
    /// What it is for.
    title: String,
    /// How long its flows stand still in the worst case, in words; `never` where they do not.
    stands_still: String,
    /// Whether it accepts that messages are rejected or flows interrupted, as in an emergency.
    waives: bool,
}

/// A plan that was begun.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Begun {
    /// The plan of the library that it was made of.
    template: String,
    /// Its name.
    plan: String,
    /// How many steps it has.
    steps: usize,
    /// Where it was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<String>,
    /// Its text, where it went to no file.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// The promises that hold in every order of events.
    promises: Vec<String>,
    /// What holds at the end.
    finals: Vec<String>,
    /// Hazards that it accepts.
    waived: Vec<String>,
    /// What the proof rests on.
    assumptions: Vec<String>,
    /// How long its flows stand still in the worst case, in words; `never` where they do not.
    stands_still: String,
}

impl Document for Templates {
    const NAME: &'static str = "templates";
}

impl Document for Begun {
    const NAME: &'static str = "new";
}

impl Listed {
    /// That of a plan.
    pub(super) fn of(entry: &Entry) -> Self {
        let (name, title) = (entry.name.to_owned(), entry.title.clone());
        Self { name, title, stands_still: entry.still.word().to_owned(), waives: entry.waives }
    }
}

impl Begun {
    /// What was made of a template, and where it was written.
    pub(super) fn of(template: &str, made: &Made, output: Option<&Path>) -> Self {
        let (plan, proof) = (made.proven.checked().plan(), made.proven.proof());
        Self {
            template: template.to_owned(),
            plan: plan.name.clone(),
            steps: plan.steps.len(),
            output: output.map(|path| path.display().to_string()),
            text: output.is_none().then(|| made.text.clone()),
            promises: proof.promises.iter().map(|(promise, _)| promise.clone()).collect(),
            finals: proof.finals.clone(),
            waived: proof.waived.clone(),
            assumptions: proof.assumptions.clone(),
            stands_still: Still::of(made.proven.checked()).word().to_owned(),
        }
    }
}
