//! `keyroll check PLAN`

use std::path::PathBuf;

use crate::{plan::given::Given, source::Refusal};

use super::{
    exit::Exit,
    screen::Screen,
    text::{assignment, checked, plan, values},
};

/// Check a plan: grammar, names, authority, order, knowledge. Executes nothing.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The plan, or - for standard input
    plan: PathBuf,
    /// Give a parameter another value
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = assignment)]
    set: Vec<(String, String)>,
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Exit {
    let source = match plan(&arguments.plan, screen) {
        Ok(source) => source,
        Err(exit) => return exit,
    };
    let given = match values(&arguments.set, screen) {
        Ok(values) => Given::parameters(values),
        Err(exit) => return exit,
    };
    match checked(&source, &given, screen) {
        Ok(mut checked) => {
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
