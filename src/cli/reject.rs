//! `keyroll reject STEP --as ROLE --because "..."`

use crate::{
    journal::Host,
    run::casting::Casting,
    source::shown,
    transition::{
        event::{Actor, Event},
        state::Status,
    },
};

use super::{
    at_site::{AtSite, Attached},
    confirm::{submit, unknown},
    exit::Exit,
    json::Format,
    screen::Screen,
};

/// Decline an act of a role, or say no to a proposal; the run waits, and the act can be done later.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The step
    step: String,
    /// The role that you act for
    #[arg(long = "as", value_name = "ROLE")]
    role: String,
    /// Why
    #[arg(long, value_name = "REASON")]
    because: String,
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
    let Attached { checked, mut host, site, .. } = match arguments.at.attach(false, screen) {
        Ok(attached) => attached,
        Err(exit) => return exit,
    };
    let plan = checked.plan();
    let Some(step) = plan.step(&arguments.step) else {
        return unknown(&checked, &arguments.step, screen);
    };
    let mine = plan.landscape.roles[plan.steps[step].role.value] == arguments.role;
    // Two people may say no to what a backend does.
    let two = plan.steps[step].extra().two_people.is_some();
    if mine && !two && Casting::of(plan, &site).is_by_backend(plan, step) {
        screen.talk(format_args!("not taken down: the site does `{}` by itself", shown(&arguments.step)));
        return Exit::Usage;
    }
    let by = Actor { role: arguments.role.clone(), person: arguments.person.clone(), automatic: false };
    let (step_name, because) = (arguments.step.clone(), arguments.because.clone());
    let answering = host.state().steps[step].status == Status::Proposed
        && plan.proposal(step).is_some_and(|(_, other)| plan.landscape.roles[other] == by.role);
    let event = if answering {
        Event::Answered { step: step_name, by, yes: false, because: Some(because) }
    } else {
        Event::Declined { step: step_name, by, because }
    };
    submit(&checked, &mut host, vec![event], (&arguments.step, &arguments.role), screen)
}
