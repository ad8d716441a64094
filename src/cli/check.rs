//! `keyroll check PLAN`

use schemars::JsonSchema;
use serde::Serialize;

use crate::{page::findings, source::Refusal};

use super::{
    exit::Exit,
    json::{Document, Findings},
    library,
    screen::Screen,
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
    /// How many steps it has.
    steps: usize,
    /// How many roles it has.
    roles: usize,
    /// Advice, which refuses nothing.
    findings: Vec<findings::Entry>,
}

impl Document for Sound {
    const NAME: &'static str = "check";
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Exit {
    screen.speak(arguments.format);
    if let Err(exit) = arguments.weights.known(screen) {
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
    match arguments.plan.checked(None, screen) {
        Ok((source, mut checked)) => {
            let (advice, refuses) = arguments.weights.weighed(checked.take_advice());
            let file = source.name.clone();
            if !advice.is_empty() {
                screen.page(&Refusal::new(source, advice));
            }
            if refuses {
                return Exit::Refused;
            }
            let plan = checked.plan();
            let (steps, roles) = (plan.steps.len(), plan.landscape.roles.len());
            match arguments.format {
                Findings::Sarif | Findings::Github => return Exit::Done,
                Findings::Json => {
                    let findings = screen.found().into_iter().flat_map(|found| found.findings).collect();
                    screen.document(&Sound { plan: plan.name.clone(), file, steps, roles, findings });
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
            Exit::Done
        }
        Err(exit) => exit,
    }
}
