//! `keyroll retry STEP --as ROLE`

use crate::transition::event::{Actor, Event};

use crate::cli::{
    at_site::{AtSite, Attached},
    confirm::{submit, unknown},
    exit::Exit,
    json::Format,
    screen::Screen,
};

/// Let a step be tried again that failed or was declined; the next `keyroll run` does so.
///
/// A step that was declined is open again. One that failed may have taken effect all the same: the run looks first,
/// and does not do again what is done.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The step
    step: String,
    /// The role that you act for
    #[arg(long = "as", value_name = "ROLE")]
    role: String,
    /// Who you are, for the journal
    #[arg(long, value_name = "NAME")]
    person: Option<String>,
    #[command(flatten)]
    at: AtSite,
    /// Text for people, or JSON
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// Does it.
pub fn run(arguments: &Arguments, screen: &mut Screen) -> Exit {
    screen.speak(arguments.format);
    let Attached { checked, mut host, .. } = match arguments.at.attach(false, screen) {
        Ok(attached) => attached,
        Err(exit) => return exit,
    };
    if checked.plan().step(&arguments.step).is_none() {
        return unknown(&checked, &arguments.step, screen);
    }
    if let Err(exit) = crate::cli::of_run::abort::acting(&checked, &arguments.role, screen) {
        return exit;
    }
    let by = Actor { role: arguments.role.clone(), person: arguments.person.clone(), automatic: false };
    let event = Event::Retried { step: arguments.step.clone(), by };
    submit(&checked, &mut host, vec![event], (&arguments.step, &arguments.role), screen)
}
