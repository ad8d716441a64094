//! `keyroll check PLAN`

use crate::source::Refusal;

use super::{exit::Exit, screen::Screen, text::PlanText};

/// Check a plan: grammar, names, authority, order, knowledge. Executes nothing.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    plan: PlanText,
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Exit {
    match arguments.plan.checked(None, screen) {
        Ok((source, mut checked)) => {
            let advice = checked.take_advice();
            if !advice.is_empty() {
                screen.page(&Refusal::new(source, advice));
            }
            let plan = checked.plan();
            let (steps, roles) = (plan.steps.len(), plan.landscape.roles.len());
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
