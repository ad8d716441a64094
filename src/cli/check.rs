//! `keyroll check PLAN`

use std::{collections::BTreeSet, mem::ManuallyDrop};

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    check::{Family, Variant, family},
    page::{findings, junit::Case},
    source::Refusal,
};

use super::{
    by_row::RowByRow,
    exit::Exit,
    json::{Document, Findings},
    library,
    screen::{Screen, cases::Junit},
    text::PlanText,
    weighed::Weights,
};

/// Check a plan: grammar, names, authority, order, knowledge. Executes nothing.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    plan: PlanText,
    #[command(flatten)]
    weights: Weights,
    #[command(flatten)]
    junit: Junit,
    /// Text for people, JSON, SARIF for code scanners, or annotations for GitHub Actions
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Findings,
}

/// A plan that is accepted.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Sound {
    /// The plan's name.
    plan: String,
    /// Its file, or `<stdin>`.
    file: String,
    /// How many steps it has, those of all its variants together.
    steps: usize,
    /// How many roles it has.
    roles: usize,
    /// The plans for the ways to answer its questions; nothing where there is one plan only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    variants: Vec<Part>,
    /// How it was judged, where there are too many of these to judge each.
    #[serde(skip_serializing_if = "Option::is_none")]
    row_by_row: Option<RowByRow>,
    /// Advice, which refuses nothing.
    findings: Vec<findings::Entry>,
}

/// The plan for one way to answer the questions.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct Part {
    /// The answers, as in `holds_two is yes`.
    answers: Vec<String>,
    /// How many steps are left then.
    steps: usize,
}

/// The variants, where there are several.
fn parts(variants: &[Variant]) -> Vec<Part> {
    let one = |variant: &Variant| Part { answers: variant.told(), steps: variant.checked.plan().steps.len() };
    if variants.len() > 1 { variants.iter().map(one).collect() } else { Vec::new() }
}

/// How many steps the variants have together.
fn all_steps(variants: &[Variant]) -> usize {
    if let [only] = variants {
        return only.checked.plan().steps.len();
    }
    let steps = variants.iter().flat_map(|variant| variant.checked.plan().steps.rows());
    steps.map(|step| step.name.value.as_str()).collect::<BTreeSet<&str>>().len()
}

impl Document for Sound {
    const NAME: &'static str = "check";
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Exit {
    screen.speak(arguments.format);
    let begun = arguments.weights.known(screen).and_then(|()| arguments.junit.begin("check", screen));
    if let Err(exit) = begun {
        return exit;
    }
    if arguments.plan.path().is_dir() || library::is_vocabulary(arguments.plan.path()) {
        return library::run(
            &arguments.plan,
            (library::Task::Check, &arguments.weights),
            arguments.format,
            screen,
        );
    }
    match arguments.plan.family(screen) {
        Ok((source, Family { variants, rows })) => {
            // The process ends: to take a large plan apart first would cost a tenth of the time.
            let mut variants = ManuallyDrop::new(variants);
            let (advice, refuses) = arguments.weights.weighed(family::advice(&mut variants));
            let file = source.name.clone();
            if !advice.is_empty() {
                screen.page(&Refusal::new(source, advice));
            }
            if refuses {
                return Exit::Refused;
            }
            let Some(plan) = variants.first().map(|first| first.checked.plan()) else { return Exit::Done };
            let by_row = rows.as_ref().map(|rows| RowByRow::of(rows, variants.len()));
            let parts = if by_row.is_some() { Vec::new() } else { parts(&variants) };
            let roles = plan.landscape.roles.len();
            let steps = all_steps(&variants);
            if let Some(cases) = screen.cases() {
                cases.add(Case::passed(&file, format!("{} is accepted", plan.name)));
            }
            match arguments.format {
                Findings::Sarif | Findings::Github => return Exit::Done,
                Findings::Json => {
                    let findings = screen.found().into_iter().flat_map(|found| found.findings).collect();
                    screen.document(&Sound {
                        plan: plan.name.clone(),
                        file,
                        steps,
                        roles,
                        variants: parts,
                        row_by_row: by_row,
                        findings,
                    });
                    return Exit::Done;
                }
                Findings::Text => {}
            }
            screen.result(format_args!(
                "{}: {steps} {}, {roles} {}, no errors",
                plan.name,
                if steps == 1 { "step" } else { "steps" },
                if roles == 1 { "role" } else { "roles" }
            ));
            if let Some(by_row) = &by_row {
                screen.result(format_args!("  {}", by_row.sentence()));
            }
            for part in &parts {
                let (answers, steps) = (part.answers.join(", "), part.steps);
                let word = if steps == 1 { "step" } else { "steps" };
                screen.result(format_args!("  where {answers}: {steps} {word}"));
            }
            Exit::Done
        }
        Err(exit) => exit,
    }
}
